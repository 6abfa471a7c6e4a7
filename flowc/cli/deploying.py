"""What a deploy would do, and the drafts of a flow that is still being written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flowc.cli.terminal import one_line, put, say
from flowc.compiler.changes import changes, in_one_sentence
from flowc.compiler.definition import Definition, define
from flowc.compiler.emit import emit
from flowc.db.deploy import deploy, deployed_digest, deployed_digests, retired_flows, started_runs
from flowc.db.queries import get_flow
from flowc.errors import UsageError
from flowc.project.bump import LONGEST_SLUG, next_slug

if TYPE_CHECKING:
    from psycopg import Connection


_MARKS = {"new": "+", "unchanged": "=", "differs": "!", "gone": "-", "retired": "x"}


class Entry(NamedTuple):
    """What a deploy would do with one flow; ``deployed_digest`` is None where the slug is free.

    ``digest`` is None for a flow of the database that no file has. ``changes`` is what differs from the deployed
    definition, in the flow's own words. ``started`` counts the runs at work; None where this role may not know.
    """

    flow_slug: str
    digest: str | None
    deployed_digest: str | None
    changes: tuple[str, ...] = ()
    retired: bool = False
    started: int | None = 0

    @property
    def plan(self) -> str:
        """``new``, ``unchanged``, ``differs``, ``retired``, or ``gone`` from the files."""
        if self.digest is not None and self.deployed_digest not in (None, self.digest):
            return "differs"
        if self.retired:
            return "retired"
        if self.digest is None:
            return "gone"
        return "new" if self.deployed_digest is None else "unchanged"


def plan_of(conn: Connection, definitions: Sequence[Definition], *, whole: bool = False) -> list[Entry]:
    """What a deploy of these flows would do, by slug.

    With ``whole`` they are all the flows that there are: others that are deployed are gone, unless they are retired
    and none of their runs is at work.
    """
    deployed = deployed_digests(conn)
    retired, started = retired_flows(conn), started_runs(conn)
    entries = []
    for each in definitions:
        there = deployed.get(each.slug)
        differs = there not in (None, each.digest)
        changes = tuple(_changes(conn, each)) if differs else ()
        at_work = None if started is None else started.get(each.slug, 0)
        entries.append(Entry(each.slug, each.digest, there, changes, each.slug in retired, at_work))
    if whole:
        for slug in deployed.keys() - {each.slug for each in definitions}:
            at_work = None if started is None else started.get(slug, 0)
            if slug not in retired or at_work:
                entries.append(Entry(slug, None, deployed[slug], (), slug in retired, at_work))
    return sorted(entries, key=lambda entry: entry.flow_slug)


def _changes(conn: Connection, definition: Definition) -> list[str]:
    """What is different in a definition from the one that is deployed under its slug."""
    text = get_flow(conn, definition.slug)
    return changes(json.loads(text), definition.body) if text else []


def print_plan(plan: Sequence[Entry], *, as_json: bool) -> None:
    """A line a flow with what differs below it, or JSON."""
    if as_json:
        put(json.dumps([{**entry._asdict(), "plan": entry.plan} for entry in plan], indent=2) + "\n")
        return
    lines = []
    for entry in plan:
        lines += [f"{_MARKS[entry.plan]} {entry.plan:<9}  {entry.flow_slug}"]
        lines += [f"             {one_line(change)}" for change in (*entry.changes, *_remarks(entry))]
    put("".join(f"{line}\n" for line in lines))


def _remarks(entry: Entry) -> Iterator[str]:
    """What there is to know of a flow that is retired, or that no file has."""
    if entry.retired and entry.digest is not None:
        yield "it is retired: no run of it starts any more"
    if entry.plan == "gone":
        yield f"deployed, and in no file here; `flowc flows retire {entry.flow_slug}` ends it"
    if entry.started and (entry.retired or entry.plan == "gone"):
        yield "1 run of it is at work" if entry.started == 1 else f"{entry.started} runs of it are at work"


def deploy_to_run(conn: Connection, definition: Definition, *, drafts: bool) -> Definition:
    """Deploy a flow that is to run now. A slug that is taken by another content becomes a draft's where ``drafts``.

    Returns:
        What was deployed: the definition, or its draft.

    Raises:
        UsageError: the slug is taken, and drafts are not allowed.
    """
    taken = deployed_digest(conn, definition.slug)
    if taken is not None and taken != definition.digest:
        if not drafts:
            raise UsageError(
                f"`{definition.slug}` is deployed with another content: {in_one_sentence(_changes(conn, definition))}",
                help=f"a slug means one flow for ever: `flowc bump` gives it the next, `{next_slug(definition.slug)}`",
            )
        draft = draft_of(definition)
        say(f"draft: `{definition.slug}` is deployed with another content, so this one runs as `{draft.slug}`")
        definition, taken = draft, deployed_digest(conn, draft.slug)
    if taken is None:
        deploy(conn, emit([definition], plain=True))
    return definition


def draft_of(definition: Definition) -> Definition:
    """The same flow under a slug that no other content will have: ``<slug>_draft_<8 hex of its digest>``."""
    suffix = f"_draft_{definition.digest.removeprefix('fc1:')[:8]}"
    return define({**definition.body, "flow": definition.slug[: LONGEST_SLUG - len(suffix)] + suffix})
