"""Threads and event loop perform what they are given, quick tasks in a row, slow ones side by side, each once."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowc import Handlers
from flowc.runtime.crew import Crew
from flowc.runtime.event_loop import EventLoop
from flowc.runtime.executors import Executor
from flowc.runtime.leases import Held, Lease
from flowc.runtime.outcome import Completed, Outcome
from flowc.runtime.plan import Plan
from tests.runtime.test_perform import TASK

DONE = Completed(b"null")
PATIENCE = 30.0


class Reports:
    """What an executor reported, in its order."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Lease] = queue.Queue()

    def __call__(self, lease: Lease, outcome: Outcome, seconds: float) -> None:
        assert outcome == DONE
        assert seconds >= 0
        self._queue.put(lease)

    def wait(self, count: int) -> list[Lease]:
        return [self._queue.get(timeout=PATIENCE) for _ in range(count)]

    def nothing_left(self) -> bool:
        return self._queue.empty()


@pytest.fixture
def plan() -> Plan:
    handlers = Handlers()
    handlers.register(lambda: None, name="work")
    return Plan({"flow": "f", "steps": {"work": {"kind": "task"}}}, "work", handlers, {})


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def crew(reports: Reports) -> Iterator[Callable[..., Crew]]:
    made = []

    def make(size: int, perform: Callable[[Lease], Outcome] = lambda _: DONE) -> Crew:
        made.append(Crew(size, perform, reports))
        return made[-1]

    yield make
    for one in made:
        one.close()


def leases(plan: Plan, count: int) -> list[Lease]:
    return [Lease(TASK._replace(attempt=number), plan) for number in range(count)]


def test_a_crew_performs_each_task_once_whoever_submits_it(
    plan: Plan, crew: Callable[..., Crew], reports: Reports
) -> None:
    threads = crew(4)
    batches = [leases(plan, 50) for _ in range(20)]
    submitters = [threading.Thread(target=threads.submit, args=[batch]) for batch in batches]
    for submitter in submitters:
        submitter.start()
    done = reports.wait(1000)
    for submitter in submitters:
        submitter.join()

    assert set(done) == {lease for batch in batches for lease in batch}
    assert reports.nothing_left()
    assert (threads.waiting(), threads.running()) == (0, [])


def test_slow_handlers_run_side_by_side(plan: Plan, crew: Callable[..., Crew], reports: Reports) -> None:
    together = threading.Barrier(4, timeout=PATIENCE)

    def perform(_: Lease) -> Outcome:
        together.wait()
        return DONE

    crew(4, perform).submit(leases(plan, 8))
    assert len(reports.wait(8)) == 8


def test_a_quick_handler_that_blocks_for_once_holds_nobody_up(
    plan: Plan, crew: Callable[..., Crew], reports: Reports
) -> None:
    release, block = threading.Event(), threading.Event()

    def perform(lease: Lease) -> Outcome:
        if lease.task.attempt == 0 and block.is_set():
            release.wait(PATIENCE)
        return DONE

    threads = crew(2, perform)
    threads.submit(leases(plan, 20))  # it is known as quick from now on
    reports.wait(20)
    block.set()
    batch = leases(plan, 5)
    threads.submit(batch)
    done: list[Lease] = []
    while len(done) < 4:
        threads.nudge()
        done += reports.wait(1) if not reports.nothing_left() else []
    release.set()
    done += reports.wait(1)

    assert done[-1] is batch[0]


def test_what_waits_can_be_taken_back_and_is_not_performed(
    plan: Plan, crew: Callable[..., Crew], reports: Reports
) -> None:
    begun, release = threading.Event(), threading.Event()

    def perform(_: Lease) -> Outcome:
        begun.set()
        release.wait(PATIENCE)
        return DONE

    threads = crew(1, perform)
    batch = leases(plan, 3)
    threads.submit(batch)
    begun.wait(PATIENCE)

    assert threads.waiting() == 2
    assert threads.take_back() == batch[1:]
    assert threads.running() == batch[:1]
    assert not threads.give_up(batch[0])
    release.set()
    assert reports.wait(1) == batch[:1]
    assert reports.nothing_left()


@pytest.fixture
def loop(reports: Reports) -> Iterator[Callable[..., EventLoop]]:
    made = []

    def make(size: int, perform: Callable[[Lease], Any]) -> EventLoop:
        made.append(EventLoop(size, perform, reports))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_coroutines_share_one_thread_and_wait_side_by_side_up_to_the_limit(
    plan: Plan, loop: Callable[..., EventLoop], reports: Reports
) -> None:
    threads: set[int] = set()
    running: list[Lease] = []
    most: list[int] = []

    async def perform(lease: Lease) -> Outcome:
        threads.add(threading.get_ident())
        running.append(lease)
        most.append(len(running))
        await asyncio.sleep(0)
        running.remove(lease)
        return DONE

    loop(5, perform).submit(leases(plan, 40))
    assert len(reports.wait(40)) == 40
    assert len(threads) == 1
    assert max(most) == 5


def test_a_coroutine_past_its_time_is_cancelled_and_its_place_is_free_again(
    plan: Plan, loop: Callable[..., EventLoop], reports: Reports
) -> None:
    begun = threading.Event()

    async def perform(lease: Lease) -> Outcome:
        if lease.task.attempt == 0:
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return DONE
        return DONE

    event_loop = loop(1, perform)
    batch = leases(plan, 2)
    event_loop.submit(batch)
    begun.wait(PATIENCE)

    assert event_loop.running() == batch[:1]
    assert event_loop.give_up(batch[0])
    assert reports.wait(2) == batch


def test_what_waits_for_the_loop_can_be_taken_back(
    plan: Plan, loop: Callable[..., EventLoop], reports: Reports
) -> None:
    begun = threading.Event()

    async def perform(_: Lease) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        return DONE

    event_loop = loop(1, perform)
    batch = leases(plan, 3)
    event_loop.submit(batch)
    begun.wait(PATIENCE)

    assert (event_loop.waiting(), event_loop.take_back()) == (2, batch[1:])


def test_another_thread_can_wait_for_a_coroutine_on_the_loop(loop: Callable[..., EventLoop]) -> None:
    async def double(number: int) -> int:
        await asyncio.sleep(0)
        return number * 2

    async def perform(_: Lease) -> Outcome:
        return DONE

    assert loop(1, perform).wait_for(double(21)) == 42


def test_both_are_executors(plan: Plan, crew: Callable[..., Crew], loop: Callable[..., EventLoop]) -> None:
    async def perform(_: Lease) -> Outcome:
        return DONE

    executors: list[Executor] = [crew(3), loop(5, perform)]
    assert [executor.slots for executor in executors] == [3, 5]


def test_of_several_threads_one_takes_a_lease(plan: Plan) -> None:
    held = Held()
    [lease] = leases(plan, 1)
    held.add([lease])
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.append(held.take(lease))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False] * 7 + [True]
    assert (len(held), held.all()) == (0, [])
