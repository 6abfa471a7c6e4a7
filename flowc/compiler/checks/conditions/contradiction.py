"""The conditions on the way to a step exclude each other: it never runs.

A step runs only where its own condition is met and the branches around it are open. `run_unless` inside of a branch
that is open only where the same pattern matches is met in no run.

Bad:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
          notify:
            run_unless: {website: {status: 200}}

Good:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
      notify:
        run_unless: {website: {status: 200}}

Move the step out of the branch, or change one of the conditions.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.demands import Demand, exclude
from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL505", "contradiction")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each condition that is met in no run in which the step could start."""
    asking: dict[str, tuple[Step, ...]] = {}  # by branch: those around it that have conditions, and itself
    dead: set[str] = set()
    for key, step in flow.steps.items():
        around: tuple[Step, ...] = ()
        if step.branch is not None:
            if step.branch in dead:
                dead.add(key)  # for the reason that is told of the branch
                continue
            around = asking.get(step.branch, ())
        if step.run_if or step.run_unless:
            clash = _clash(step, around) if around or (step.run_if and step.run_unless) else None
            if clash is not None:
                dead.add(key)
                yield _diagnostic(flow, step, *clash)
            around = (*around, step)
        if around and step.kind == "branch":
            asking[key] = around


def _clash(step: Step, around: tuple[Step, ...]) -> tuple[Demand, Demand] | None:
    """Two demands that exclude each other, the first one the step's own."""
    others = [demand for other in around for demand in _demands(other)]
    for one in _demands(step):
        for other in others:
            if exclude(one, other):
                return one, other
        others.append(one)
    return None


def _demands(step: Step) -> tuple[Demand, ...]:
    """What the step's own conditions demand; not those with an empty pattern, which are reported as such."""
    written = (Demand(step.slug, "run_if", step.run_if, True), Demand(step.slug, "run_unless", step.run_unless, False))
    return tuple(demand for demand in written if demand.patterns and all(demand.patterns))


def _diagnostic(flow: Flow, step: Step, one: Demand, other: Demand) -> Diagnostic:
    holder = flow.steps[other.owner]
    opened = "runs only if this matches" if other.met else "runs only if this does not match"
    return flow.document.diagnose(
        RULE,
        (*step.path, one.key),
        f"`{step.slug}` never runs: this is met in no run in which {_where(step, holder)}",
        label=f"contradicts the condition of `{holder.slug}`",
        help="move it out of the branch" if holder is not step else "leave one of them out",
        related=(flow.document.related((*holder.path, other.key), f"`{holder.slug}` {opened}", key=False),),
    )


def _where(step: Step, holder: Step) -> str:
    return "its other condition is" if holder is step else f"`{holder.slug}` opens"
