"""What a handler returns is stored exactly, or refused with the place and the reason."""

from __future__ import annotations

import json
from array import array
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.runtime.encode import MAX_DEPTH, NotJSON, decode, encode
from tests.runtime.random_values import Twin

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
EDGES = [
    0,
    -0.0,
    1e22,
    5e-324,
    1.7976931348623157e308,
    2**53 - 1,
    2**64,
    -(2**63) - 1,
    10**4000,
    10**4300 - 1,
    -(10**4299),
    False,
    "",
    None,
    [],
    {},
]


def same(a: Any, b: Any) -> bool:
    """Equal in value and in type at every depth, the sign of a zero included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return repr(a) == repr(b)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@given(VALUES)
def test_every_json_value_survives(value: Any) -> None:
    text = encode(value)

    assert same(json.loads(text), value)
    assert same(decode(text), value)
    assert same(decode(text.decode()), value)


@pytest.mark.parametrize("value", EDGES, ids=lambda value: repr(value)[:20])
def test_edges_survive_beside_a_null_and_a_huge_integer(value: Any) -> None:
    for whole in (value, [value, None], {"a": value, "b": 2**70}):
        assert same(json.loads(encode(whole)), whole)
        assert same(decode(encode(whole)), whole)


@pytest.mark.parametrize("number", [1e16, -1e22, 1e23, 1.5e17, 1.7976931348623157e308])
def test_a_large_float_has_a_point_and_no_exponent_so_that_jsonb_keeps_it_a_float(number: float) -> None:
    for value in (number, [number], {"a": number, "b": [1, number]}, [number, 2**70, 'x"1e22,1e22']):
        text = encode(value)
        assert b"e+" not in text.replace(b"1e22", b"")
        assert f"{number:.1f}".encode() in text
        assert same(decode(text), value)


def test_text_that_looks_like_large_numbers_stays_as_it_is() -> None:
    value = ["1e22", ",1e22,", '[1e22] \\"1e22', {",1e+22": "\\"}, 1e22]
    assert same(decode(encode(value)), value)


def test_two_keys_of_the_same_text_are_refused() -> None:
    with pytest.raises(NotJSON, match=r"`\$\[0\]` has two keys of the same text"):
        encode([{Twin("a"): 1, "a": 2}])


def test_text_that_spells_an_escaped_nul_is_no_nul() -> None:
    assert decode(encode({"a": "\\u0000"})) == {"a": "\\u0000"}


def test_python_types_with_one_obvious_json_form_are_taken_whichever_way_they_are_encoded() -> None:
    @dataclass
    class Point:
        x: int
        _y: date

    class Colour(Enum):
        RED = "red"

    class Mood(StrEnum):
        GOOD = "good"

    pair = namedtuple("pair", "a b")
    moment = datetime(2030, 1, 2, 3, 4, 5, 600, tzinfo=UTC)
    value = {
        "tuple": (1, 2),
        "named": pair(1, Colour.RED),
        "dataclass": Point(1, date(2030, 1, 2)),
        "moment": moment,
        "uuid": UUID(int=5),
        "mood": Mood.GOOD,
        "ordered": OrderedDict(a=1),
    }
    expected = {
        "tuple": [1, 2],
        "named": [1, "red"],
        "dataclass": {"x": 1, "_y": "2030-01-02"},
        "moment": "2030-01-02T03:04:05.000600+00:00",
        "uuid": "00000000-0000-0000-0000-000000000005",
        "mood": "good",
        "ordered": {"a": 1},
    }

    assert decode(encode(value)) == expected
    assert decode(encode([value, 2**70])) == [expected, 2**70]


def itself() -> Any:
    value: dict[str, Any] = {"a": [1]}
    value["a"].append({"b c": value})
    return value


async def coroutine() -> None: ...


NAN, INFINITE = float("nan"), float("-inf")
REFUSED: list[tuple[Any, str]] = [
    ({"items": [0, 1, 2, {"name": NAN}]}, "`$.items[3].name` is NaN; JSON has no such number"),
    ([None, INFINITE], "`$[1]` is infinite; JSON has no such number"),
    ({"a": "x\0y"}, "`$.a` holds U+0000, which PostgreSQL cannot store"),
    ({"a\0b": 1}, "`$` has a key that holds U+0000, which PostgreSQL cannot store"),
    (["\ud800"], "`$[0]` holds half of a surrogate pair, which is no text"),
    ({"a": {1: 2}}, "`$.a` has the key `1`; the keys of an object are strings"),
    ({None: 2}, "`$` has the key `None`; the keys of an object are strings"),
    ({(1, 2): 2}, "`$` has the key of type `tuple`; the keys of an object are strings"),
    ({1, 2}, "`$` is a set; return a list"),
    ({"a": b"x"}, "`$.a` is bytes, which JSON does not have; decode them to text"),
    ((n for n in "ab"), "`$` is a generator or iterator, which can be read once only; return a list"),
    (itself(), '`$.a[1]["b c"]` is `$` again: a value cannot hold itself'),
    (
        object(),
        "`$` is of type `object`, which JSON does not have; return what matters of it as text, numbers, lists, dicts",
    ),
    (nested(MAX_DEPTH + 1), "`$[0][0][0][0][0][0][0]` goes deeper than 254 levels"),
    (nested(200_000), "`$[0][0][0][0][0][0][0]` goes deeper than 254 levels"),
    (10**4300, "`$` is an integer of more than 4,300 digits"),
    ([-(10**4300)], "`$[0]` is an integer of more than 4,300 digits"),
    (
        timedelta(1),
        "`$` is of type `timedelta`, which JSON does not have; "
        "return its `total_seconds()`, or annotate the handler with `-> timedelta`",
    ),
    ({"a": range(3)}, "`$.a` is of type `range`, which JSON does not have; return a list"),
    (array("i"), "`$` is of type `array`, which JSON does not have; return its `.tolist()`"),
    (10**5000, "`$` is an integer of more than 4,300 digits"),
]


@pytest.mark.parametrize(("value", "sentence"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_stored_is_refused_with_its_place(value: Any, sentence: str) -> None:
    with pytest.raises(NotJSON) as refusal:
        encode(value)
    assert str(refusal.value) == sentence


def test_an_open_file_and_a_coroutine_say_what_to_return_instead(tmp_path: Path) -> None:
    unawaited = coroutine()
    with (tmp_path / "x").open("w") as file, pytest.raises(NotJSON, match="open file; return what it holds"):
        encode({"file": file})
    with pytest.raises(NotJSON, match="coroutine that nobody awaited"):
        encode(unawaited)
    unawaited.close()


def test_a_value_that_appears_twice_without_holding_itself_is_fine() -> None:
    shared = [1, 2**70]
    assert decode(encode({"a": shared, "b": shared})) == {"a": shared, "b": shared}


def test_the_deepest_value_that_is_taken_is_read_again() -> None:
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)


def test_size_is_limited_in_bytes() -> None:
    assert encode("ää", most=6) == '"ää"'.encode()
    with pytest.raises(NotJSON, match="`\\$` is 6 bytes of JSON; 5 is the most that is kept"):
        encode("ää", most=5)


@pytest.mark.parametrize("text", ["", "{", "[1,]", '"\\ud800', "[" * 100_000, "1" * 5000])
def test_what_python_cannot_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of the JSON decoders
        decode(text)


def refuses(call: Callable[[], object]) -> bool:
    try:
        call()
    except NotJSON:
        return True
    return False


@given(VALUES, st.sampled_from([NAN, INFINITE, "\0", "\udfff", b"", {1}, {2: 3}]), st.booleans())
def test_one_bad_value_anywhere_is_never_let_through(value: Any, bad: Any, first: bool) -> None:
    assert refuses(lambda: encode([bad, value] if first else {"a": value, "b": {"c": [bad]}}))
