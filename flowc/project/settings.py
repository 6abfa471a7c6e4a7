"""The settings of a folder of flows: ``FLOWC_*`` first, then ``[tool.flowc]`` of the nearest pyproject.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowc.errors import UsageError

KEYS = ("flows", "handlers", "lock", "ignore", "secrets", "cache_dir", "blobs", "inline_limit")
FLOWS, LOCK = "flows", "flowc.lock"
TABLE, INLINE_LIMIT = "table", 65_536


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the flows below ``root``.

    Attributes:
        root: the folder of the nearest pyproject.toml, else the folder where the command runs.
        flows: the folders and files that hold flows.
        handlers: where the handlers are, ``module:attribute``; None if nobody says.
        lock: the file that holds the released slugs.
        ignore: codes of rules that are not reported.
        secrets: where the values of secrets come from, e.g. ``env`` or ``folder:/run/secrets``; empty if nobody says.
        cache_dir: the folder that keeps what checks found; None if nobody says.
        blobs: where large values are stored: ``table``, ``folder:/path`` or ``s3://bucket/prefix``.
        inline_limit: bytes of JSON up to which a value is no large one.
    """

    root: Path
    flows: tuple[Path, ...]
    handlers: str | None
    lock: Path
    ignore: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    cache_dir: Path | None = None
    blobs: str = TABLE
    inline_limit: int = INLINE_LIMIT


def load_settings(start: Path, environment: Mapping[str, str]) -> Settings:
    """The settings that hold in the folder ``start``.

    Raises:
        UsageError: pyproject.toml cannot be read, or ``[tool.flowc]`` holds an unknown key or a wrong value.
    """
    start = start.resolve()
    pyproject = _nearest_pyproject(start)
    root = pyproject.parent if pyproject else start
    table = _read_table(pyproject) if pyproject else {}
    table |= {key: environment[name] for key in KEYS if environment.get(name := f"FLOWC_{key.upper()}")}

    flows = _strings(table, "flows") or (FLOWS,)
    cache_dir = _string(table, "cache_dir")
    first = root / flows[0]
    folder = first.parent if first.is_file() else first
    return Settings(
        root=root,
        flows=tuple(root / path for path in flows),
        handlers=_string(table, "handlers"),
        lock=root / (_string(table, "lock") or folder / LOCK),
        ignore=tuple(code.strip() for entry in _strings(table, "ignore") for code in entry.split(",")),
        secrets=tuple(source.strip() for entry in _strings(table, "secrets") for source in entry.split(",")),
        cache_dir=root / cache_dir if cache_dir else None,
        blobs=_string(table, "blobs") or TABLE,
        inline_limit=_bytes(table, "inline_limit", INLINE_LIMIT),
    )


def _nearest_pyproject(start: Path) -> Path | None:
    candidates = (folder / "pyproject.toml" for folder in (start, *start.parents))
    return next((file for file in candidates if file.is_file()), None)


def _read_table(pyproject: Path) -> dict[str, Any]:
    import tomllib

    try:
        content = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {pyproject}: {error}", help="flowc looks there for [tool.flowc]") from error
    tool = content.get("tool", {})
    table = tool.get("flowc", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{pyproject}: tool.flowc is a table", help="write [tool.flowc]")
    for key in table:
        if key not in KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key, KEYS, n=1)
            known = f"did you mean `{near[0]}`?" if near else f"it takes {', '.join(KEYS)}"
            raise UsageError(f"{pyproject}: [tool.flowc] has no setting `{key}`", help=known)
    return dict(table)


def _string(table: dict[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise UsageError(f"[tool.flowc] {key} is a string, got {value!r}")
    return value


def _bytes(table: dict[str, Any], key: str, default: int) -> int:
    value = table.get(key, default)
    try:
        count = int(value)
    except (TypeError, ValueError):
        count = -1
    if count < 0 or isinstance(value, bool | float):
        raise UsageError(f"[tool.flowc] {key} is a number of bytes, got {value!r}", help=f"e.g. {default}")
    return count


def _strings(table: dict[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) and entry for entry in entries):
        raise UsageError(f"[tool.flowc] {key} is a string or a list of strings, got {value!r}")
    return tuple(entries)
