"""Skimming reads what the parser reads, or nothing: no other value, and no text of which something is to be said.

`FLOWC_FUZZ=100000 pytest tests/compiler/test_skim.py` tries so many texts in each of the property tests.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.document import Node
from flowc.compiler.plain_places import plain_places
from flowc.compiler.skim import skim
from flowc.compiler.source import Source
from flowc.compiler.yaml_text import read_yaml
from tests.compiler.yaml_writing import values, written

EXAMPLES = int(os.environ.get("FLOWC_FUZZ", "500"))
FLOWS = sorted((Path(__file__).parents[2] / "flows").glob("*.yaml"))


def assert_agrees(text: str) -> bool:
    """Whether the text is skimmed; if so, to what the parser reads."""
    skimmed = skim(text)
    if skimmed is None:
        return False
    reading = read_yaml(Source("flow.yaml", text))
    assert reading.mistakes == []
    assert_same_places(plain_places(Source("flow.yaml", text)), reading.root)
    # As text: 1, 1.0 and true are equal in Python, and so are two orders of keys.
    assert json.dumps(skimmed) == json.dumps(reading.value)
    return True


def assert_same_places(found: Node, expected: Node | None) -> None:
    """Every value and key has the place that the parser gives."""
    assert expected is not None
    assert (found.start, found.end) == (expected.start, expected.end)
    steps = list(expected.children) if isinstance(expected.children, dict) else range(len(expected.children or ()))
    for step in steps:
        inner = found.child(step)
        assert inner is not None
        assert_same_places(inner, expected.child(step))
    assert (found.keys or {}) == (expected.keys or {})


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_the_examples_are_skimmed(path: Path) -> None:
    assert assert_agrees(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n",
        "a:\n  b:\n    c: d\n  e: f\ng: h\n",
        "a:\n- b\n- c: d\n  e:\n  - f\n-  g\nh: i\n",
        "a: [b, {c: d, e: [f, 'g', \"h\"]}, 5, -1, 0.5, true, ~]\n",
        "a: {}\nb: []\nc: ''\nd: \"\"\n",
        "a: |\n  x\n\n   y\n\nb: |-\n  z\n\nc: 1\n",
        "a: >\n  x\n  y\n\n  z\nb: >-\n  w\n",
        "a:\n\n  # remark\n  b: c # remark\n# remark\n  d: e\n",
        "a: http://x:80/y#z\n",
        'a: it\'s "so" [really] {x}, * & ! | > % @ `\n',
        "a: $b.c.0\nb: $$x\n$ref: '#/x'\n",
        "a: b\r\nc: d\r\n",
        "a: ö ☃ 🎉\n",
        "a: -5\nb: +5\nc: .5\nd: 1e3\ne: 0x1F\nf: 0o17\ng: 1.0\nh: -x\n",
        "a:   \nb:\n",
        "a: {b: c, d: e f}   # remark\n",
    ],
)
def test_plain_writing_is_skimmed(text: str) -> None:
    assert assert_agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "a\n",
        "a: b: c\n",
        "a: b\n  c\n",
        "a: b\n c: d\n",
        "a: b\na: c\n",
        "a: {b: c, b: d}\n",
        "a: yes\n",
        "a: 010\n",
        "a: 1_000\n",
        "a: 22:30\n",
        "a: 2024-01-01\n",
        "a: .nan\n",
        "a: 9007199254740992\n",
        "on: a\n",
        "null: a\n",
        "1: a\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !b c\n",
        "<<: {a: b}\n",
        "a: {{ b }}\n",
        "a: ${{ b }}\n",
        "a: [${{ b }}]\n",
        "a: [b: c]\n",
        "a: {b}\n",
        "a: {b: c}}\n",
        "a: [b]c\n",
        "a: [b, , c]\n",
        "a: [, b]\n",
        "a: 'b''c'\n",
        'a: "\\n"\n',
        'a: "b" c\n',
        "a:\tb\n",
        "a:\n\tb: c\n",
        "a: b\x00\n",
        "a: b\u2028c\n",
        "a: b\rc: d\n",
        "---\na: b\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "a: |\n\n    x\n  y\n",
        "a: |\n  x",
        "a: >\n  x\n    y\n",
        "a: [b,\n  c]\n",
        "a:\n  - b\n c: d\n",
        "  a: b\n",
        "a:\n    b: c\n  d: e\n",
        "- a: b\n",
        "a: - b\n",
        "a: @b\n",
        "a: %b\n",
        "a:\n  - - b\n",
        "a:\n  - \n",
        "a:\n  - |\n",
        "a:\n  - >-\n    b\n",
        "a: ? b\n",
        "? a\n: b\n",
        "a: [" * 70 + "]" * 70 + "\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(70)),
    ],
)
def test_anything_else_is_left_to_the_parser(text: str) -> None:
    assert skim(text) is None


def test_places_are_the_same_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = FLOWS[0].read_text(encoding="utf-8")
    with_libyaml = plain_places(Source("flow.yaml", text))
    monkeypatch.setattr("flowc.compiler.plain_places.CParser", None)
    assert_same_places(with_libyaml, plain_places(Source("flow.yaml", text)))


@settings(max_examples=EXAMPLES, deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_what_is_written_in_many_styles_is_read_as_the_parser_reads_it(value: object, random: object) -> None:
    assert_agrees(written({"root": value}, random))


PIECES = st.sampled_from(
    [
        *["a", "b", "a:", "b:", "$ref:", "a: ", "- ", "-", "-  ", " ", "  ", "    ", "\n", "\n  ", "\n    ", "\n\n"],
        *[
            "\n- ",
            ": ",
            ":",
            " #",
            "#",
            "# x",
            "'",
            '"',
            "''",
            "[",
            "]",
            "{",
            "}",
            ",",
            ", ",
            "|",
            ">",
            "|-",
            ">-",
            "|+",
        ],
        *["x y", "1", "-1", "1.0", "true", "null", "~", "yes", "010", "$a.b", "$$", "${{", "{{", "}}", "&x", "*x", "!"],
        *["%", "@", "`", "?", "---", "...", "\t", "\r\n", "\r", "é", "\xa0", "\u2028", "\x85", "\ufeff", "\\", "<<: "],
    ]
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(PIECES, max_size=30))
def test_any_text_is_read_as_the_parser_reads_it(pieces: list[str]) -> None:
    assert_agrees("".join(pieces))


LINES = st.builds(
    lambda indent, dash, key, value, remark: " " * indent + dash + key + value + remark,
    st.integers(0, 5),
    st.sampled_from(["", "", "", "- ", "-   "]),
    st.sampled_from(["", "a: ", "b: ", "c:", "d: ", "e_1: "]),
    st.sampled_from(
        ["", "", "x", "x y", "1", "[a, b]", "{a: b, c: {d: e}}", "'q'", '"q"', "|", ">", "|-", ">-", "$x", "x:y"]
    ),
    st.sampled_from(["", "", "", " # remark", " ", "#"]),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_any_lines_are_read_as_the_parser_reads_them(lines: list[str]) -> None:
    assert_agrees("\n".join(lines) + "\n")


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(FLOWS), st.integers(0, 10_000), st.integers(0, 3), PIECES)
def test_a_changed_example_is_read_as_the_parser_reads_it(path: Path, at: int, cut: int, piece: str) -> None:
    text = path.read_text(encoding="utf-8")
    at %= len(text)
    assert_agrees(text[:at] + piece + text[at + cut :])
