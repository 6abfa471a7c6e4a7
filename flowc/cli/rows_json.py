"""Rows of the views as JSON for scripts: the keys are the views' columns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

# Columns that hold JSON; in a row they are its text.
_JSON = {"input", "output", "error"}


def rows_as_json(rows: Iterable[NamedTuple]) -> list[dict[str, Any]]:
    """The rows, each an object; times are ISO 8601, JSON columns are what they hold."""
    return [{name.rstrip("_"): _plain(name, value) for name, value in row._asdict().items()} for row in rows]


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if name in _JSON and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
