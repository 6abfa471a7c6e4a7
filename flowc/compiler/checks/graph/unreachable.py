"""A step waits for what never comes.

A branch that waits for a step inside it never opens: the step starts only once the branch has. With `join: none` a step
runs only where what it waits for did not complete; a step without conditions always completes, as its failure ends the
run unless it has `on_failure: skip`.

Bad:

    flow: report
    steps:
      website:
      if_long:
        run_if: {summary: {long: true}}
        steps:
          summary:
            with: {text: $website.text}
          shorten:

Good:

    flow: report
    steps:
      website:
      summary:
        with: {text: $website.text}
      if_long:
        run_if: {summary: {long: true}}
        steps:
          shorten:

Move the step out of the branch, or the condition to the steps that come after it. For a step that is to run where
another one fails, give the other one `on_failure: skip`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.presence import World
from flowc.compiler.graph import in_file_order, is_inside
from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL407", "unreachable")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each mention that keeps a step from ever starting."""
    for key, step in flow.steps.items():
        if step.join == "none" and step.joins and key == step.slug:
            yield from _never_joined(flow, step)
    if not in_file_order(flow):
        yield from _from_inside(flow)


def _never_joined(flow: Flow, step: Step) -> Iterator[Diagnostic]:
    """A diagnostic for a step that needs another one not to complete which does so wherever the run goes on."""
    world = World(flow).run(step.slug)
    sure = next(
        (mention for mention in step.mentions if mention.name in step.joins and world.is_sure(mention.name)), None
    )
    if sure is not None:
        yield flow.diagnose(
            RULE,
            sure,
            f"`{step.slug}` can never start: `{sure.name}` completes in every run that goes on",
            label="`join: none` waits for it not to complete",
            help=f"to run where `{sure.name}` fails, give that `on_failure: skip`",
        )


def _from_inside(flow: Flow) -> Iterator[Diagnostic]:
    """A diagnostic for each mention in a branch's own keys of a step inside it."""
    for key, step in flow.steps.items():
        for mention in step.mentions:
            if mention.name in flow.steps and is_inside(flow, mention.name, key):
                inside = flow.steps[mention.name]
                yield flow.diagnose(
                    RULE,
                    mention,
                    f"`{step.slug}` can never start: it waits for `{inside.slug}`, which is inside it",
                    label="starts only after the branch has opened",
                    help="move the step out of the branch",
                    related=(flow.document.related(inside.path, f"inside `{step.slug}`"),),
                )
