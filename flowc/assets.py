"""Where schemas/ and sql/ are, installed or checked out: the only module that knows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _root() -> Path:
    installed = _PACKAGE / "_assets"
    return installed if installed.is_dir() else _PACKAGE.parent


def schema_text(name: str) -> str:
    """The text of ``schemas/<name>``, e.g. ``flow.schema.json``."""
    return (_root() / "schemas" / name).read_text(encoding="utf-8")


def sql_files(folder: str) -> list[Path]:
    """The files of ``sql/<folder>`` (migrations, functions, views, roles) in the order in which they are applied."""
    return sorted((_root() / "sql" / folder).glob("*.sql"))
