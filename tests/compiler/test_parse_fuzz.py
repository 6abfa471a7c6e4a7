"""Whatever the bytes: no exception, no silence, and every report with a code and a place inside of the text.

`FLOWC_FUZZ=300000 pytest tests/compiler/test_parse_fuzz.py` tries so many texts in each of the three tests.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.parse import parse
from flowc.compiler.validate import validate
from flowc.diagnostic import Diagnostic

EXAMPLES = int(os.environ.get("FLOWC_FUZZ", "300"))
ROOT = Path(__file__).parents[2]
SEEDS = [path.read_bytes() for path in sorted((ROOT / "flows").glob("*.yaml"))]
SEEDS += [path.read_bytes() for path in sorted((ROOT / "tests/golden/check").glob("FL[12]*.yaml"))]
PIECES = [
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b": ",
    b"- ",
    b"? ",
    b"#",
    b"'",
    b'"',
    b"\\",
    b"&a ",
    b"*a",
    b"!t ",
    b"<<: ",
    b"---\n",
]
PIECES += [
    b"...\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{{ x }}",
    b"${{ x }}",
    b",",
    b"|",
    b">",
    b"%",
    b"@",
    b"`",
    b"\x00",
    b"\x07",
]
PIECES += [
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"\xf0\x9f\x8e\x89",
    b"010",
    b".nan",
    b"1e999",
]
PIECES += [b"9" * 30, b"yes", b"null", b"\\ud800", b"\\0", b"  ", b"      ", b"$", b"timeout: ", b"steps:\n", b"[" * 70]
LINE_END = re.compile(r"\r\n|\n|\r")


def check(data: bytes, file: str) -> None:
    """Parse and validate; look at every report."""
    document, mistakes = parse(file, data)
    assert document is not None or mistakes
    if document is not None:
        mistakes = mistakes + validate(document)
    text = data.decode("latin-1") if document is None else document.text
    for found in mistakes:
        assert_placed(found, text, file)


def assert_placed(found: Diagnostic, text: str, file: str) -> None:
    place = found.position
    assert re.fullmatch(r"FL[1-6][0-9]{2}", found.code)
    assert found.file == file
    assert found.message
    assert "\n" not in found.message
    assert 1 <= place.line <= place.end_line <= len(LINE_END.split(text)) + 1
    assert place.column >= 1
    assert (place.line, place.column) <= (place.end_line, place.end_column)
    for edit in found.edits:
        assert (edit.position.line, edit.position.column) <= (edit.position.end_line, edit.position.end_column)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A flow file in which a few pieces were put in, cut out, doubled or moved."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        change = draw(st.sampled_from(["insert", "insert", "cut", "double", "move"]))
        if change == "insert":
            data = data[:start] + draw(st.sampled_from(PIECES)) + data[start:]
        elif change == "cut":
            data = data[:start] + data[end:]
        elif change == "double":
            data = data[:end] + data[start:end] + data[end:]
        else:
            data = data[:start] + data[end:] + data[start:end]
    return data


@settings(max_examples=EXAMPLES, deadline=None)
@given(mutated(), st.sampled_from(["flow.yaml", "flow.yaml", "flow.json"]))
def test_a_mutated_flow_is_read_or_reported(data: bytes, file: str) -> None:
    check(data, file)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=25), st.sampled_from(["flow.yaml", "flow.json"])
)
def test_any_bytes_are_read_or_reported(pieces: list[bytes], file: str) -> None:
    check(b"".join(pieces), file)


KEYS = [
    "flow",
    "steps",
    "defaults",
    "retry",
    "with",
    "output",
    "run_if",
    "map",
    "handler",
    "timeout",
    "a",
    "tiemout",
    "input",
]
odd_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "$a", "5s", "60", "\u2028", "{{ x }}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), odd_values, max_size=5))
def test_odd_shapes_are_reported_inside_of_the_text(value: object) -> None:
    data = json.dumps(value, indent=1).encode()
    check(data, "flow.yaml")
    check(data, "flow.json")


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\xef\xbb\xbf", b"\x00", b"\xff", b"?", b":", b"-", b"{", b'"', b"&", b"*", b"!"]
)
@pytest.mark.parametrize("file", ["flow.yaml", "flow.json"])
def test_the_smallest_texts_are_reported(data: bytes, file: str) -> None:
    check(data, file)
