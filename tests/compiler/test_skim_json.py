"""JSON is skimmed to what the scanner reads, or not at all where something is to be said of a text.

`FLOWC_FUZZ=100000 pytest tests/compiler/test_skim_json.py` tries so many texts in each of the property tests.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.parse import parse
from flowc.compiler.source import Source
from flowc.compiler.text.json import read_json
from flowc.compiler.text.reading import DEEPEST
from flowc.compiler.text.skim_json import skim_json

EXAMPLES = int(os.environ.get("FLOWC_FUZZ", "500"))
MARKS = "{}[]\",:\\ \t\n\r01.-eE+u0000d83fa/#'\x00\x7f\u2028\ufeff☃NnIt"

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


def assert_agrees(text: str) -> bool:
    """Whether the text is skimmed; if so, to what the scanner reads."""
    skimmed = skim_json(text)
    if skimmed is None:
        return False
    reading = read_json(Source("flow.json", text))
    assert reading.mistakes == []
    # As text: 1, 1.0 and true are equal in Python, and so are two orders of keys.
    assert json.dumps(skimmed) == json.dumps(reading.value)
    return True


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(st.text(max_size=3), values, max_size=4), st.sampled_from([None, 0, 2]), st.booleans())
def test_what_is_skimmed_is_what_the_scanner_reads(value: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    assert_agrees(json.dumps(value, indent=indent, ensure_ascii=ascii_only))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(st.text(max_size=3), values, max_size=4), st.data())
def test_a_text_with_a_slip_is_skimmed_to_what_it_says_or_not_at_all(value: dict[str, Any], data: Any) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(MARKS)) + text[at + data.draw(st.integers(0, 2)) :]
    assert_agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b"}',
        '\r\n{"a":\r\n\t[1, -0, 0.5, 1e3, 5.0, true, false, null, {}, []]}\n ',
        '{"a": "\\n\\t\\"\\\\\\/\\u00e9", "": "ö ☃ 🎉"}',
        '{"a": 9007199254740991}',
        f'{{"a": {"[" * (DEEPEST - 1)}{"]" * (DEEPEST - 1)}}}',
    ],
)
def test_json_without_a_mistake_is_skimmed(text: str) -> None:
    assert assert_agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"a"',
        '{"a": 1, "a": 2}',
        '{"a": 1, "\\u0061": 2}',
        '{"a": 1,}',
        '{"a": 1} x',
        "{'a': 1}",
        "{a: 1}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 9007199254740992}',
        f'{{"a": {"9" * 5000}}}',
        '{"a": 1e999}',
        '{"a": 01}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud83d"}',
        '{"a": "\t"}',
        '{"a": "\x00"}',
        '{"a": "\x7f"}',
        '{"a": "\\x"}',
        f'{{"a": {"[" * DEEPEST}{"]" * DEEPEST}}}',
        f'{{"a": {"[" * 100_000}{"]" * 100_000}}}',
    ],
)
def test_json_of_which_something_is_to_be_said_is_left_to_the_scanner(text: str) -> None:
    assert skim_json(text) is None


def test_places_of_what_was_skimmed_are_those_of_the_scanner() -> None:
    document, mistakes = parse("flow.json", b'{"flow": "a",\n "steps": {"b": {"handler": 5}}}')
    assert document is not None
    assert mistakes == []
    place = document.position(("steps", "b", "handler"))
    assert (place.line, place.column, place.end_column) == (2, 29, 30)
