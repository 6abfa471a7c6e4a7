"""Any two calls at once do what they do one after the other: in both orders, the first committed or rolled back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations, product
from typing import Any

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from tests.sql.interleaving import LEASE, PATIENCE, Call, Stage, World, answer_of, in_transaction

ISOLATIONS = ("read committed", "repeatable read", "serializable")

CHAIN = {"a": {}, "b": {"depends_on": ["a"]}}
JOIN = {"a": {}, "b": {}, "c": {"depends_on": ["a", "b"]}}
MAP = {"m": {"kind": "map", "map": [1, 2]}, "after": {"depends_on": ["m"]}}
WINDOW = {"m": {"kind": "map", "map": [1, 2, 3, 4], "max_parallel": 2}, "after": {"depends_on": ["m"]}}
ONCE = {"a": {"retry": {"max_attempts": 1}}, "b": {"retry": {"max_attempts": 1}}, "c": {"depends_on": ["a", "b"]}}
SOFT = {name: {**step, "on_failure": "skip"} for name, step in ONCE.items()}
BRANCHES = {
    "a": {},
    "if_one": {"kind": "branch", "run_if": [{"a": 1}], "depends_on": ["b"]},
    "one": {"branch": "if_one"},
    "if_two": {"kind": "branch", "run_unless": [{"a": 1}], "depends_on": ["b"]},
    "two": {"branch": "if_two"},
    "b": {},
    "c": {"depends_on": ["if_one", "if_two"], "join": "any"},
}


def complete(step: str, index: int | None = None, run: str = "r", output: Any = 1) -> Call:
    return lambda w, conn: queries.complete_task(conn, *w.place(run, step, index), json.dumps(output))


def fail(step: str, index: int | None = None, run: str = "r", retryable: bool = True) -> Call:
    return lambda w, conn: queries.fail_task(conn, *w.place(run, step, index), '{"class": "No"}', retryable)


def settle_and_poll(step: str) -> Call:
    def call(w: World, conn: psycopg.Connection) -> Any:
        results = json.dumps([[*w.place("r", step), "ok", 1]])
        replies = queries.settle_and_poll(conn, 0, results, "w", [w.slug], 10, LEASE)
        return [(reply.answer, reply.step_slug, reply.attempt) for reply in replies]

    return call


def complete_all(*where: tuple[str, str]) -> Call:
    def call(w: World, conn: psycopg.Connection) -> Any:
        return queries.complete_tasks(conn, *w.places(*where), ["1"] * len(where))  # type: ignore[arg-type]

    return call


def fail_all(*where: tuple[str, str]) -> Call:
    def call(w: World, conn: psycopg.Connection) -> Any:
        return queries.fail_tasks(conn, *w.places(*where), ["{}"] * len(where))  # type: ignore[arg-type]

    return call


def extend(w: World, conn: psycopg.Connection) -> Any:
    return queries.extend_leases(conn, 0, "w", *w.places(("r", "a")), LEASE)  # type: ignore[arg-type]


def release(w: World, conn: psycopg.Connection) -> Any:
    return queries.release_tasks(conn, *w.places(("r", "a")))  # type: ignore[arg-type]


def expire(w: World, conn: psycopg.Connection) -> Any:
    return queries.expire_leases(conn, 0)


def poll(w: World, conn: psycopg.Connection) -> Any:
    return w.poll(conn)


def poll_one(w: World, conn: psycopg.Connection) -> Any:
    return w.poll(conn, 1)


def cancel(w: World, conn: psycopg.Connection) -> Any:
    return queries.cancel_run(conn, w.runs["r"])


def retry(w: World, conn: psycopg.Connection) -> Any:
    return queries.retry_run(conn, w.runs["r"])


def prune(w: World, conn: psycopg.Connection) -> Any:
    return queries.prune(conn, timedelta(0))


def start(value: Any) -> Call:
    def call(w: World, conn: psycopg.Connection) -> Any:
        return len(w.start("r", conn=conn, value=value))

    return call


def leased(w: World) -> None:
    """A run whose first tasks are leased."""
    w.start("r")
    w.poll()


def two_leased(w: World) -> None:
    w.start("r", "s")
    w.poll()


def overdue(w: World) -> None:
    """The leases have run out."""
    leased(w)
    w.db.execute("update public.test_clock set at = at + interval '1 minute'")


def waiting(w: World) -> None:
    """A run whose first tasks are ready."""
    w.start("r")


def due(w: World) -> None:
    """A run one of whose tasks has slept out its wait."""
    leased(w)
    fail("a")(w, w.db)
    w.db.execute("update public.test_clock set at = at + interval '5 seconds'")


def failed(w: World) -> None:
    """A run that failed, with a task under way."""
    leased(w)
    fail("a", retryable=False)(w, w.db)
    w.db.execute("update public.test_clock set at = at + interval '1 minute'")


def nothing(w: World) -> None:
    """No run at all."""


@dataclass(frozen=True)
class Scene:
    """Two calls upon a prepared run; whether the second waits for the first, each way round.

    A call that skips what the other has locked does not wait, and finds less than it would find in any order: after
    a rollback of the other, and, where they are not ``comparable``, after a commit too.
    """

    steps: dict[str, Any]
    prepare: Callable[[World], None]
    calls: tuple[Call, Call]
    waits: tuple[bool, bool] = (True, True)
    comparable: bool = True


SCENES = {
    "complete and complete at a join": Scene(JOIN, leased, (complete("a"), complete("b"))),
    "complete and complete before branches": Scene(BRANCHES, leased, (complete("a"), complete("b", output=2))),
    "complete and complete of one attempt": Scene(JOIN, leased, (complete("a"), complete("a", output=2))),
    "complete and fail of one attempt": Scene(JOIN, leased, (complete("a"), fail("a"))),
    "the last elements of a map": Scene(MAP, leased, (complete("m", 0), complete("m", 1))),
    "an element and a failed one": Scene(MAP, leased, (complete("m", 0), fail("m", 1, retryable=False))),
    "elements in a window": Scene(WINDOW, leased, (complete("m", 0), complete("m", 1))),
    "complete and expire": Scene(JOIN, overdue, (complete("a"), expire)),
    "fail and expire": Scene(ONCE, overdue, (fail("a"), expire)),
    "expire and expire": Scene(JOIN, overdue, (expire, expire)),
    "extend and expire": Scene(JOIN, overdue, (extend, expire)),
    "release and expire": Scene(JOIN, overdue, (release, expire)),
    "extend and complete": Scene(JOIN, leased, (extend, complete("a"))),
    "release and complete": Scene(JOIN, leased, (release, complete("a"))),
    "complete and cancel": Scene(JOIN, leased, (complete("a"), cancel)),
    "fail and cancel": Scene(JOIN, leased, (fail("a"), cancel)),
    "expire and cancel": Scene(JOIN, overdue, (expire, cancel)),
    "extend and cancel": Scene(JOIN, leased, (extend, cancel)),
    "release and cancel": Scene(JOIN, leased, (release, cancel)),
    "cancel and cancel": Scene(JOIN, leased, (cancel, cancel)),
    "complete and a sibling's failure": Scene(ONCE, leased, (complete("a"), fail("b"))),
    "a failure and a sibling's failure": Scene(ONCE, leased, (fail("a"), fail("b"))),
    "a skipped failure and a sibling's": Scene(SOFT, leased, (fail("a"), fail("b"))),
    "poll and poll": Scene(JOIN, waiting, (poll_one, poll_one), (False, False)),
    "poll and poll of what is due": Scene(JOIN, due, (poll, poll), (False, False)),
    "poll and cancel": Scene(JOIN, waiting, (poll, cancel), (True, False)),
    "poll of what is due and cancel": Scene(JOIN, due, (poll, cancel), (True, False)),
    "poll and complete": Scene(JOIN, due, (poll, complete("b")), (False, False)),
    "poll and a sibling's failure": Scene(ONCE, due, (poll, fail("b")), (False, False)),
    "settle-and-poll twice": Scene(JOIN, leased, (settle_and_poll("a"), settle_and_poll("b"))),
    "handing over and cancel": Scene(CHAIN, leased, (settle_and_poll("a"), cancel)),
    "handing over and expire": Scene(CHAIN, overdue, (settle_and_poll("a"), expire)),
    "handing over and release": Scene(CHAIN, leased, (settle_and_poll("a"), release)),
    "handing over and extend": Scene(CHAIN, leased, (settle_and_poll("a"), extend)),
    "handing over and complete": Scene(CHAIN, leased, (settle_and_poll("a"), complete("a", output=2))),
    "handing over and poll": Scene(CHAIN, leased, (settle_and_poll("a"), poll), (False, False)),
    "handing over twice": Scene(CHAIN, leased, (settle_and_poll("a"), settle_and_poll("a"))),
    "start and start with one key": Scene(JOIN, nothing, (start({"n": 1}), start({"n": 2}))),
    "retry and retry": Scene(JOIN, failed, (retry, retry)),
    "retry and a late word": Scene(JOIN, failed, (retry, complete("b"))),
    "retry and cancel": Scene(JOIN, failed, (retry, cancel)),
    "prune and retry": Scene(JOIN, failed, (prune, retry), (True, False)),
    "prune and prune": Scene(JOIN, failed, (prune, prune), (False, False)),
    "prune and a late word": Scene(JOIN, failed, (prune, complete("b")), (True, False), comparable=False),
    "batches over runs in crossing order": Scene(
        JOIN, two_leased, (complete_all(("r", "a"), ("s", "a")), complete_all(("s", "b"), ("r", "b")))
    ),
    "failures over runs in crossing order": Scene(
        ONCE, two_leased, (fail_all(("s", "a"), ("r", "a")), complete_all(("r", "b"), ("s", "b")))
    ),
}


@pytest.fixture
def stage(db: psycopg.Connection, dsn: str, isolation: str) -> Iterator[Stage]:
    """A database whose default isolation is one of the three, and connections to it."""
    change = f"alter database {db.info.dbname} set default_transaction_isolation = '{isolation}'"
    db.execute(change)  # type: ignore[arg-type]
    with connect(dsn) as looker, connect(dsn) as first, connect(dsn) as second:
        stage = Stage(looker, first, second)
        yield stage
        stage.close()


@pytest.fixture
def isolation() -> str:
    """What transactions are by default in the database of the stage."""
    return "read committed"


@pytest.mark.each_postgres
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_calls_at_once_are_two_calls_one_after_the_other(stage: Stage, isolation: str) -> None:
    # Our connections are READ COMMITTED under each default: where that has been seen, once each way will do.
    endings = (True, False) if isolation == "read committed" else (True,)
    wrong = [
        (name, "turned" if turned else "straight", "commit" if commit else "rollback", difference)
        for name, scene in SCENES.items()
        for turned in (False, True)
        for commit in endings
        for difference in differences(stage, scene, turned=turned, commit=commit)
    ]
    assert not wrong, "\n".join(map(str, wrong))


def differences(stage: Stage, scene: Scene, *, turned: bool, commit: bool) -> Iterator[tuple[str, Any, Any]]:
    """What is not as it is when one call comes after the other."""
    first, second = reversed(scene.calls) if turned else scene.calls
    waits = scene.waits[turned]
    with stage.world(scene.steps, scene.prepare) as world:
        answers, shown = stage.serially(world, *((first, second) if commit else (second,)))
    with stage.world(scene.steps, scene.prepare) as world:
        waited, found_answers, found = stage.interleaved(world, first, second, commit=commit)
        if waited != waits:
            yield "waited", waited, waits
        if offences := stage.offences():
            yield "offences", offences, []
        if waits or (commit and scene.comparable):
            found_answers = found_answers[-len(answers) :]
            if found_answers != answers:
                yield "answers", found_answers, answers
            if found != shown:
                yield "shown", found, shown


def test_a_call_made_twice_changes_nothing_the_second_time(stage: Stage) -> None:
    calls = {call: scene for scene in SCENES.values() for call in scene.calls if call not in {poll, poll_one}}
    for call, scene in calls.items():
        with stage.world(scene.steps, scene.prepare) as world:
            _, once = stage.serially(world, call)
            _, twice = stage.serially(world, call)
            assert once == twice


def test_three_edges_that_arrive_at_once_start_the_join_once(stage: Stage) -> None:
    steps = {"a": {}, "b": {}, "c": {}, "d": {"depends_on": ["a", "b", "c"]}}
    calls = [complete(step) for step in "abc"]
    with connect(stage.db.info.dsn) as third, ThreadPoolExecutor(2) as threads:
        for one, two, three in permutations(calls):
            with stage.world(steps, leased) as world:
                stage.first.execute("begin isolation level read committed")
                assert one(world, stage.first) == "ok"
                others = [threads.submit(answer_of, two, world, stage.second)]
                assert stage.waits(stage.second, stage.first, others[0])
                others.append(threads.submit(answer_of, three, world, third))
                assert stage.waits(third, stage.second, others[1])
                stage.first.execute("commit")
                assert [other.result(PATIENCE) for other in others] == ["ok", "ok"]
                assert world.poll() == [["r", "d", -1, 1]]
                assert stage.offences() == []


@pytest.mark.parametrize("kind", ["completions", "failures", "extensions", "releases"])
def test_batches_in_crossing_order_do_not_lock_each_other_out(stage: Stage, kind: str) -> None:
    with connect(stage.db.info.dsn) as third, ThreadPoolExecutor(2) as threads:
        for held, turned in product("rs", (False, True)):
            with stage.world(JOIN, two_leased) as world:
                straight, crossing = [("r", "a"), ("s", "a")], [("s", "b"), ("r", "b")]
                calls = [batch(kind, where) for where in ((crossing, straight) if turned else (straight, crossing))]
                # Both are underway, with what they have locked so far, when the run that is held comes free.
                stage.first.execute("begin isolation level read committed")
                stage.first.execute("select from flowc._runs where run_id = %s for update", [world.runs[held]])
                one = threads.submit(answer_of, calls[0], world, stage.second)
                assert stage.waits(stage.second, stage.first, one)
                other = threads.submit(answer_of, calls[1], world, third)
                stage.is_stuck(third)
                stage.first.execute("commit")
                assert [one.result(PATIENCE), other.result(PATIENCE)] == [["ok", "ok"]] * 2
                assert stage.offences() == []


def batch(kind: str, where: list[tuple[str, str]]) -> Call:
    """One call about several attempts."""

    def call(w: World, conn: psycopg.Connection) -> Any:
        places: Any = w.places(*where)
        if kind == "extensions":
            return queries.extend_leases(conn, 0, "w", *places, LEASE)
        return queries.release_tasks(conn, *places)

    return {"completions": complete_all(*where), "failures": fail_all(*where)}.get(kind, call)


def deploys(slug: str) -> tuple[str, str]:
    """The SQL of two flows of one slug with different content."""
    definitions = [{"flow": slug, "steps": {"a": {"kind": "task", "timeout": timeout}}} for timeout in (1000, 2000)]
    return tuple(emit([define(each)], plain=True) for each in definitions)  # type: ignore[return-value]


@pytest.mark.parametrize("same", [True, False], ids=["equal content", "different content"])
@pytest.mark.parametrize("commit", [True, False], ids=["committed", "rolled back"])
def test_deploys_at_once_pass_one_at_a_time(stage: Stage, same: bool, commit: bool) -> None:
    one, other = deploys("flow")
    with ThreadPoolExecutor(1) as threads:
        stage.first.execute("begin isolation level read committed")
        stage.first.execute(one.encode())
        second = threads.submit(in_transaction, stage.second, one if same else other)
        assert stage.waits(stage.second, stage.first, second)
        stage.first.execute("commit" if commit else "rollback")
        refused = second.exception(PATIENCE)
    assert (refused is not None) == (commit and not same)
    assert refused is None or (isinstance(refused, psycopg.Error) and refused.sqlstate == "FC002")
    [(definition,)] = stage.db.execute("select definition from flowc.flows").fetchall()
    assert definition in (one if commit or same else other)
    assert stage.offences() == []


@pytest.mark.parametrize("isolation", ISOLATIONS[1:])
def test_a_stricter_transaction_is_refused_with_a_word(db: psycopg.Connection, isolation: str) -> None:
    calls = [
        "start_flow('flow')",
        "poll_for_tasks(0, 'w', '{}', 1, '30 s')",
        "complete_task(gen_random_uuid(), 'a', null, 1, '1')",
        "fail_task(gen_random_uuid(), 'a', null, 1, '{}')",
        "settle_and_poll(0, '[]', 'w', '{}', 0, '30 s')",
        "extend_leases(0, 'w', '{}', '{}', '{}', '{}', '30 s')",
        "release_tasks(array[gen_random_uuid()], '{a}', '{null}', '{1}')",
        "expire_leases(0)",
        "cancel_run(gen_random_uuid())",
        "retry_run(gen_random_uuid())",
        "prune()",
    ]
    for call in calls:
        with ExitStack() as stack:
            db.execute(f"begin isolation level {isolation}")  # type: ignore[arg-type]
            stack.callback(db.execute, "rollback")
            with pytest.raises(psycopg.Error, match="READ COMMITTED") as caught:
                db.execute(f"select flowc.{call}")  # type: ignore[arg-type]
            assert caught.value.sqlstate == "FC005", call
