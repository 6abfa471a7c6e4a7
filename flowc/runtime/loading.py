"""Imports what ``module:attribute`` names and says in one sentence what is wrong when that fails."""

from __future__ import annotations

import importlib
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from flowc.errors import HandlersError

_TARGET = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*):([^\W\d]\w*(?:\.[^\W\d]\w*)*)")

_MEND = "mend the module; python3 -c 'import {}' shows the whole traceback"


def load_attribute(target: str) -> tuple[ModuleType, str, Any]:
    """The module, the attribute's name and the value that ``module:attribute`` names; None if there is no such name.

    Raises:
        HandlersError: the target is written wrongly, or the import raised.
    """
    match = _TARGET.fullmatch(target)
    if match is None:
        raise HandlersError(f"`{target}` is no `module:attribute`", help="write it like `app.flows:handlers`")
    module = _import(match[1])
    value: Any = module
    for name in match[2].split("."):
        value = getattr(value, name, None)
    return module, match[2], value


def _import(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a module may raise anything at import, SystemExit too
        raise _trouble(name, error) from None


def _trouble(name: str, error: BaseException) -> HandlersError:
    mend = _MEND.format(name)
    if isinstance(error, HandlersError):
        return error
    if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
        return HandlersError(f"there is no module `{error.name}` here ({Path.cwd()})", help="is this the right folder?")
    if isinstance(error, SyntaxError):
        return HandlersError(f"importing `{name}` failed: {error.msg} ({error.filename}:{error.lineno})", help=mend)
    try:
        message = str(error)
    except Exception:  # noqa: BLE001
        message = ""
    what = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return HandlersError(f"importing `{name}` failed: {what}{_place(error)}", help=mend)


def _place(error: BaseException) -> str:
    """Where the user's own code stood: neither in us nor in the import machinery."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and "importlib" not in frame.filename
    ]
    return f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
