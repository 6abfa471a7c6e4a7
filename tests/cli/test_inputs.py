"""The input of a run, as people type it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flowc.cli.inputs import read_input
from flowc.errors import UsageError

SCHEMA = {
    "type": "object",
    "properties": {
        "url": {"type": "string"},
        "limit": {"type": "integer"},
        "ratio": {"type": "number"},
        "deep": {"type": "boolean"},
        "tags": {"type": "array"},
        "note": {"type": ["string", "null"]},
        "level": {"enum": [1, 2]},
        "point": {"$ref": "#/$defs/point"},
    },
    "$defs": {"point": {"type": "object"}},
}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("url=5", {"url": "5"}),
        ("url=a=b", {"url": "a=b"}),
        ("url=", {"url": ""}),
        ("limit=5", {"limit": 5}),
        ("limit=five", {"limit": "five"}),
        ("limit=1.0", {"limit": 1.0}),
        ("ratio=5", {"ratio": 5}),
        ("ratio=NaN", {"ratio": "NaN"}),
        ("deep=true", {"deep": True}),
        ("deep=yes", {"deep": "yes"}),
        ('tags=["a"]', {"tags": ["a"]}),
        ("note=null", {"note": None}),
        ("note=5", {"note": "5"}),
        ("level=2", {"level": 2}),
        ('point={"x": 1}', {"point": {"x": 1}}),
        ("unknown=5", {"unknown": "5"}),
    ],
)
def test_a_value_is_json_where_the_schema_declares_such_a_type(pair: str, value: Any) -> None:
    assert read_input(None, [pair], SCHEMA) == value


def test_without_words_the_input_is_an_empty_object() -> None:
    assert read_input(None, [], None) == {}


def test_pairs_are_added_to_the_object() -> None:
    assert read_input('{"url": "a", "limit": 1}', ["limit=2"], SCHEMA) == {"url": "a", "limit": 2}


def test_json_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_bytes(b'\xef\xbb\xbf{"url": "\xc3\xa4"}')
    assert read_input(f"@{file}", [], SCHEMA) == {"url": "ä"}


@pytest.mark.parametrize(
    ("text", "pairs", "message"),
    [
        ("{", [], "--input is not JSON"),
        ('{"a": NaN}', [], "--input is not JSON: JSON has no NaN"),
        ("[" * 100_000, [], "--input is not JSON: it is nested too deeply"),
        ("@nowhere.json", [], "cannot read the input from nowhere.json: No such file or directory"),
        ("[1]", ["a=b"], "key=value needs an object"),
        (None, ["url"], "`url` is no key=value"),
        (None, ["=x"], "`=x` is no key=value"),
        (None, ["a=1", "a=2"], "`a` is given twice"),
    ],
)
def test_what_is_no_input_is_refused(text: str | None, pairs: list[str], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_input(text, pairs, SCHEMA)
    assert raised.value.message.startswith(message)
