"""What holds in the current folder: its settings, and the handlers that they name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flowc.errors import HandlersError
from flowc.project.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowc.project.facts import Facts
    from flowc.runtime.handlers import Handlers
    from flowc.runtime.sources import Sources


def settings_here() -> Settings:
    """The settings that hold in the current folder.

    Raises:
        UsageError: they cannot be read.
    """
    return load_settings(Path.cwd(), os.environ)


def load_handlers(target: str | None, settings: Settings) -> Handlers:
    """The handlers that ``--handlers`` names, else those of the settings.

    Raises:
        HandlersError: nobody names them, or they cannot be loaded.
    """
    from flowc.runtime.handlers import load

    return load(find_handlers(target, settings))


def find_handlers(target: str | None, settings: Settings) -> str:
    """Where the handlers are, as ``module:attribute``; afterwards the module can be imported.

    Raises:
        HandlersError: nobody names them.
    """
    if target is None and settings.handlers is not None:
        # The settings speak from their own folder, which need not be the current one.
        sys.path.insert(0, str(settings.root))
        target = settings.handlers
    if target is None:
        raise HandlersError(
            "nobody says where the handlers are",
            help="give --handlers module:attribute, or set `handlers` under [tool.flowc] in pyproject.toml",
        )
    if target.endswith(".json"):
        raise HandlersError(
            f"{target} holds facts of handlers, and no handlers", help="give --handlers module:attribute"
        )
    return target


def handler_facts(target: str | None, settings: Settings) -> Facts | None:
    """What is known of the handlers that ``--handlers`` names, of those in the settings if they name a file of facts.

    Without the option nothing is imported: None, if there are no facts either.

    Raises:
        HandlersError: they cannot be loaded or read.
    """
    from flowc.project.facts import SUFFIX, Facts, read_facts

    if target is None and settings.handlers is not None and settings.handlers.endswith(SUFFIX):
        return read_facts(Path(os.path.relpath(settings.root / settings.handlers)))
    if target is None:
        return None
    if target.endswith(SUFFIX):
        return read_facts(Path(target))
    handlers = load_handlers(target, settings)
    return Facts(handlers.facts(), {handler.name: handler.place for handler in handlers})


def open_secrets(specs: Sequence[str], settings: Settings) -> Sources:
    """The sources of secrets that ``--secrets`` names, else those of the settings, else the environment.

    Raises:
        FlowcError: one of them cannot be opened.
    """
    from flowc.runtime.sources import open_sources

    return open_sources(specs) if specs else open_sources(settings.secrets, settings.root)
