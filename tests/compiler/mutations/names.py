"""Operators on names: references, slugs, keys."""

from __future__ import annotations

_TOP_KEYS = ("steps", "input", "defaults", "secrets", "returns", "description")
_STEP_KEYS = (
    *("with", "output", "timeout", "retry", "depends_on", "run_if", "run_unless", "map", "max_parallel", "queue"),
    *("priority", "delay", "join", "description", "steps"),
)
