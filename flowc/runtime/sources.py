"""Where a worker's secrets come from: the environment, a folder of files, a dotenv file, a callable."""

from __future__ import annotations

import os
import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from flowc.errors import UsageError
from flowc.runtime.loading import load_attribute

ENVIRONMENT: Final = "env"
_MAPPING = "name a mapping of names to texts, or a function without parameters that returns one"
_FOLDER, _DOTENV = "folder:", "dotenv:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# A certificate with its chain is some 10 KiB; what is larger is a mistake.
_LARGEST = 1024 * 1024


class Sources(ChainMap[str, str]):
    """The values of several sources, by name: of two that have a name, the one written first.

    It is read only. ``specs`` is how they were written, so that another process can open the same ones.
    """

    def __init__(self, maps: Sequence[Mapping[str, str]], specs: Sequence[str]) -> None:
        super().__init__(*maps)  # type: ignore[arg-type]
        self.specs = tuple(specs)

    def besides(self, more: Mapping[str, str]) -> Sources:
        """These sources, and values for names that none of them has."""
        return Sources([*self.maps, more], self.specs)

    def __repr__(self) -> str:
        return f"Sources({', '.join(self.specs)})"


class Folder(Mapping[str, str]):
    """A folder with a file for each secret, as Docker and Kubernetes mount them; the file's name is the secret's.

    Each value is read when it is asked for, so that a secret that is exchanged while the worker runs is seen. One line
    end at the end of a file is not part of the value. Files whose names cannot name a secret, such as Kubernetes' own
    ``..data``, are passed over.

    Raises:
        UsageError: there is no such folder, or it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            os.scandir(folder).close()
        except OSError as error:
            raise UsageError(
                f"the folder of secrets `{folder}` cannot be read: {error.strerror}",
                help="write `folder:PATH`, with a file in it for each secret",
            ) from None

    def __getitem__(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise KeyError(name)
        file = self._folder / name
        try:
            if not file.is_file() or file.stat().st_size > _LARGEST:
                raise KeyError(name)
            return _without_last_line_end(file.read_bytes().decode())
        except (OSError, UnicodeDecodeError):
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        try:
            names = sorted(os.listdir(self._folder))  # noqa: PTH208 - names are all that is wanted
        except OSError:
            return
        yield from (name for name in names if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Folder({str(self._folder)!r})"


def open_sources(specs: Iterable[str], root: Path | None = None) -> Sources:
    """The sources that are written down; of two that have a name, the first one counts.

    Args:
        specs: each ``env``, ``folder:PATH``, ``dotenv:PATH`` or ``module:attribute``: a mapping, or a callable without
            parameters that returns one. Files and callables are read here, folders and the environment when a value is
            asked for.
        root: the folder that relative paths start from; the current one by default.

    Raises:
        UsageError: one of them cannot be opened, or is written wrongly.
        HandlersError: a module cannot be imported.
    """
    written = [_absolute(spec, root or Path.cwd()) for spec in specs] or [ENVIRONMENT]
    return Sources([_opened(spec) for spec in written], written)


def _absolute(spec: str, root: Path) -> str:
    for prefix, usual in ((_FOLDER, "."), (_DOTENV, ".env")):
        if spec.startswith(prefix):
            return f"{prefix}{root / (spec.removeprefix(prefix) or usual)}"
    return spec


def _opened(spec: str) -> Mapping[str, str]:
    if spec == ENVIRONMENT:
        return os.environ
    if spec.startswith(_FOLDER):
        return Folder(Path(spec.removeprefix(_FOLDER)))
    if spec.startswith(_DOTENV):
        return _read_dotenv(Path(spec.removeprefix(_DOTENV)))
    if ":" not in spec:
        raise UsageError(
            f"`{spec}` is no source of secrets", help="write env, folder:PATH, dotenv:PATH or module:attribute"
        )
    return _called(spec)


def _read_dotenv(file: Path) -> Mapping[str, str]:
    try:
        from dotenv import dotenv_values
    except ImportError:
        raise UsageError(
            "reading a dotenv file needs the package python-dotenv", help="pip install 'flowc[dotenv]'"
        ) from None
    try:
        with file.open(encoding="utf-8") as stream:
            values = dotenv_values(stream=stream)
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"the dotenv file `{file}` cannot be read: {said}") from None
    return {name: value for name, value in values.items() if value is not None}


def _called(spec: str) -> Mapping[str, str]:
    module, name, found = load_attribute(spec)
    if found is None:
        raise UsageError(f"`{module.__name__}` has no `{name}`", help=_MAPPING)
    if callable(found):
        try:
            found = found()
        except Exception as error:
            # Not what it says: that may hold a value.
            raise UsageError(
                f"the secrets of `{spec}` cannot be read: it raised {type(error).__name__}",
                help="FLOWC_TRACEBACK=1 shows where",
            ) from error
    if not isinstance(found, Mapping):
        raise UsageError(
            f"`{spec}` gives no secrets: it is of type `{type(found).__name__}`",
            help=_MAPPING,
        )
    wrong = next((name for name in found if not isinstance(name, str)), None)
    if wrong is not None:
        raise UsageError(f"`{spec}` gives a secret whose name is of type `{type(wrong).__name__}`, not a string")
    return _Checked(spec, found)


class _Checked(Mapping[str, str]):
    """A mapping of the user's, whose values are held to be texts when they are read."""

    def __init__(self, spec: str, values: Mapping[str, object]) -> None:
        self._spec = spec
        self._values = values

    def __getitem__(self, name: str) -> str:
        value = self._values[name]
        if not isinstance(value, str):
            raise UsageError(f"`{self._spec}` gives `{name}` as a `{type(value).__name__}`, not as a string")
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _without_last_line_end(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")
