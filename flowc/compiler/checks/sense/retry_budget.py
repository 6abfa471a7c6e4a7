"""The waits between the attempts of a task add up to more than a day, or begin above the longest one there is.

Waits double from `base_delay` up to `max_delay` (5 minutes, where nothing is said); with many attempts they soon are
longer than anybody watches, and a run that has failed long ago still looks alive. A `base_delay` above `max_delay` is
never waited: every wait is cut to `max_delay`.

Bad:

    flow: report
    steps:
      website:
        retry: {max_attempts: 10, base_delay: 1h, max_delay: 5d}

Good:

    flow: report
    steps:
      website:
        retry: {max_attempts: 10, base_delay: 1m, max_delay: 1h}

Lower `max_attempts` or `max_delay`; with a long `base_delay` say `max_delay`, too. Where such patience is meant, say
so: `# flowc: ignore[FL802] reason`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowc.compiler import model
from flowc.compiler.durations import UNITS
from flowc.compiler.model import Flow, Retry, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

if TYPE_CHECKING:
    from flowc.compiler.document import Path

RULE = Rule("FL802", "retry-budget", WARNING)

# In milliseconds.
MOST = UNITS["d"]


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each `retry`, that of `defaults` once, whose waits are longer than a day or than meant."""
    reported = False
    good = model.RETRY
    for step in flow.steps.values():
        if step.retry is good or step.kind == "branch":
            continue
        is_long = _may_be_long(step.retry) and longest_wait(step.retry) > MOST
        if not is_long and not _is_cut(step.retry):
            good = step.retry
            continue
        own = "retry" in step.written
        if own or not reported:
            reported = reported or not own
            path = (*step.path, "retry") if own else ("defaults", "retry")
            yield _too_long(flow, step, path) if is_long else _cut(flow, step, path)


def _too_long(flow: Flow, step: Step, path: Path) -> Diagnostic:
    return flow.document.diagnose(
        RULE,
        path,
        f"retries alone can take {_in_words(longest_wait(step.retry))}",
        label=f"{step.retry.max_attempts} attempts, waits that double",
        help="lower `max_attempts` or `max_delay`",
        key=True,
    )


def _cut(flow: Flow, step: Step, path: Path) -> Diagnostic:
    """What to say where `base_delay` is more than `max_delay`, at whichever of them is written there."""
    base, most = _duration(step.retry.base_delay), _duration(step.retry.max_delay)
    written = step.written["retry"] if path[0] == "steps" else flow.written["defaults"]["retry"]
    key = next((key for key in ("base_delay", "max_delay") if key in written), None)
    return flow.document.diagnose(
        RULE,
        path if key is None else (*path, key),
        f"`base_delay` is {base}, and `max_delay` cuts every wait to {most}",
        label=f"{base} is never waited",
        help=f"write `max_delay: {base}` or more, or lower `base_delay`",
        key=key is None,
    )


def _is_cut(retry: Retry) -> bool:
    return retry.base_delay > retry.max_delay and retry.max_attempts > 1


def _may_be_long(retry: Retry) -> bool:
    """Whether so many of the longest waits are too long: few are, and few have to be added up."""
    return retry.max_attempts * retry.max_delay * (1 + retry.jitter) > MOST


def longest_wait(retry: Retry) -> float:
    """All waits between the attempts together, at the most that jitter makes of them, in milliseconds."""
    waits = (min(retry.max_delay, retry.base_delay << number) for number in range(min(retry.max_attempts, 1000) - 1))
    return sum(waits) * (1 + retry.jitter)


def _duration(milliseconds: int) -> str:
    """A duration as authors write it, in the largest unit that divides it."""
    unit = next(unit for unit, size in reversed(UNITS.items()) if milliseconds % size == 0)
    return f"{milliseconds // UNITS[unit]}{unit}"


def _in_words(milliseconds: float) -> str:
    hours = milliseconds / UNITS["h"]
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
