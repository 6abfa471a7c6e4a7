"""Rows of the views as JSON for scripts: the keys are the views' columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from flowc.cli.progress import Progress
    from flowc.db.rows import StepTask

# Columns that hold JSON; in a row they are its text.
_JSON = {"input", "output", "error"}


def rows_as_json(rows: Iterable[NamedTuple]) -> list[dict[str, Any]]:
    """The rows, each an object; times are ISO 8601, JSON columns are what they hold."""
    return [{name.rstrip("_"): _plain(name, value) for name, value in row._asdict().items()} for row in rows]


def run_as_json(progress: Progress, order: Sequence[str], tasks: Iterable[StepTask]) -> dict[str, Any]:
    """A run as one object: its row, and in it the rows of its steps in ``order``, its tasks and failed attempts."""
    [shown] = rows_as_json([progress.run])
    states = {state.step_slug: state for state in progress.steps}
    shown["step_states"] = rows_as_json(states[slug] for slug in order)
    shown["step_tasks"] = rows_as_json(tasks)
    shown["task_errors"] = rows_as_json(progress.errors)
    return shown


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if (name in _JSON or name.endswith("blobs")) and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
