"""flowc.invariants: silent whatever the engine is made to do, and loud at each damage done by hand."""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from tests.sql.pair import START
from tests.sql.test_interpreter_agrees import SETTINGS, Engines

MINUTE = timedelta(minutes=1)

DEFINITION = {
    "flow": "mixed",
    "steps": {
        "begin": {"kind": "task"},
        "other": {"kind": "task", "priority": 3},
        "join": {"kind": "task", "depends_on": ["begin", "other"]},
        "split": {"kind": "map", "map": "$begin", "depends_on": ["begin"], "max_parallel": 2},
        "if_one": {"kind": "branch", "run_if": [{"other": 1}]},
        "one": {"kind": "task", "branch": "if_one"},
        "if_two": {"kind": "branch", "run_unless": [{"other": 1}]},
        "two": {"kind": "task", "branch": "if_two"},
        "last": {"kind": "task", "depends_on": ["join", "one", "split"], "join": "settled"},
    },
}
HANDLERS = [slug for slug, step in DEFINITION["steps"].items() if step["kind"] != "branch"]  # type: ignore[attr-defined]


class Watched(Engines):
    """Random play on both engines, with a look at the invariants now and then."""

    @invariant()
    def nothing_offends(self) -> None:
        if hasattr(self, "rng") and self.rng.random() < 0.3:
            assert self.conn.execute("execute offences").fetchall() == []


def test_the_invariants_hold_whatever_happens(db: psycopg.Connection) -> None:
    # Planned once: planning takes longer than looking.
    db.execute("prepare offences as select * from flowc.invariants")
    machine = type("Watched", (Watched,), {"conn": db, "numbers": itertools.count(), "clock": [START]})
    run_state_machine_as_test(machine, settings=settings(SETTINGS, max_examples=30, database=None))  # type: ignore[no-untyped-call]


# What is done by hand, and which invariant must tell. {a} is a started run, {b} a completed, {c} a failed one.
DAMAGES: list[tuple[LiteralString, str]] = [
    ("""update flowc._runs set input_blobs = '[{{"path": [], "blob_id": "0"}}]' where run_id = {a}""",
     "a marked blob is stored, and its run refers to it"),
    ("""update flowc._done set blobs = '[{{"path": [], "blob_id": "0"}}]' where run_id = {a}""",
     "a marked blob is stored, and its run refers to it"),
    ("insert into flowc._blob_refs values (0, gen_random_uuid(), '0')", "a reference to a blob is of a run"),
    ("update flowc._waits set arrived = arrived + 1 where run_id = {a}", "a join has counted what has arrived"),
    ("update flowc._waits set ok = 0 where run_id = {a}", "a join has counted what has arrived"),
    ("update flowc._waits set closed = not closed where run_id = {a}", "a join has counted what has arrived"),
    ("delete from flowc._waits where run_id = {a}", "a join has counted what has arrived"),
    ("update flowc._live set node = {join} where run_id = {a} and node = {other}",
     "a step begins when all that it waits for has settled"),
    ("delete from flowc._live where run_id = {a} and node = {other}",
     "a step begins once all that it waits for has settled"),
    ("delete from flowc._live where run_id = {a}", "a started run has something to do"),
    ("update flowc._maps set remaining = remaining - 1 where run_id = {a}", "a map has counted its elements"),
    ("update flowc._maps set bad = bad + 1 where run_id = {a}", "a map has counted its elements"),
    ("update flowc._maps set opened = opened + 1 where run_id = {a}", "a map has counted its elements"),
    ("delete from flowc._live where run_id = {a} and idx = 2", "a map has counted its elements"),
    ("delete from flowc._maps where run_id = {a}", "an element at work belongs to a map at work"),
    ("update flowc._live set idx = 5 where run_id = {a} and idx = 2", "an element at work belongs to a map at work"),
    ("update flowc._done set output = '[1, 3, 2]' where run_id = {b} and node = {split} and idx = -1",
     "the output of a map is that of each of its elements"),
    ("update flowc._done set output = '[1, 2]' where run_id = {b} and node = {split} and idx = -1",
     "the output of a map is that of each of its elements"),
    ("delete from flowc._done where run_id = {b} and node = {split} and idx = 1",
     "the output of a map is that of each of its elements"),
    ("update flowc._done set st = 1 where run_id = {b} and node = {two}",
     "a step is skipped just where its branch, its join or its condition says so"),
    ("update flowc._done set st = 1 where run_id = {b} and node = {if_two}",
     "a step is skipped just where its branch, its join or its condition says so"),
    ("update flowc._done set st = 4 where run_id = {b} and node = {if_one}",
     "a step is skipped just where its branch, its join or its condition says so"),
    ("update flowc._done set st = 3 where run_id = {b} and node = {join}",
     "a step is skipped just where its branch, its join or its condition says so"),
    ("update flowc._done set attempt = 1 where run_id = {b} and node = {two}", "a step that is skipped has no task"),
    ("update flowc._live set node = {begin} where run_id = {a} and node = {other}",
     "a step that has settled has no task"),
    ("update flowc._live set node = {begin} where run_id = {a} and node = {other}", "a task stands in one place"),
    ("insert into flowc._later select bucket, run_id, node, idx, now(), prio, queue, flow_id, need_id, attempt,"
     " failures, max_attempts, item from flowc._live", "a task stands in one place"),
    ("update flowc._live set prio = 7 where run_id = {a} and idx = 2", "a task stands where its key leads"),
    ("update flowc._live set queue = 'q' where run_id = {a} and idx = 2", "a task stands where its key leads"),
    ("update flowc._live set need_id = 0 where run_id = {a} and idx = 2", "a task stands where its key leads"),
    ("update flowc._live set attempt = attempt - 1 where run_id = {a} and node = {other}",
     "attempt numbers never go back"),
    ("update flowc._errors set attempt = 2 where run_id = {c}", "an attempt is counted once"),
    ("update flowc._done set attempt = 1 where run_id = {b} and node = {begin}", "an attempt is counted once"),
    ("update flowc._live set failures = 2 where run_id = {a} and node = {other}",
     "failures are those that left an error, and fewer than the most"),
    ("delete from flowc._errors where run_id = {a}", "failures are those that left an error, and fewer than the most"),
    ("update flowc._buckets set next_expiry_at = 'infinity'", "a lease that ran out is found in time"),
    ("update flowc._live set run_id = {b} where run_id = {a}", "an ended run has nothing at work"),
    ("update flowc._waits set run_id = {b} where run_id = {a}", "an ended run has nothing at work"),
    ("update flowc._maps set run_id = {c} where run_id = {a}", "an ended run has nothing at work"),
    ("delete from flowc._runs where run_id = {c}", "what is kept belongs to a run"),
    ("delete from flowc._done where run_id = {b} and node = {last}", "in a completed run every step has settled"),
    ("update flowc._done set st = 7 where run_id = {b} and node = {last}", "a failed step ends its run"),
    ("update flowc._runs set skipped_failures = 1 where run_id = {b}", "a run counts the failures that were skipped"),
    ("update flowc._runs set ended_at = null where run_id = {b}", "a run tells how it ended"),
    ("update flowc._runs set error = null where run_id = {c}", "a run tells how it ended"),
    ("update flowc._runs set failed_node = null where run_id = {c}", "a run tells how it ended"),
    ("update flowc._runs set bucket = 1 where run_id = {a}", "the id of a run names its bucket"),
    ("alter table flowc.flows drop constraint digest_is_of_definition; alter table flowc.flows disable trigger all;"
     " update flowc.flows set definition = definition || ' '",
     "a definition has the digest under which it was deployed"),
    ("alter table flowc.steps disable trigger all; update flowc.steps set definition = '{{}}' where step_slug = 'two'",
     "the steps of a flow are those of its definition"),
    ("alter table flowc.steps disable trigger all; delete from flowc.steps where step_slug = 'two'",
     "the steps of a flow are those of its definition"),
    ("delete from flowc._plans", "a run belongs to a flow"),
    ("delete from flowc._plans", "every flow has a plan of all its steps"),
    ("delete from flowc._nodes where step_slug = 'last'", "every flow has a plan of all its steps"),
    ("delete from flowc._edges where child = {join} and parent = {begin}", "a plan has counted its edges"),
    ("update flowc._edges set n_in = 1 where child = {join}", "a plan has counted its edges"),
]  # fmt: skip


@pytest.fixture
def places(db: psycopg.Connection) -> dict[str, object]:
    """A started, a completed and a failed run of the mixed flow, and its nodes, by name."""
    db.execute(emit([define(DEFINITION)], plain=True))  # type: ignore[arg-type]
    found: dict[str, object] = dict(db.execute("select step_slug, node from flowc._nodes").fetchall())
    for name, ending in (("b", "completed"), ("c", "failed"), ("a", "started")):
        run_id = queries.start_flow(db, "mixed", input_checked=True)
        work(db, ending)
        run = queries.run(db, run_id)
        assert run is not None
        assert run.status == ending
        found[name] = f"'{run_id}'"
    assert queries.invariants(db) == []
    return found


def work(db: psycopg.Connection, ending: str) -> None:
    """Bring the one started run to an end, or into the middle: its map at work, the retry of ``other`` leased."""
    while tasks := queries.poll_for_tasks(db, 0, "w", HANDLERS, 10, MINUTE):
        for task in tasks:
            place = task.run_id, task.step_slug, task.task_index, task.attempt
            if (task.step_slug in {"begin", "other"} and task.attempt == 1) or ending == "failed":
                queries.fail_task(db, *place, json.dumps({"class": "No"}), retryable=ending != "failed")
            elif task.step_slug != "other" or ending != "started":
                queries.complete_task(
                    db, *place, "[1, 2, 3]" if task.step_slug == "begin" else str(task.task_index or 1)
                )
            if ending == "started" and task.step_slug == "split":
                queries.poll_for_tasks(db, 0, "w", HANDLERS, 10, MINUTE)
                return
        db.execute("update flowc._later set due = '-infinity'")


@pytest.mark.each_postgres
def test_each_damage_is_told_by_its_invariant(db: psycopg.Connection, places: dict[str, object]) -> None:
    silent = []
    for damage, told in DAMAGES:
        with db.transaction(force_rollback=True):
            db.execute(damage.format(**places))  # type: ignore[arg-type]
            if told not in {offence.invariant for offence in queries.invariants(db)}:
                silent.append((damage, told))
    assert silent == []


def test_each_invariant_is_told_of_by_some_damage(db: psycopg.Connection) -> None:
    """All of them: the sentences that the views can say."""
    sources = db.execute(
        "select pg_get_viewdef(oid) from pg_class where relnamespace = 'flowc'::regnamespace and relname ~ '^_broken'"
    ).fetchall()
    sentences = {sentence for (source,) in sources for sentence in re.findall(r"'([^']+)'::text AS invariant", source)}
    assert len(sentences) > 20
    assert sentences == {told for _, told in DAMAGES}
