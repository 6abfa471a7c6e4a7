"""Attempts: leases, retries, and the four answers to a report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flowc.runtime.encode import encode
from flowc.runtime.outcome import Completed, Failed
from flowc.simulate import LeasedTask, Simulation
from flowc.simulate.attempts import backoff
from flowc.simulate.definition import Retry
from tests.simulate.building import ERROR, deployed, map_over, task

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def started(simulation: Simulation) -> tuple[str, LeasedTask]:
    run_id = simulation.start("tested")
    [leased] = simulation.poll(lease=LEASE)
    return run_id, leased


def test_a_failed_task_waits_longer_each_time_and_then_fails_the_run() -> None:
    simulation = deployed({"a": task(retry={"max_attempts": 4, "max_delay": 3_000})})
    run_id, leased = started(simulation)
    waits = []
    while simulation.run(run_id).status == "started":
        assert simulation.fail(leased, ERROR) == "ok"
        due = simulation.next_due()
        if due is None:
            break
        waits.append((due - simulation.now).total_seconds())
        simulation.now = due
        [leased] = simulation.poll()

    assert waits == [1, 2, 3]
    assert simulation.run(run_id).failed_step == "a"
    assert simulation.run(run_id).error == ERROR
    assert [(each.attempt, each.terminal) for each in simulation.task_errors(run_id)] == [
        (1, False),
        (2, False),
        (3, False),
        (4, True),
    ]


def test_the_wait_is_capped_at_any_number_of_failures() -> None:
    assert backoff(Retry(), 1_000_000, lambda _: 1.0) == timedelta(minutes=5)
    assert backoff(Retry(base_delay=0), 1_000_000, lambda _: 1.0) == timedelta(0)


def test_the_wait_is_multiplied_by_the_factor_drawn_for_the_jitter() -> None:
    drawn = []

    def draw(jitter: float) -> float:
        drawn.append(jitter)
        return 1 + jitter

    simulation = Simulation(draw=draw)
    simulation.deploy({"flow": "tested", "steps": {"a": task(retry={"jitter": 0.5, "max_delay": 1_000})}})
    _, leased = started(simulation)
    simulation.fail(leased, ERROR)

    assert simulation.next_due() == simulation.now + timedelta(seconds=1.5)
    assert drawn == [0.5]


def test_a_handler_may_choose_when_to_be_tried_again() -> None:
    simulation = deployed({"a": task()})
    _, leased = started(simulation)
    later = simulation.now + timedelta(days=2)
    simulation.fail(leased, ERROR, retry_at=later)

    assert simulation.next_due() == later


def test_an_error_that_is_not_retryable_ends_it_at_once() -> None:
    simulation = deployed({"a": task(retry={"max_attempts": 9})})
    run_id, leased = started(simulation)
    simulation.fail(leased, ERROR, retryable=False, retry_at=simulation.now + SECOND)

    assert simulation.run(run_id).status == "failed"


def test_a_lease_that_ran_out_counts_as_a_failure() -> None:
    simulation = deployed({"a": task(retry={"max_attempts": 2})})
    run_id, first = started(simulation)
    simulation.advance(LEASE)
    assert simulation.poll() == []  # expired, and waiting for its retry
    simulation.advance(SECOND)
    [second] = simulation.poll()
    assert (second.attempt, second.failures) == (2, 1)
    assert simulation.complete(first, "late") == "stale"

    simulation.advance(LEASE)
    assert simulation.expire() == 1
    assert simulation.run(run_id).status == "failed"
    assert [each.error["class"] for each in simulation.task_errors(run_id)] == ["LeaseExpired"] * 2


def test_a_late_completion_is_taken_while_its_attempt_is_open() -> None:
    simulation = deployed({"a": task()})
    run_id, leased = started(simulation)
    simulation.advance(timedelta(hours=1))

    assert simulation.complete(leased, 1) == "ok"
    assert simulation.run(run_id).status == "completed"


def test_a_lease_is_extended_up_to_the_timeout_and_one_lease() -> None:
    simulation = deployed({"a": task(timeout=50_000)})
    run_id, leased = started(simulation)
    assert leased.deadline == simulation.now + timedelta(seconds=80)
    for _ in range(4):
        simulation.advance(timedelta(seconds=19))
        assert simulation.expire() == 0
        assert simulation.extend(leased, LEASE) == "ok"
    [shown] = simulation.step_tasks(run_id)
    assert shown.lease_expires_at == leased.deadline

    simulation.advance(timedelta(seconds=4))
    assert simulation.expire() == 1
    assert simulation.extend(leased, LEASE) == "stale"
    [error] = simulation.task_errors(run_id)
    assert error.error["class"] == "Timeout"


def test_a_released_task_goes_back_and_costs_no_failure() -> None:
    simulation = deployed({"a": task(retry={"max_attempts": 1})})
    run_id, first = started(simulation)
    assert simulation.release(first) == "ok"
    assert simulation.release(first) == "stale"
    assert simulation.complete(first, 1) == "stale"

    [second] = simulation.poll()
    assert (second.attempt, second.failures) == (2, 0)
    assert simulation.task_errors(run_id) == []


@pytest.mark.parametrize("report", ["complete", "fail"])
def test_a_report_that_was_counted_is_answered_already_for_ever(report: str) -> None:
    simulation = deployed({"a": task(), "b": task(depends_on=["a"])})
    run_id, leased = started(simulation)
    send = {"complete": lambda: simulation.complete(leased, 1), "fail": lambda: simulation.fail(leased, ERROR)}[report]

    assert [send(), send()] == ["ok", "already"]
    simulation.cancel(run_id)
    assert send() == "already"
    simulation.retry(run_id)
    assert send() == "already"


def test_a_report_to_an_ended_run_is_answered_run_closed_and_not_kept() -> None:
    simulation = deployed({"a": task()})
    run_id, leased = started(simulation)
    simulation.cancel(run_id)
    before = simulation.step_tasks(run_id)

    assert simulation.complete(leased, 1) == "run_closed"
    assert simulation.fail(leased, ERROR) == "run_closed"
    assert simulation.extend(leased) == "run_closed"
    assert simulation.release(leased) == "run_closed"
    assert simulation.step_tasks(run_id) == before


def test_an_attempt_that_was_open_when_its_run_was_closed_is_stale_once_it_is_retried() -> None:
    simulation = deployed({"a": task()})
    run_id, leased = started(simulation)
    simulation.cancel(run_id)
    simulation.retry(run_id)

    assert simulation.complete(leased, 1) == "stale"
    [again] = simulation.poll()
    assert again.attempt == 2


def test_a_batch_counts_all_its_reports_before_a_run_ends() -> None:
    simulation = deployed({"a": task(), "b": task(), "c": task()})
    run_id = simulation.start("tested")
    a, b, c = simulation.poll(limit=3)
    fatal = Failed(ERROR, retryable=False)
    one, two = Completed(encode(1)), Completed(encode(2))

    assert simulation.settle([(b, fatal), (a, one), (a, two), (c, two)]) == ["ok", "ok", "already", "ok"]
    states = simulation.step_states(run_id)
    assert {slug: state.status for slug, state in states.items()} == {"a": "completed", "b": "failed", "c": "completed"}
    assert states["a"].output == 1


def test_of_the_failures_in_a_batch_the_first_slug_is_named() -> None:
    simulation = deployed({"b": task(), "a": map_over([0, 1])})
    run_id = simulation.start("tested")
    leased = simulation.poll(limit=3)
    simulation.settle((each, Failed({"class": f"{each.task_index}"}, retryable=False)) for each in reversed(leased))

    assert simulation.run(run_id).failed_step == "a"
    assert simulation.run(run_id).error == {"class": "0"}


def test_expiry_of_the_last_attempt_skips_the_step_where_failures_are_skipped() -> None:
    simulation = deployed({"a": task(on_failure="skip", retry={"max_attempts": 1})})
    run_id, _ = started(simulation)
    simulation.advance(LEASE)
    simulation.expire()

    assert simulation.run(run_id).status == "completed"
    assert simulation.step_states(run_id)["a"].skip_reason == "handler_failed"


def test_a_delay_is_waited_once() -> None:
    simulation = deployed({"a": task(delay=10_000)})
    simulation.start("tested")
    assert simulation.poll() == []
    simulation.advance(timedelta(seconds=10))
    [leased] = simulation.poll()
    simulation.fail(leased, ERROR)

    assert simulation.next_due() == simulation.now + SECOND
