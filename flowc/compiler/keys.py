"""The closed table of a flow file's keys, and what other tools call them."""

from __future__ import annotations

from typing import Final

FLOW: Final = ("flow", "description", "input", "secrets", "defaults", "steps", "returns")
DEFAULTS: Final = ("retry", "timeout", "queue", "priority", "on_failure")
RETRY: Final = ("max_attempts", "base_delay", "max_delay", "jitter")
EVERY_STEP: Final = ("description", "depends_on", "join", "run_if", "run_unless", "on_unmet")
TASK: Final = ("handler", "with", "output", "retry", "timeout", "delay", "queue", "priority", "on_failure")
MAP: Final = ("map", "max_parallel")
STEPS: Final = "steps"
STEP: Final = (*EVERY_STEP, *TASK, *MAP, STEPS)

# What the same thing is called elsewhere, by the place where it is written.
_CALLED_IN_FLOWS = {
    "flow": "name slug id workflow pipeline dag",
    "description": "desc doc title summary",
    "input": "inputs params parameters",
    "secrets": "env",
    "defaults": "options settings",
    "steps": "jobs tasks nodes stages states",
    "returns": "output outputs result results return",
}
_CALLED_IN_STEPS = {
    "description": "desc doc title name",
    "depends_on": "needs depends after dependencies requires upstream wait_for",
    "join": "trigger_rule",
    "run_if": "if when condition only_if",
    "run_unless": "unless skip_if",
    "handler": "uses run call function task action",
    "with": "args arguments params parameters kwargs inputs",
    "output": "outputs schema",
    "retry": "retries attempts retry_policy",
    "timeout": "deadline time_limit",
    "delay": "sleep wait",
    "queue": "pool",
    "on_failure": "continue_on_error allow_failure on_error",
    "map": "foreach for_each each loop with_items",
    "max_parallel": "parallel concurrency max_concurrency",
    "steps": "children jobs tasks do",
}
_CALLED_IN_RETRY = {
    "max_attempts": "attempts retries max_retries count max limit",
    "base_delay": "delay backoff interval initial_delay initial_interval",
    "max_delay": "max_interval max_backoff cap",
}


def _by_name(called: dict[str, str]) -> dict[str, str]:
    return {name: key for key, names in called.items() for name in names.split()}


CALLED_IN_FLOWS: Final = _by_name(_CALLED_IN_FLOWS)
CALLED_IN_STEPS: Final = _by_name(_CALLED_IN_STEPS)
CALLED_IN_RETRY: Final = _by_name(_CALLED_IN_RETRY)
