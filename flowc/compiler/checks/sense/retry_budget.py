"""The waits between the attempts of a task add up to more than a day.

Waits double from `base_delay` up to `max_delay`; with many attempts they soon are longer than anybody watches, and a
run that has failed long ago still looks alive.

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

Lower `max_attempts` or `max_delay`. Where such patience is meant, say so: `# flowc: ignore[FL802] reason`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler import model
from flowc.compiler.durations import UNITS
from flowc.compiler.model import Flow, Retry
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

RULE = Rule("FL802", "retry-budget", WARNING)

# In milliseconds.
MOST = UNITS["d"]


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each `retry`, that of `defaults` once, whose waits can take more than a day."""
    reported = False
    short = model.RETRY
    for step in flow.steps.values():
        if step.retry is short or step.kind == "branch":
            continue
        if longest_wait(step.retry) <= MOST:
            short = step.retry
        else:
            own = "retry" in step.written
            if own or not reported:
                reported = reported or not own
                yield flow.document.diagnose(
                    RULE,
                    (*step.path, "retry") if own else ("defaults", "retry"),
                    f"retries alone can take {_in_words(longest_wait(step.retry))}",
                    label=f"{step.retry.max_attempts} attempts, waits that double",
                    help="lower `max_attempts` or `max_delay`",
                    key=True,
                )


def longest_wait(retry: Retry) -> float:
    """All waits between the attempts together, at the most that jitter makes of them, in milliseconds."""
    waits = (min(retry.max_delay, retry.base_delay << number) for number in range(min(retry.max_attempts, 1000) - 1))
    return sum(waits) * (1 + retry.jitter)


def _in_words(milliseconds: float) -> str:
    hours = milliseconds / UNITS["h"]
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
