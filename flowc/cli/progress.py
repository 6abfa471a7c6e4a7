"""A run at one moment, as it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flowc.db.rows import Run, StepState, TaskError


class Progress(NamedTuple):
    """A run's row, those of its steps, and those of its last failed attempts, oldest first."""

    run: Run
    steps: Sequence[StepState]
    errors: Sequence[TaskError]
