"""Every exception becomes an error object: readable, bounded, storable, and never itself a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from flowc.runtime.encode import decode, encode
from flowc.runtime.failure import (
    MAX_MESSAGE,
    MAX_TRACEBACK,
    Permanent,
    RetryLater,
    error_object,
    error_of,
    retry_moment,
)
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


class Pretender(Exception):
    """Says of itself what is not so."""

    __cause__ = 5  # type: ignore[assignment]

    @property
    def __traceback__(self) -> Any:
        raise KeyError

    @property
    def __notes__(self) -> Any:
        raise KeyError


class Endless(Exception):
    def __str__(self) -> str:
        return str(self)


class Sly(str):
    def replace(self, *_: Any) -> Any:
        raise RuntimeError

    encode = replace


class Slippery(Exception):
    def __str__(self) -> str:
        return Sly("a\0\ud800")


class Bag(ExceptionGroup):
    @property
    def exceptions(self) -> Any:
        raise KeyError


def named(name: str) -> BaseException:
    kind = type("Odd", (Exception,), {"__module__": None})
    kind.__qualname__ = name
    return kind("odd")


def with_notes(*notes: object) -> BaseException:
    error = ValueError("noted")
    error.__notes__ = list(notes)  # type: ignore[arg-type]
    return error


def from_nowhere(file: str, loader: object) -> BaseException:
    """Raised by code that was in no file, whose module has a loader of its own."""
    with pytest.raises(ValueError, match="nowhere") as caught:
        exec(compile("raise ValueError('nowhere')", file, "exec"), {"__loader__": loader, "__name__": "odd"})
    return caught.value


class Loader:
    def get_source(self, _: str) -> str:
        raise SystemExit


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
    "Pretender": Pretender,
    "Endless": Endless,
    "Slippery": Slippery,
    "Bag": lambda: Bag("many", [ValueError("one")]),
    "Exception": lambda: named(""),
    "\x1b\\x00\\ud800": lambda: named("\x1b\0\ud800"),
    "n" * 200: lambda: named("n" * 1_000_000),
    "ValueError, noted": lambda: with_notes(Unprintable(), "n" * 10_000_000, 5, "\0"),
    "ValueError, from a loader": lambda: from_nowhere("nowhere.py", Loader()),
    "ValueError, from no file": lambda: from_nowhere("<\udcff\n>", 5),
    "ValueError, large": lambda: ValueError("x" * 100_000_000),
}


@pytest.mark.parametrize("name", RAISED, ids=lambda name: name.encode("unicode_escape").decode()[:30])
def test_nothing_that_can_be_raised_makes_it_fail(name: str) -> None:
    stored = caught(RAISED[name]())

    assert stored["class"] == name.split(",", maxsplit=1)[0]
    assert stored["traceback"].startswith("Traceback (most recent call last):\n")
    assert len(stored["message"].encode()) <= MAX_MESSAGE
    assert len(stored["traceback"].encode()) <= MAX_TRACEBACK


def test_a_message_that_cannot_be_had_says_so() -> None:
    assert caught(Unprintable())["message"] == ("(the message cannot be shown: str() of it raised SystemExit)")


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


def test_a_context_that_goes_in_a_circle_ends() -> None:
    one, two, three = (ValueError(name) for name in ("one", "two", "three"))
    one.__context__, two.__context__, three.__context__ = two, three, one

    assert caught(one)["traceback"].count("ValueError: ") == 3


def test_groups_in_groups_are_cut_short() -> None:
    error: Exception = ValueError("deepest")
    for number in range(2_000):
        error = ExceptionGroup("group " + "g" * 1_000, [error, KeyError(number)])
    wide = [ExceptionGroup("wide", [ValueError("x" * 50_000) for _ in range(20)]) for _ in range(20)]

    assert "KeyError: 1999" in caught(error)["traceback"]
    assert "+---- 1 of 20 ----" in caught(ExceptionGroup("wide", wide))["traceback"]


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


def test_retry_later_beyond_the_calendar_is_its_last_moment() -> None:
    assert RetryLater(after=float("inf")).moment(NOW) == datetime.max.replace(tzinfo=UTC)
    assert RetryLater(after=-(10.0**300)).moment(NOW) == NOW
    assert RetryLater(after=timedelta.max).moment(NOW) == datetime.max.replace(tzinfo=UTC)


def test_a_retry_later_that_cannot_tell_its_moment_leaves_it_to_the_step() -> None:
    later = RetryLater(after=1)
    assert retry_moment(later, NOW) == NOW + timedelta(seconds=1)
    later.after = "soon"  # type: ignore[assignment]
    assert retry_moment(later, NOW) is None
    later.at = 5  # type: ignore[assignment]
    assert retry_moment(later, NOW) is None


NO_MOMENT: list[dict[str, Any]] = [
    {},
    {"after": 1, "at": NOW},
    {"after": "5"},
    {"at": datetime(2030, 1, 1)},
    {"at": NOW.date()},
    {"at": "2030-01-01"},
]


@pytest.mark.parametrize("wrong", NO_MOMENT)
def test_retry_later_refuses_what_names_no_moment(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="RetryLater takes"):
        RetryLater("later", **wrong)


def test_retry_later_refuses_a_time_that_is_no_number() -> None:
    with pytest.raises(ValueError, match="RetryLater takes as `after` seconds or a timedelta, not NaN"):
        RetryLater(after=float("nan"))


def test_permanent_is_an_exception_with_a_message() -> None:
    assert caught(Permanent("gone for good"))["message"] == "gone for good"
