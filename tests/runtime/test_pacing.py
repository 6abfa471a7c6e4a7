"""How many tasks a worker asks for, when it looks again, and what wakes it."""

from __future__ import annotations

import socket
import threading

from flowc.runtime.doorbell import Doorbell
from flowc.runtime.intake import Intake
from flowc.runtime.rest import REGISTERED_SECONDS, Rest

LONG = 30.0


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_before_a_handler_showed_its_speed_one_task_a_slot_is_asked_for() -> None:
    assert Intake(slots=16, batch=200).room(held=0) == 16
    assert Intake(slots=16, batch=5).room(held=0) == 5


def test_quick_handlers_are_fetched_ahead_up_to_the_batch_and_slow_ones_not() -> None:
    quick, slow = Intake(16, 200), Intake(16, 200)
    quick.learn(0.00001)
    slow.learn(10.0)

    assert (quick.room(0), quick.room(300), quick.room(416)) == (200, 116, 0)
    assert (slow.room(0), slow.room(16)) == (16, 0)


def test_speed_is_learnt_over_many_tasks_and_a_blocked_one_counts_at_once() -> None:
    intake = Intake(4, 100)
    for _ in range(100):
        intake.learn(0.00001)
    assert intake.room(4) == 100
    intake.learn_at_least(5.0)
    assert intake.room(4) == 0
    for _ in range(200):
        intake.learn(0.00001)
    assert intake.room(4) == 100


def test_an_idle_worker_registers_looks_at_once_and_then_less_and_less() -> None:
    clock = Clock()
    rest = Rest(clock)
    assert not rest.nothing_more(busy=False, hears=True)
    assert rest.register
    assert rest.look_at == clock.now

    rest.registered()
    waits = []
    for _ in range(4):
        rest.nothing_more(busy=False, hears=True)
        waits.append(rest.look_at - clock.now)
        clock.now = rest.look_at
    assert not rest.register
    expected = [0.1, 1.0, 5.0, 45.0]
    assert all(0.89 * most <= wait <= 1.01 * most for wait, most in zip(waits, expected, strict=True))


def statements_a_minute(minutes: int) -> float:
    """What an idle worker sends: a poll each look, a question what is due for the far ones, a registration."""
    clock = Clock()
    rest = Rest(clock)
    sent = 0
    start = clock.now
    rest.nothing_more(busy=False, hears=True)
    while clock.now < start + minutes * 60:
        if rest.register:
            rest.registered()
            sent += 1
        sent += 1 + rest.nothing_more(busy=False, hears=True)
        clock.now = max(clock.now, rest.look_at)
    return sent / minutes


def test_an_idle_worker_sends_at_most_six_statements_a_minute() -> None:
    assert statements_a_minute(60) <= 6


def test_a_registration_is_renewed_before_it_ends() -> None:
    clock = Clock()
    rest = Rest(clock)
    rest.registered()
    clock.now += REGISTERED_SECONDS - 30
    assert rest.is_registered
    rest.nothing_more(busy=False, hears=True)
    assert rest.register
    clock.now += 60
    assert not rest.is_registered


def test_a_wake_up_is_answered_at_once_and_begins_anew() -> None:
    clock = Clock()
    rest = Rest(clock)
    rest.registered()
    for _ in range(5):
        rest.nothing_more(busy=False, hears=True)
    rest.called()

    assert rest.look_at == clock.now
    assert not rest.is_registered
    rest.nothing_more(busy=False, hears=True)
    assert rest.register  # the engine forgot us when it woke us


def test_while_tasks_are_performed_the_first_look_is_put_off_a_little() -> None:
    clock = Clock()
    rest = Rest(clock)
    rest.nothing_more(busy=True, hears=True)
    assert 0 < rest.look_at - clock.now <= 0.05
    assert not rest.register
    rest.nothing_more(busy=True, hears=True)
    assert rest.register


def test_a_worker_that_cannot_be_woken_looks_at_least_once_a_second() -> None:
    clock = Clock()
    rest = Rest(clock)
    for _ in range(20):
        rest.nothing_more(busy=False, hears=False)
        assert 0 < rest.look_at - clock.now <= 0.8
    assert not rest.register


def test_what_falls_due_brings_the_look_forward_and_never_puts_it_off() -> None:
    clock = Clock()
    rest = Rest(clock)
    rest.registered()
    for _ in range(5):
        rest.nothing_more(busy=False, hears=True)
    rest.due_in(3.0)
    assert rest.look_at == clock.now + 3.0
    rest.due_in(300.0)
    assert rest.look_at == clock.now + 3.0
    rest.due_in(-5.0)
    assert rest.look_at == clock.now


def test_a_ring_ends_the_wait_that_is_on_or_the_next_one() -> None:
    bell = Doorbell()
    bell.ring()
    bell.ring()
    assert not bell.wait(LONG)
    ringer = threading.Timer(0.0, bell.ring)
    ringer.start()
    assert not bell.wait(LONG)
    ringer.join()
    assert not bell.wait(0.0)
    bell.close()
    bell.ring()


def test_a_socket_with_something_to_read_ends_the_wait() -> None:
    bell = Doorbell()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"x")
        assert bell.wait(LONG, ours.fileno())
        ours.recv(1)
        assert not bell.wait(0.0, ours.fileno())
        bell.ring()
        theirs.send(b"x")
        assert bell.wait(LONG, ours.fileno())
    bell.close()
