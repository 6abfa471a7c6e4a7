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

from flowc.compiler.checks.demands import Demand, clashes
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Related, Rule

RULE = Rule("FL307", "never-together")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each dependency that is excluded by what the step needs besides."""
    for clash in clashes(flow):
        step, name = clash.step, clash.mention.name
        is_own = step.slug in (clash.one.owner, clash.other.owner)
        advice = "`join: any` takes whichever completed" if len(step.joins) > 1 else f"move it to where `{name}` runs"
        yield flow.diagnose(
            RULE,
            clash.mention,
            f"`{step.slug}` never runs: `{name}` never completes together with what else it needs",
            label="they never complete in the same run",
            help=advice if name in step.joins and not is_own else None,
            related=(_related(flow, clash.one), _related(flow, clash.other)),
        )


def _related(flow: Flow, demand: Demand) -> Related:
    step = flow.steps[demand.owner]
    opened = "runs only if this matches" if demand.met else "runs only if this does not match"
    return flow.document.related((*step.path, demand.key), f"`{step.slug}` {opened}", key=False)
