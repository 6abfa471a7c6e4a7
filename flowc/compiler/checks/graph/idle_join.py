"""A step says how to join its dependencies, and it changes nothing.

Of a single dependency `any` asks what `all` asks. Where everything that a step waits for completes in every run that
goes on, `any` and `settled` find what `all` finds: a step without conditions completes, or its failure ends the run.
Who reads the flow looks for a case that there is not.

Bad:

    flow: report
    steps:
      website:
      summary:
        with: {text: $website.text}
      save:
        depends_on: [website, summary]
        join: settled

Good:

    flow: report
    steps:
      website:
      summary:
        with: {text: $website.text}
        on_failure: skip
      save:
        depends_on: [website, summary]
        join: settled

Leave `join` out, or give what may go missing its `on_failure: skip` or its condition. A released flow stays as it is:
`# flowc: ignore[FL406] released`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.presence import World
from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

RULE = Rule("FL406", "idle-join", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each `join` that is the same as `all`."""
    for step in idle_joins(flow):
        yield flow.document.diagnose(
            RULE,
            (*step.path, "join"),
            f"`join: {step.join}` changes nothing: {_why(step)}",
            label="the same as `all`",
            help="leave it out",
        )


def idle_joins(flow: Flow) -> Iterator[Step]:
    """The steps whose `join` is the same as `all` in every run."""
    for key, step in flow.steps.items():
        if step.join not in ("any", "settled") or not step.joins or key != step.slug:
            continue
        if _is_known(flow, step) and (_is_any_of_one(step) or _all_complete(flow, step)):
            yield step


def _is_any_of_one(step: Step) -> bool:
    return step.join == "any" and len(step.joins) == 1


def _is_known(flow: Flow, step: Step) -> bool:
    return all(name in flow.steps and name != step.slug for name in step.joins)


def _all_complete(flow: Flow, step: Step) -> bool:
    """Whether all dependencies have completed wherever the branch around the step opened and the run went on."""
    world = World(flow)
    if step.branch is not None:
        world.run(step.branch)
    return all(map(world.is_sure, step.joins))


def _why(step: Step) -> str:
    if _is_any_of_one(step):
        return f"`{step.joins[0]}` is the only dependency"
    if len(step.joins) == 1:
        return f"`{step.joins[0]}` completes in every run that goes on"
    return "all of its dependencies complete in every run that goes on"
