"""What there is to say of a run's steps beside their states: why they were skipped, what they wait for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.cli.words import at
from flowc.compiler.did_you_mean import listing
from flowc.db import queries
from flowc.db.health import why_untaken
from flowc.references import INPUT
from flowc.simulate.unmet import conditions_of, why_unmet

if TYPE_CHECKING:
    from psycopg import Connection

    from flowc.cli.progress import Progress
    from flowc.db.rows import OpenTasks, StepState

# So many steps are told why they were skipped: more are counted, not shown.
_MOST = 200


class Facts(NamedTuple):
    """By slug: the numbers of attempts past the first, the reasons of skipped steps, what others wait for.

    ``untaken`` is why no live worker can take a ready task.
    """

    attempts: Mapping[str, int] = {}
    skipped: Mapping[str, str] = {}
    waits: Mapping[str, str] = {}
    untaken: Mapping[str, str] = {}

    def said_of(self, slug: str) -> str:
        """Why a step was skipped, or what it waits for; empty for others."""
        return self.skipped.get(slug) or self.waits.get(slug) or ""


NOTHING = Facts()


def facts_of(conn: Connection, progress: Progress, body: Mapping[str, Any]) -> Facts:
    """All that there is to say of a run."""
    run_id = progress.run.run_id
    return waits_of(conn, progress, body)._replace(
        attempts=queries.attempts(conn, run_id), skipped=_skipped(conn, progress, body["steps"])
    )


def waits_of(
    conn: Connection, progress: Progress, body: Mapping[str, Any], patience: timedelta = timedelta(0)
) -> Facts:
    """What the steps of a run wait for that have not settled.

    That no worker can take a task is said once it has been so for ``patience``: a worker may be just starting.
    """
    if progress.run.status != "started":
        return NOTHING
    run_id = progress.run.run_id
    untaken = {row.step_slug: why_untaken(row) for row in queries.untaken(conn, [run_id], waited=patience)}
    waits = {
        tasks.step_slug: ", ".join(_open(tasks, untaken.get(tasks.step_slug)))
        for tasks in queries.open_tasks(conn, run_id)
    }
    states = {state.step_slug: state for state in progress.steps}
    for slug, state in states.items():
        if state.status == "created" and len(waits) < _MOST:
            awaited = [name for name in _awaited(body["steps"][slug]) if states[name].status in {"created", "started"}]
            waits[slug] = f"waits for {listing(sorted(awaited))}" if awaited else ""
    return Facts(waits=waits, untaken=untaken)


def skips_in_memory(
    steps: Mapping[str, Mapping[str, Any]], states: Sequence[StepState], run_input: str
) -> dict[str, str]:
    """Why the steps of a simulated run were skipped, whose outputs are all at hand."""
    values = {state.step_slug: json.loads(state.output) for state in states if state.output is not None}
    return dict(_reasons(steps, states, {**values, INPUT: json.loads(run_input)}))


def _skipped(conn: Connection, progress: Progress, steps: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    unmet = [state.step_slug for state in progress.steps if state.skip_reason == "condition_unmet"][:_MOST]
    wanted = sorted({name for slug in unmet for name in conditions_of(steps[slug])})
    texts = queries.outputs(conn, progress.run.run_id, wanted) if wanted else {}
    values = {slug: _decoded(text) for slug, text in {**texts, INPUT: progress.run.input}.items()}
    return dict(_reasons(steps, progress.steps, values))


def _reasons(
    steps: Mapping[str, Mapping[str, Any]], states: Iterable[StepState], values: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    by_slug = {state.step_slug: state for state in states}
    for slug, state in by_slug.items():
        if state.skip_reason == "condition_unmet":
            tested = conditions_of(steps[slug]) | {INPUT}
            yield slug, why_unmet(steps[slug], {name: values[name] for name in tested if name in values})
        elif state.skip_reason == "branch_skipped" and state.branch:
            yield slug, f"its branch `{state.branch}` was not taken"
        elif state.skip_reason == "dependency_skipped":
            yield slug, _unjoined(steps[slug], by_slug)


def _unjoined(step: Mapping[str, Any], states: Mapping[str, StepState]) -> str:
    """Which of the steps that a step depends on kept its join from being satisfied."""
    join = step.get("join", "all")
    of = {name: states[name].status for name in step.get("depends_on", ()) if name in states}
    guilty = [name for name, status in of.items() if (status == "completed") == (join == "none")]
    if not guilty:
        return ""
    told = ", ".join(f"`{name}` {'completed' if join == 'none' else _became(states[name])}" for name in guilty[:3])
    more = f" and {len(guilty) - 3} more" if len(guilty) > 3 else ""
    return told + more + ("" if join == "all" else f", and its join is `{join}`")


def _became(state: StepState) -> str:
    return "failed" if state.skip_reason == "handler_failed" else f"was {state.status}"


def _open(tasks: OpenTasks, untaken: str | None) -> Iterator[str]:
    """What becomes of the tasks of a step, e.g. ``at work in `host:12``, its lease ends at …``."""
    single = tasks.ready + tasks.asleep + tasks.at_work == 1
    number = "" if single else "{} "
    attempt = f", attempt {tasks.attempt}" if single and tasks.attempt > 1 else ""
    if tasks.at_work and tasks.lease_expires_at:
        worker = f" in {tasks.worker}" if single and tasks.worker else ""
        yield f"{number.format(tasks.at_work)}at work{worker}{attempt}, leased until {at(tasks.lease_expires_at)}"
    if tasks.ready and tasks.ready_at:
        why = f": {untaken}" if untaken else ", waiting for a worker"
        yield f"{number.format(tasks.ready)}ready since {at(tasks.ready_at)}{why}"
    if tasks.asleep and tasks.due_at:
        what = (
            f"for attempt {tasks.attempt + 1}" if single and tasks.failures else "for a retry" if tasks.failures else ""
        )
        yield f"{number.format(tasks.asleep)}waiting {what or 'out its delay'} until {at(tasks.due_at)}"


def _awaited(step: Mapping[str, Any]) -> set[str]:
    branch = {step["branch"]} if "branch" in step else set()
    return set(step.get("depends_on", ())) | conditions_of(step) | branch


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
