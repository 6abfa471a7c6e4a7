"""A step needs another one that never completes in the same run.

Of `run_if: P` and `run_unless: P` exactly one side runs, and two patterns that ask one field for different values
never match together. A step with `join: all` that needs a step of either side is skipped in every run.

Bad:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
      if_failure:
        run_unless: {website: {status: 200}}
        steps:
          notify:
      save:
        with: {text: $summary.text, note: $notify.note}

Good:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
      if_failure:
        run_unless: {website: {status: 200}}
        steps:
          notify:
      save:
        join: any
        with: {text: $summary.text, note: $notify.note}

`join: any` takes whichever side ran, with null for the other. Or move the step into the branch it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.demands import Clash, Demand, clashes
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Related, Rule

RULE = Rule("FL307", "never-together")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each dependency that is excluded by what the step needs besides."""
    for clash in clashes(flow):
        mention = clash.edge.mention
        if mention is not None:
            slug = flow.steps[clash.edge.waiter].slug
            joins = mention.name in flow.steps[clash.edge.waiter].joins
            yield flow.diagnose(
                RULE,
                mention,
                f"`{slug}` never runs: `{mention.name}` never completes together with what else it needs",
                label="they never complete in the same run",
                help="`join: any` takes whichever completed" if joins and _is_about_others(clash) else None,
                related=(_related(flow, clash.one), _related(flow, clash.other)),
            )


def _is_about_others(clash: Clash) -> bool:
    """Whether neither demand is the waiting step's own, so that joining otherwise helps."""
    return clash.edge.waiter not in (clash.one.owner, clash.other.owner)


def _related(flow: Flow, demand: Demand) -> Related:
    step = flow.steps[demand.owner]
    opened = "runs only if this matches" if demand.met else "runs only if this does not match"
    return flow.document.related((*step.path, demand.key), f"`{step.slug}` {opened}", key=False)
