"""The workshop tells each outcome once, and counts the slots that given-up tasks still keep."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from flowc import Context, Handlers
from flowc.runtime.failure import error_of
from flowc.runtime.intake import Intake
from flowc.runtime.leases import Lease
from flowc.runtime.outcome import Completed, Failed
from flowc.runtime.plan import Plan
from flowc.runtime.workshop import Workshop
from tests.runtime.test_perform import TASK

PATIENCE = 30.0


class Bell:
    """Counts how often it rings, and lets one wait for it."""

    def __init__(self) -> None:
        self.rings = threading.Semaphore(0)

    def ring(self) -> None:
        self.rings.release()

    def wait(self) -> None:
        assert self.rings.acquire(timeout=PATIENCE)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def workshop(bell: Bell) -> Iterator[Workshop]:
    shop = Workshop(2, 30.0, Intake(2, 10), lambda: datetime.now(UTC), bell.ring)
    yield shop
    shop.close()


def leased(function: Callable[..., Any]) -> Lease:
    handlers = Handlers()
    handlers.register(function, name="work")
    return Lease(TASK, Plan({"flow": "f", "steps": {"work": {"kind": "task"}}}, "work", handlers, {}))


def test_an_outcome_is_told_and_the_lease_is_free(workshop: Workshop, bell: Bell) -> None:
    workshop.submit([leased(lambda: 5)])
    bell.wait()

    assert [result.outcome for result in workshop.outbox] == [Completed(b"5")]
    assert workshop.occupied() == 0


def test_a_given_up_task_keeps_its_slot_until_its_handler_ends_and_its_result_is_dropped(
    workshop: Workshop, bell: Bell
) -> None:
    begun, release = threading.Event(), threading.Event()
    cancelled: list[bool] = []

    def work(ctx: Context) -> None:
        begun.set()
        release.wait(PATIENCE)
        cancelled.append(ctx.cancelled)

    lease = leased(work)
    workshop.submit([lease])
    assert begun.wait(PATIENCE)
    assert workshop.abandon(lease)
    assert not workshop.abandon(lease)
    workshop.tell(lease, Failed(error_of("Timeout", "too long")))
    assert (len(workshop.held), workshop.occupied()) == (0, 1)

    bell.wait()
    release.set()
    bell.wait()
    assert (workshop.occupied(), cancelled) == (0, [True])
    assert [result.outcome.error["class"] for result in workshop.outbox] == ["Timeout"]


def test_a_task_whose_lease_ran_out_while_it_waited_is_not_performed(workshop: Workshop, bell: Bell) -> None:
    called: list[int] = []
    lease = leased(lambda: called.append(1))
    lease.extended -= 31.0
    workshop.submit([lease])
    bell.wait()

    assert (called, list(workshop.outbox), workshop.occupied()) == ([], [], 0)


def test_what_ended_cannot_be_given_up(workshop: Workshop, bell: Bell) -> None:
    lease = leased(lambda: 5)
    workshop.submit([lease])
    bell.wait()

    assert not workshop.abandon(lease)
    assert (lease.closed, workshop.occupied()) == (False, 0)
