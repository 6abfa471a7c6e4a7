"""Prints docs/joins.md: what each join makes of two dependencies, asked of the interpreter."""

from __future__ import annotations

from itertools import product

from tests.simulate.building import FAILS, Play, task

JOINS = ("all", "any", "none", "settled")
OUTCOMES = ("completed", "skipped", "failed")
_PARENTS = {
    "completed": task(),
    "skipped": task(run_if=[{"input": {"never": True}}]),
    "failed": task(on_failure="skip"),
}

HEAD = """# Joins

What a step with two dependencies does, for everything that can become of them. `skipped` is a dependency whose branch
was closed, whose own join or condition was not met; `failed` one whose handler failed under `on_failure: skip`. (Under
`on_failure: fail` the failure ends the run, and nothing runs after it, whatever the join.) This page is printed from
the reference interpreter: `python -m tests.simulate.truth_table > docs/joins.md`.

"""


def outcome(join: str, first: str, second: str) -> str:
    """What becomes of a step that joins two dependencies: ``completed``, or the reason why it is skipped."""
    steps = {"a": _PARENTS[first], "b": _PARENTS[second], "joined": task(depends_on=["a", "b"], join=join)}
    play = Play(steps, {"a": FAILS if first == "failed" else 1, "b": FAILS if second == "failed" else 1})
    return play.became()["joined"]


def page() -> str:
    """The whole page."""
    rows = [("one", "the other", *(f"`{join}`" for join in JOINS)), ("---",) * (2 + len(JOINS))]
    for first, second in product(OUTCOMES, repeat=2):
        rows.append((first, second, *("runs" if outcome(join, first, second) == "completed" else "" for join in JOINS)))
    return HEAD + "".join("| " + " | ".join(row) + " |\n" for row in rows)


if __name__ == "__main__":
    print(page(), end="")
