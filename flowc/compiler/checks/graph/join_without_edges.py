"""A step says how to join its dependencies, and has none.

`join: any` over nothing skips the step in every run; `none` and `settled` do nothing. Slugs in `run_if` and
`run_unless` are judged by the condition alone, and inside a branch a reference to what the branch waited for is no
dependency.

Bad:

    flow: report
    steps:
      website:
      save:
        join: any

Good:

    flow: report
    steps:
      website:
        on_failure: skip
      save:
        depends_on: [website]
        join: settled

Name the dependencies, or take `join` out.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler import model
from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL405", "join-without-edges")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each `join` over nothing."""
    for step in flow.steps.values():
        if step.join in {"any", "none", "settled"} and not step.joins and not _is_malformed(step):
            yield flow.document.diagnose(
                RULE,
                (*step.path, "join"),
                f"`{step.slug}` has nothing to join",
                label=_label(step),
                help=f"name its dependencies in `depends_on`, or leave `join` out: it is `{model.JOIN}`",
            )


def _is_malformed(step: Step) -> bool:
    """Whether another rule speaks of what should be the dependencies."""
    written = step.written.get("depends_on")
    unread = "depends_on" in step.written and (type(written) is not list or len(written) > len(step.depends_on))
    return unread or any(not mention.name for mention in step.mentions)


def _label(step: Step) -> str:
    if step.conditions and step.mentions:
        return "what `run_if` and `run_unless` name is judged by them alone"
    return "no `depends_on`, no reference that waits"
