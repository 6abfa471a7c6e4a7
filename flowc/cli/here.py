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

    if target is None and settings.handlers is not None:
        # The settings speak from their own folder, which need not be the current one.
        sys.path.insert(0, str(settings.root))
        target = settings.handlers
    if target is None:
        raise HandlersError(
            "nobody says where the handlers are",
            help="give --handlers module:attribute, or set `handlers` under [tool.flowc] in pyproject.toml",
        )
    return load(target)


def open_secrets(specs: Sequence[str], settings: Settings) -> Sources:
    """The sources of secrets that ``--secrets`` names, else those of the settings, else the environment.

    Raises:
        FlowcError: one of them cannot be opened.
    """
    from flowc.runtime.sources import open_sources

    return open_sources(specs) if specs else open_sources(settings.secrets, settings.root)
