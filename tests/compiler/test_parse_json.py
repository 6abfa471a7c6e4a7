"""JSON files: the same document and the same codes, from a scanner with places."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compiler.reading import lines, parsed

FILE = "flow.json"


@pytest.mark.parametrize("file", ["flow.json", "FLOW.JSON"])
def test_json_that_libyaml_refuses_is_read(file: str) -> None:
    text = '{"a":\t[1,2.5e3,-0,true,null],\r\n"b":"\\ud83d\\ude00\\u00e9\\/ \u2028","' + "k" * 2_000 + '":{}}'
    value, found = parsed(text, file)
    assert found == []
    assert value == json.loads(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "a": 2}', ["FL103 1:10-1:13 `a` appears again; first at 1:2"]),
        ('{"a": 1, "\\u0061": 2}', ["FL103 1:10-1:18 `a` appears again; first at 1:2"]),
        ("{a: 1}", ["FL108 1:2-1:3 the key `a` is not in quotes; keys are strings"]),
        ("{1: 2}", ["FL108 1:2-1:3 the key `1` is not in quotes; keys are strings"]),
        ('{"a": NaN}', ["FL112 1:7-1:10 `NaN`: JSON has no NaN"]),
        ('{"a": -Infinity}', ["FL112 1:7-1:16 `-Infinity`: JSON has no infinity"]),
        ('{"a": 12345678901234567890}', ["FL113 1:7-1:27 `12345678901234567890` is beyond 2^53-1"]),
        ('{"a": 1e999}', ["FL113 1:7-1:12 `1e999` is beyond what a double holds"]),
        ('{"a": "\\u0000"}', ["FL115 1:8-1:14 PostgreSQL cannot hold U+0000"]),
        ('{"a": "\\ud83d\\ude00\\ud83d"}', ["FL115 1:20-1:26 PostgreSQL cannot hold half of a surrogate pair"]),
        ('{"a": "\x07"}', ["FL115 1:8-1:9 a control character, U+0007, in the text"]),
        ('{"a": 010}', ["FL101 1:7-1:10 `010` is no JSON value"]),
        ('{"a": True}', ["FL101 1:7-1:11 `True` is no JSON value"]),
        ('{"a": text}', ["FL101 1:7-1:11 `text` is no JSON value"]),
        ('{"a": 1,}', ["FL101 1:8-1:9 a comma before `}`; JSON has none there"]),
        ('{"a": [1,\n]}', ["FL101 1:9-1:10 a comma before `]`; JSON has none there"]),
        ('{"a": "\\d"}', ["FL101 1:8-1:10 `\\d` is no escape of JSON"]),
        ('{"a": "\\u12"}', ["FL101 1:8-1:10 `\\u` is no escape of JSON"]),
        ('{"a": "b\tc"}', ["FL101 1:9-1:10 a tab inside of a JSON string"]),
    ],
)
def test_a_mistake_is_told_and_the_rest_is_read(text: str, expected: list[str]) -> None:
    value, found = parsed(text, FILE)
    assert isinstance(value, dict)
    assert lines(found) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'a': 1}", "FL101 1:2-1:5 a string in single quotes"),
        ("{\"a\": 'b'}", "FL101 1:7-1:10 a string in single quotes"),
        ('{"a": 1 // x\n}', "FL101 1:9-1:13 JSON has no comments"),
        ('# x\n{"a": 1}', "FL101 1:1-1:4 JSON has no comments"),
        ('{"a" 1}', "FL101 1:6-1:7 `:` is missing after the key `a`"),
        ('{"a": "b\nc"}', "FL101 1:7-1:9 this string is not closed on its line"),
        ('{"a": [1 2]}', "FL101 1:10-1:13 `,` or `]` is missing before this"),
        ('{"a": [1}', "FL101 1:9-1:10 `}` cannot close what `[` opened"),
        ('{"a": [}', "FL101 1:8-1:9 a value is missing here"),
        ('{"a": ', "FL101 1:6-1:7 the text ends here, and a value is missing"),
        ('{"a": 1', "FL101 1:1-1:2 this `{` is never closed"),
        ('{"a": {]', "FL101 1:8-1:9 a key in double quotes is missing"),
        ('{"a": 1} {"b": 2}', "FL101 1:10-1:18 text after the end of the flow"),
        ("", "FL118 1:1-1:1 the file is empty; a flow file is a mapping with `flow:`"),
        ("[]", "FL118 1:1-1:3 the file holds a list; a flow file is a mapping with `flow:`"),
        ('"a"', "FL118 1:1-1:4 the file holds a single value; a flow file is a mapping with `flow:`"),
    ],
)
def test_what_hides_the_rest_is_told_alone(text: str, expected: str) -> None:
    value, found = parsed(text, FILE)
    assert value is None
    assert lines(found) == [expected]


def test_all_mistakes_of_a_json_file_are_told_in_one_run() -> None:
    codes = [one.code for one in parsed('{"a": NaN, "a": 1, b: "\\u0000", "c": [1e999,]}', FILE)[1]]
    assert codes == ["FL112", "FL103", "FL108", "FL115", "FL113", "FL101"]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=5), inner
        )
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(json_values, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_every_json_value_is_read(value: Any, ascii_only: bool, indent: Any) -> None:
    text = json.dumps({"root": value}, ensure_ascii=ascii_only, indent=indent)
    found, mistakes = parsed(text, FILE)
    controls = [one for one in mistakes if "a control character" in one.message]
    assert mistakes == controls
    assert controls or json.dumps(found) == json.dumps({"root": value})


@settings(deadline=None, max_examples=300)
@given(st.text("{}[]\",:\\u0123 \n\tabNfalsetru'/#-.eE", max_size=40))
def test_what_json_refuses_is_refused(text: str) -> None:
    value, found = parsed(text, FILE)
    try:
        expected = json.loads(text)
    except (ValueError, RecursionError):
        assert found
        return
    if isinstance(expected, dict) and not found:
        assert value == expected


def test_keys_that_differ_in_a_refused_character_are_not_called_the_same() -> None:
    _, mistakes = parsed(json.dumps({"\x7f": 1, "\x80": 2}, ensure_ascii=False), FILE)
    assert {mistake.code for mistake in mistakes} == {"FL115"}
