"""A worker on a real PostgreSQL: what flows promise holds, whatever the handlers do."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import orjson
import pytest

from flowc import Context, Handlers, Permanent, RetryLater, Worker
from flowc.db import queries
from flowc.errors import DatabaseError, UsageError
from flowc.runtime.worker import Event
from tests.runtime.conftest import PATIENCE, Background, Engine

CHAIN = """
    flow: chain
    steps:
      a:
      b: {with: {x: $a.n}}
      c: {depends_on: [b]}
    """


def chain() -> Handlers:
    handlers = Handlers()

    @handlers.register
    def a(input: dict[str, Any]) -> dict[str, int]:  # noqa: A002
        return {"n": input.get("n", 1)}

    @handlers.register
    async def b(x: int) -> int:
        await asyncio.sleep(0)
        return x + 1

    @handlers.register
    def c(b: int, ctx: Context) -> dict[str, Any]:
        return {"b": b, "attempt": ctx.attempt}

    return handlers


def one(function: Callable[..., Any], name: str = "work") -> Handlers:
    """A registry with one handler."""
    handlers = Handlers()
    handlers.register(function, name=name)
    return handlers


def test_a_chain_of_plain_and_async_handlers_completes(engine: Engine) -> None:
    engine.deploy(CHAIN)
    runs = [engine.start("chain", {"n": n}) for n in range(50)]
    engine.work(chain())

    assert [engine.output(run)["c"] for run in runs] == [{"b": n + 1, "attempt": 1} for n in range(50)]


def test_many_runs_are_worked_off_by_two_workers_each_task_once(
    engine: Engine, background: Callable[..., Background]
) -> None:
    engine.deploy(CHAIN)
    runs = engine.start("chain", {"n": 5}, count=400)
    calls: list[str] = []
    handlers = chain()
    handlers.register(lambda ctx: calls.append(ctx.run_id), name="count")
    for _ in range(2):
        background(handlers, batch=7)
    engine.work(handlers)

    assert {engine.status(run) for run in runs} == {"completed"}
    assert all(task.attempt == 1 for run in runs[:20] for task in queries.step_tasks(engine.conn, run))


def test_a_map_gets_its_items_in_order_and_handlers_may_name_what_a_poll_does_not_bring(engine: Engine) -> None:
    engine.deploy("""
        flow: pages
        steps:
          links:
          page: {map: $links}
        """)
    handlers = one(lambda: ["x", "y", "z"], "links")

    @handlers.register
    def page(item: str, index: int, links: list[str], input: dict[str, Any]) -> str:  # noqa: A002
        return f"{input['site']}/{item}{index} of {len(links)}"

    run = engine.start("pages", {"site": "s"})
    engine.work(handlers)

    assert engine.output(run) == {"page": ["s/x0 of 3", "s/y1 of 3", "s/z2 of 3"]}


ONE_STEP = """
    flow: one
    steps:
      work: {retry: {base_delay: 10ms, max_delay: 10ms}}
    """


def test_a_handler_that_raises_is_tried_again_and_its_errors_are_kept(engine: Engine) -> None:
    engine.deploy(ONE_STEP)

    def work(ctx: Context) -> str:
        if ctx.attempt < 3:
            raise ValueError(f"attempt {ctx.attempt}")
        return "third time lucky"

    run = engine.start("one")
    engine.work(one(work))

    assert engine.output(run) == {"work": "third time lucky"}
    assert engine.attempts(run) == [("work", 1, "ValueError"), ("work", 2, "ValueError")]


async def unawaited() -> None: ...


def itself() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def raising(error: BaseException) -> Callable[[], NoReturn]:
    def work() -> NoReturn:
        raise error

    return work


def recursing() -> Any:
    return recursing()


BAD: dict[str, tuple[Callable[[], Any], str, int]] = {
    "raises": (raising(ValueError("no")), "no", 3),
    "permanent": (raising(Permanent("gone")), "gone", 1),
    "exits": (raising(SystemExit(3)), "the handler raised SystemExit(3)", 3),
    "interrupts": (raising(KeyboardInterrupt()), "the handler raised KeyboardInterrupt()", 3),
    "stops": (raising(StopIteration()), "", 3),
    "generator exit": (raising(GeneratorExit()), "the handler raised GeneratorExit()", 3),
    "nul in the message": (raising(ValueError("a\0b\ud800")), "a\\x00b\\ud800", 3),
    "recursion": (recursing, "maximum recursion depth exceeded", 3),
    "set": (lambda: {1}, "the result cannot be stored: `$` is a set; return a list", 1),
    "nan": (lambda: {"a": [float("nan")]}, "the result cannot be stored: `$.a[0]` is NaN; JSON has no such number", 1),
    "nul": (lambda: "\0", "the result cannot be stored: `$` holds U+0000, which PostgreSQL cannot store", 1),
    "itself": (itself, "the result cannot be stored: `$[0]` is `$` again: a value cannot hold itself", 1),
    "coroutine": (lambda: [unawaited()][0], "the result cannot be stored: `$` is a coroutine that nobody awaited", 1),
    "huge": (lambda: "x" * 70_000_000, "the result cannot be stored: `$` is 70,000,002 bytes of JSON", 1),
    "beyond jsonb": (lambda: {"k" * 300_000_000: 1}, "the result cannot be stored: `$` is 300,000,006 bytes", 1),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_handler_fails_its_run_with_a_clear_error_and_the_worker_goes_on(engine: Engine, name: str) -> None:
    handler, message, attempts = BAD[name]
    engine.deploy(ONE_STEP)
    engine.deploy("flow: good\nsteps: {fine: }")
    bad = engine.start("one")
    handlers = one(handler)
    handlers.register(lambda: "fine", name="fine")
    good = engine.start("good")
    engine.work(handlers)

    assert message in engine.error(bad)["message"]
    assert len(engine.attempts(bad)) == attempts
    assert engine.output(good) == {"fine": "fine"}


def test_a_result_that_only_postgresql_refuses_fails_its_task_alone(engine: Engine) -> None:
    engine.deploy(ONE_STEP)
    engine.conn.execute("""alter table flowc._done add check (output is distinct from '"unlucky"')""")
    runs = [engine.start("one", {"n": n}) for n in range(9)]
    results = {3: orjson.Fragment(b"no JSON at all"), 5: "unlucky"}

    def work(input: dict[str, int]) -> Any:  # noqa: A002
        return results.get(input["n"], "fine")

    engine.work(one(work))
    assert [n for n, run in enumerate(runs) if engine.status(run) != "completed"] == [3, 5]
    assert "PostgreSQL says: invalid input syntax for type json" in engine.error(runs[3])["message"]
    assert "PostgreSQL says: new row for relation" in engine.error(runs[5])["message"]
    assert [engine.attempts(runs[n]) for n in (3, 5)] == [[("work", 1, "InvalidOutput")]] * 2


def test_retry_later_is_obeyed(engine: Engine) -> None:
    engine.deploy(ONE_STEP)

    def work(ctx: Context) -> str:
        if ctx.attempt == 1:
            raise RetryLater("busy", after=0)
        return "done"

    run = engine.start("one")
    engine.work(one(work))
    assert engine.output(run) == {"work": "done"}


def test_an_input_that_nobody_checked_fails_its_run_with_the_path(engine: Engine) -> None:
    engine.deploy("""
        flow: one
        input: {type: object, required: [n], properties: {n: {type: integer}}}
        steps: {work: }
        """)
    bad, good = engine.start("one", {"n": "x"}), engine.start("one", {"n": 5})
    engine.work(one(lambda input: input["n"]))  # noqa: A006

    assert "the run's input does not fit its schema at `$.n`" in engine.error(bad)["message"]
    assert engine.output(good) == {"work": 5}


def test_a_flow_is_polled_only_by_a_worker_that_has_its_secrets(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.deploy("flow: one\nsecrets: [TOKEN]\nsteps: {work: }")
    engine.deploy("flow: not_ours\nsecrets: [TOKEN]\nsteps: {stranger: }")
    run = engine.start("one")
    handlers = one(lambda ctx: len(ctx.secrets["TOKEN"].reveal()))

    with caplog.at_level(logging.WARNING, "flowc.worker"):
        engine.work(handlers, secrets={"OTHER": "x"})
    assert engine.status(run) == "started"
    assert [record.getMessage() for record in caplog.records] == [
        "flow `one` needs the secret `TOKEN`, which this worker lacks: it leaves that flow to others"
    ]
    engine.work(handlers, secrets={"TOKEN": "four", "not a name!": "x"})
    assert engine.output(run) == {"work": 4}


def test_a_secret_never_reaches_a_row_through_an_error(engine: Engine) -> None:
    engine.deploy("flow: one\nsecrets: [TOKEN]\nsteps: {work: {retry: {max_attempts: 1}}}")
    run = engine.start("one")

    def work(ctx: Context) -> NoReturn:
        raise ValueError(f"refused: {ctx.secrets['TOKEN'].reveal()}")

    engine.work(one(work), secrets={"TOKEN": "correct-horse"})
    assert engine.error(run)["message"] == "refused: ***"
    [error] = queries.task_errors(engine.conn, run)
    assert "correct-horse" not in str(error)


def test_a_worker_takes_only_from_its_queues(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {work: {queue: gpu}}")
    run = engine.start("one")
    engine.work(one(lambda: 1), queues=["default"])
    assert engine.status(run) == "started"
    engine.work(one(lambda: 1), queues=["gpu"])
    assert engine.status(run) == "completed"


def test_a_handler_past_its_timeout_fails_and_its_late_result_is_dropped(
    engine: Engine, background: Callable[..., Background], caplog: pytest.LogCaptureFixture
) -> None:
    engine.deploy("flow: one\nsteps: {work: {timeout: 100ms, retry: {max_attempts: 2, base_delay: 10ms}}}")
    told, release = threading.Event(), threading.Event()

    def work(ctx: Context) -> str:
        if ctx.attempt == 1:
            release.wait(PATIENCE)
            assert ctx.cancelled
            return "late"
        release.set()
        return "in time"

    def listen(event: Event) -> None:
        if event.kind == "completed":
            told.set()

    run = engine.start("one")
    with caplog.at_level(logging.WARNING, "flowc.worker"):
        background(one(work), on_event=listen)
        assert told.wait(PATIENCE)

    assert engine.output(run) == {"work": "in time"}
    assert engine.attempts(run) == [("work", 1, "Timeout")]
    assert "keeps its slot until it ends (1 of 16 do)" in caplog.text


def test_an_async_handler_past_its_timeout_is_cancelled(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {work: {timeout: 100ms, retry: {max_attempts: 1}}}")
    cancelled = threading.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    run = engine.start("one")
    engine.work(one(work))
    assert engine.error(run)["message"] == "the handler took longer than its timeout of 0.1 s"
    assert cancelled.wait(PATIENCE)


def test_a_slow_handler_keeps_its_lease_and_holds_up_nobody(
    engine: Engine, background: Callable[..., Background]
) -> None:
    engine.deploy("flow: slow\nsteps: {crawl: }")
    engine.deploy(ONE_STEP)
    release, crawling, extended = threading.Event(), threading.Event(), threading.Event()

    def crawl() -> str:
        crawling.set()
        release.wait(PATIENCE)
        return "slow"

    handlers = one(lambda: "quick")
    handlers.register(crawl)
    slow = engine.start("slow")
    worker = background(handlers, lease=1.0)
    assert crawling.wait(PATIENCE)
    [before] = queries.step_tasks(engine.conn, slow)
    quick = [engine.start("one") for _ in range(30)]
    while any(engine.status(run) != "completed" for run in quick):
        extended.wait(0.01)
    while (task := queries.step_tasks(engine.conn, slow)[0]).lease_expires_at == before.lease_expires_at:
        extended.wait(0.01)
    release.set()
    worker.stop()

    assert task.attempt == 1
    assert engine.output(slow) == {"crawl": "slow"}


def test_tasks_behind_a_handler_that_blocks_go_to_a_worker_that_is_free(
    engine: Engine, background: Callable[..., Background]
) -> None:
    engine.deploy(ONE_STEP)
    blocked, release = threading.Event(), threading.Event()

    def work(input: dict[str, int]) -> int:  # noqa: A002
        if input["n"] < 0:
            blocked.set()
            release.wait(PATIENCE)
        return input["n"]

    quick = engine.start("one", {"n": 1}, count=300)  # it learns that the handler is quick, and fetches ahead
    worker = background(one(work), concurrency=1, batch=50)
    while any(engine.status(run) != "completed" for run in quick[-1:]):
        release.wait(0.01)
    with engine.conn.transaction():
        slow = engine.start("one", {"n": -1})
        behind = engine.start("one", {"n": 2}, count=20)
    assert blocked.wait(PATIENCE)
    background(one(work))
    while any(engine.status(run) != "completed" for run in behind):
        release.wait(0.01)
    assert engine.status(slow) == "started"
    release.set()
    worker.stop()

    assert engine.output(slow) == {"work": -1}
    assert [engine.attempts(run) for run in behind] == [[]] * 20


def test_a_handler_sees_the_errors_of_what_it_depends_on(engine: Engine) -> None:
    engine.deploy("""
        flow: caught
        steps:
          risky: {on_failure: skip, retry: {max_attempts: 1}}
          after: {depends_on: [risky], join: settled}
        """)
    handlers = one(raising(ValueError("no luck")), "risky")

    @handlers.register
    def after(risky: str | None, ctx: Context) -> list[Any]:
        return [risky, ctx.failures["risky"]["class"], ctx.failures["risky"]["message"]]

    run = engine.start("caught")
    engine.work(handlers)
    assert engine.output(run) == {"after": [None, "ValueError", "no luck"]}


def test_a_null_that_a_parameter_refuses_fails_the_run_without_calling_the_handler(engine: Engine) -> None:
    engine.deploy("""
        flow: nothing
        input: {type: object}
        steps: {work: {with: {url: $input.url}}}
        """)
    called: list[str] = []

    def work(url: str) -> None:
        called.append(url)

    run = engine.start("nothing")
    engine.work(one(work))
    assert engine.error(run)["message"] == (
        "`$input.url`, given as `url`, is null, and the parameter of `work` takes no null"
    )
    assert (called, len(engine.attempts(run))) == ([], 1)


def test_a_list_of_handlers_is_one_task(engine: Engine) -> None:
    engine.deploy("flow: listed\nsteps: {work: {handler: [fetch, parse], with: {n: $input.n}}}")
    handlers = one(lambda n: {n, n + 1}, "fetch")
    handlers.register(lambda previous: sorted(previous), name="parse")  # noqa: PLW0108
    run = engine.start("listed", {"n": 3})
    engine.work(handlers)

    assert engine.output(run) == {"work": [3, 4]}
    assert len(queries.step_tasks(engine.conn, run)) == 1


def test_a_cancelled_run_is_seen_by_its_handler(engine: Engine, background: Callable[..., Background]) -> None:
    engine.deploy(ONE_STEP)
    begun, seen = threading.Event(), threading.Event()

    def work(ctx: Context) -> None:
        begun.set()
        while not ctx.cancelled:
            seen.wait(0.01)
        seen.set()

    run = engine.start("one")
    background(one(work), lease=1.0)
    assert begun.wait(PATIENCE)
    queries.cancel_run(engine.conn, run)
    assert seen.wait(PATIENCE)
    assert engine.status(run) == "cancelled"


def test_an_idle_worker_is_woken_by_a_start(engine: Engine, background: Callable[..., Background]) -> None:
    engine.deploy(ONE_STEP)
    done = threading.Event()
    background(one(lambda: done.set()), batch=1)  # noqa: PLW0108
    while not engine.conn.execute("select 1 from flowc._sleepers").fetchone():
        done.wait(0.01)
    run = engine.start("one")

    assert done.wait(PATIENCE)
    while engine.status(run) != "completed":
        done.wait(0.01)


def test_without_wake_ups_a_worker_finds_its_tasks_too(engine: Engine, background: Callable[..., Background]) -> None:
    engine.deploy(ONE_STEP)
    done = threading.Event()
    background(one(lambda: done.set()), listen=False)  # noqa: PLW0108
    engine.start("one")
    assert done.wait(PATIENCE)
    assert engine.conn.execute("select count(*) from flowc._sleepers").fetchone() == (0,)


def test_a_worker_whose_connections_are_cut_comes_back_and_loses_no_result(
    engine: Engine, background: Callable[..., Background]
) -> None:
    engine.deploy(CHAIN)
    calls: list[str] = []
    cut, go_on = threading.Event(), threading.Event()
    handlers = chain()

    def b(x: int, ctx: Context) -> int:
        calls.append(ctx.run_id)
        cut.set()
        go_on.wait(PATIENCE)
        return x + 1

    broken = one(b, "b")
    for name in ("a", "c"):
        broken.register(handlers[name].function, name=name)
    run = engine.start("chain", {"n": 5})
    worker = background(broken)
    assert cut.wait(PATIENCE)
    engine.conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like %s",
        [f"{worker.worker.worker_id}%"],
    )
    go_on.set()
    while engine.status(run) != "completed":
        cut.wait(0.01)
        assert len(calls) == 1

    assert engine.output(run)["c"] == {"b": 6, "attempt": 1}


def test_stopping_waits_for_what_runs_and_hands_back_what_waits(
    engine: Engine, background: Callable[..., Background]
) -> None:
    engine.deploy(ONE_STEP)
    begun, release = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        release.wait(PATIENCE)
        return "done"

    runs = engine.start("one", count=5)
    worker = background(one(work), concurrency=2, batch=5)
    assert begun.wait(PATIENCE)
    worker.worker.stop()
    release.set()
    assert worker.stop() == 0

    states = sorted(queries.step_tasks(engine.conn, run)[0].status for run in runs)
    assert set(states) == {"completed", "queued"}
    assert states.count("completed") <= 2
    engine.work(one(lambda: "later"))
    assert {engine.status(run) for run in runs} == {"completed"}
    assert [engine.attempts(run) for run in runs] == [[]] * 5


def test_draining_waits_for_retries_and_leaves_what_it_cannot_do(engine: Engine) -> None:
    engine.deploy(ONE_STEP)
    engine.deploy("flow: other\nsteps: {stranger: }")
    stranger = engine.start("other")
    run = engine.start("one")

    def work(ctx: Context) -> int:
        if ctx.attempt == 1:
            raise ValueError("once")
        return ctx.attempt

    engine.work(one(work))
    assert (engine.status(run), engine.status(stranger)) == ("completed", "started")


def test_a_worker_tells_what_it_does(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {work: {retry: {max_attempts: 2, base_delay: 10ms}}}")
    events: list[Event] = []

    def work(ctx: Context) -> int:
        if ctx.attempt == 1:
            raise ValueError("once")
        return ctx.attempt

    engine.start("one")
    engine.work(one(work), on_event=events.append)

    kinds = [(event.kind, event.task.attempt, (event.error or {}).get("message")) for event in events]
    assert kinds == [("leased", 1, None), ("failed", 1, "once"), ("leased", 2, None), ("completed", 2, None)]


def test_a_worker_for_many_buckets_works_them_all(engine: Engine) -> None:
    engine.conn.execute("insert into flowc._buckets (bucket) select generate_series(1, 3)")
    engine.deploy(CHAIN)
    runs = engine.start("chain", {"n": 5}, count=40)
    engine.work(chain())

    assert len({run[-4:] for run in runs}) > 1
    assert {engine.status(run) for run in runs} == {"completed"}


@pytest.mark.parametrize(
    "wrong",
    [{"concurrency": 0}, {"batch": 0}, {"executor": "process"}, {"handlers": Handlers()}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_arguments_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    arguments = {"handlers": one(lambda: 1), **wrong}
    with pytest.raises(UsageError):
        Worker("postgresql://localhost/x", **arguments)


def test_no_database_and_a_database_without_flowc_are_told_at_once(empty_dsn: str) -> None:
    with pytest.raises(DatabaseError, match="is not there"):
        Worker("postgresql://localhost:1/x", one(lambda: 1)).run()
    with pytest.raises(DatabaseError):
        Worker(empty_dsn, one(lambda: 1)).run()


def test_an_output_round_trips_through_the_database(engine: Engine) -> None:
    values = [0, False, "", None, [], {}, 2**53 - 1, 2**70, -1.5, 1e22, "ä\U0001f600\\u0000", {"a": {"b": [1, [2]]}}]
    engine.deploy("flow: round\nsteps: {first: , second: {with: {value: $first}}}")
    handlers = one(lambda input: input["value"], "first")  # noqa: A006
    handlers.register(lambda value: value, name="second")
    runs = [engine.start("round", {"value": value}) for value in values]
    engine.work(handlers)

    assert [engine.output(run)["second"] for run in runs] == values
    assert json.dumps(engine.output(runs[0])) == '{"second": 0}'
