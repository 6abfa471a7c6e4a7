"""Every exception becomes an error object: readable, bounded, storable, and never itself a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from flowc.runtime.encode import decode, encode
from flowc.runtime.failure import MAX_MESSAGE, MAX_TRACEBACK, Permanent, RetryLater, error_object, error_of
from flowc.runtime.guard import Guard

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def caught(error: BaseException) -> dict[str, Any]:
    """The error object of an exception that was raised; it can always be stored."""
    try:
        raise error
    except BaseException as raised:
        stored = error_object(raised)
    assert decode(encode(stored)) == stored
    return stored


def test_an_exception_is_its_class_its_message_and_where_it_was_raised() -> None:
    stored = caught(ValueError("no such page"))

    assert (stored["class"], stored["message"]) == ("ValueError", "no such page")
    assert stored["traceback"].startswith("Traceback (most recent call last):\n")
    assert "test_failure.py" in stored["traceback"]
    assert "raise error" in stored["traceback"]
    assert stored["traceback"].endswith("ValueError: no such page\n")


def test_the_class_of_a_class_in_a_function_is_its_own_name() -> None:
    class Trouble(Exception): ...

    assert caught(Trouble())["class"] == "Trouble"


class Unprintable(Exception):
    def __str__(self) -> str:
        raise SystemExit


class Wrong(Exception):
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]  # noqa: PLE0307 - the mistake that is tried


class Hostile(Exception):
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


RAISED: dict[str, Callable[[], BaseException]] = {
    "Unprintable": Unprintable,
    "Wrong": Wrong,
    "Hostile": Hostile,
    "ValueError": lambda: ValueError("a\0b \ud800" + "x" * 10_000_000),
    "KeyboardInterrupt": KeyboardInterrupt,
    "SystemExit": lambda: SystemExit(3),
    "GeneratorExit": GeneratorExit,
    "StopIteration": lambda: StopIteration(5),
    "ExceptionGroup": lambda: ExceptionGroup("many", [ValueError(str(n)) for n in range(10_000)]),
}


@pytest.mark.parametrize("name", RAISED)
def test_nothing_that_can_be_raised_makes_it_fail(name: str) -> None:
    stored = caught(RAISED[name]())

    assert stored["class"] == name
    assert len(stored["message"].encode()) <= MAX_MESSAGE
    assert len(stored["traceback"].encode()) <= MAX_TRACEBACK


def test_a_message_that_cannot_be_had_says_so() -> None:
    assert caught(Unprintable())["message"] == (
        "(the message cannot be shown: str() of the exception raised SystemExit)"
    )


def test_characters_that_postgresql_cannot_store_are_written_as_escapes() -> None:
    assert caught(ValueError("a\0b \ud800"))["message"] == "a\\x00b \\ud800"


def test_a_long_message_keeps_its_head_and_its_tail() -> None:
    message = caught(ValueError("begin" + "ä" * 50_000 + "end"))["message"]

    assert message.startswith("begin")
    assert message.endswith("end")
    assert "bytes left out" in message


def test_ten_thousand_causes_are_cut_short() -> None:
    error: Exception = ValueError("first")
    for number in range(10_000):
        following = ValueError(f"number {number}")
        following.__cause__ = error
        error = following
    trace = caught(error)["traceback"]

    assert "… 9989 earlier exceptions left out …" in trace
    assert "The above exception was the direct cause" in trace
    assert trace.endswith("ValueError: number 9999\n")


def test_exceptions_that_cause_each_other_end() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one

    assert "ValueError: two" in caught(one)["traceback"]


def test_the_context_is_told_unless_it_is_suppressed() -> None:
    def raised(cause: bool) -> str:
        try:
            try:
                raise KeyError("inner")
            except KeyError as inner:
                if cause:
                    raise ValueError("outer") from None
                raise ValueError("outer") from inner
        except ValueError as error:
            return str(error_object(error)["traceback"])

    assert "KeyError" in raised(cause=False)
    assert "KeyError" not in raised(cause=True)


def test_a_group_shows_its_members_and_notes_are_kept() -> None:
    member = ValueError("inner trouble")
    member.add_note("seen on a Tuesday")
    trace = caught(ExceptionGroup("outer", [member, KeyError("k")]))["traceback"]

    assert "  +---- 1 of 2 ----\n  | ValueError: inner trouble\n  | seen on a Tuesday\n" in trace


def test_deep_recursion_keeps_both_ends_of_the_traceback() -> None:
    def sink(depth: int) -> None:
        if depth == 0:
            raise ValueError("bottom")
        sink(depth - 1)

    try:
        sink(500)
    except ValueError as error:
        trace = error_object(error)["traceback"]
    assert "in test_deep_recursion_keeps_both_ends_of_the_traceback" in trace
    assert "frames left out" in trace
    assert trace.count("in sink") < 50


def test_secrets_are_masked_in_message_and_traceback_wherever_the_text_is_cut() -> None:
    secret = "correct-horse-battery"
    guard = Guard()
    guard.learn("TOKEN", secret)

    for before in range(4_900, 5_100, 7):
        try:
            raise ValueError("x" * before + secret + "y" * 20_000)
        except ValueError as error:
            text = json.dumps(error_object(error, guard.mask))
        assert "correct" not in text
        assert "battery" not in text


def test_an_error_without_an_exception_has_the_same_fields() -> None:
    assert error_of("Timeout", "took 5 s", handler="a") == {
        "class": "Timeout",
        "message": "took 5 s",
        "traceback": "",
        "handler": "a",
    }


def test_retry_later_names_a_moment_in_either_way() -> None:
    assert RetryLater(after=90).moment(NOW) == NOW + timedelta(seconds=90)
    assert RetryLater("later", after=timedelta(hours=1)).moment(NOW) == NOW + timedelta(hours=1)
    assert RetryLater(after=-5).moment(NOW) == NOW
    at = datetime(2031, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert RetryLater(at=at).moment(NOW) == datetime(2031, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("wrong", [{}, {"after": 1, "at": NOW}, {"at": datetime(2030, 1, 1)}])
def test_retry_later_refuses_what_names_no_moment(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="RetryLater takes"):
        RetryLater("later", **wrong)


def test_permanent_is_an_exception_with_a_message() -> None:
    assert caught(Permanent("gone for good"))["message"] == "gone for good"
