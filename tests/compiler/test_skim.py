"""Skimming reads what the parser reads, or nothing: no other value, and no text of which something is to be said.

`FLOWC_FUZZ=100000 pytest tests/compiler/test_skim.py` tries so many texts in each of the property tests.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.document import Node
from flowc.compiler.source import Source
from flowc.compiler.text.plain_places import plain_places
from flowc.compiler.text.skim import skim
from flowc.compiler.text.yaml import read_yaml
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
        assert found.key_span(step) == expected.key_span(step)


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
        "a: {b: , c: {d: }}\ne: [{f: }, ]\n",
        "---\na: b\n",
        "# remark\n---   \n\na: b\n",
        "'a': b\n\"c d\": {'e f': g, \"5\": h}\n'null': ~\n'it''s': i\n",
        "a: 'b''c'\nd: [ 'e''', '''', '' ]\n",
        'a: "b\\n\\t\\"c\\\\\\/"\nd: {e: "\\\\n"}\n',
        "a: b # x\ty\n# \tremark\n",
        "a: |\n  b\tc\nd: e\n",
        "a: |\n  b\nc: d",
        "a:\n  - |\n    b\n  - >-\n    c\n    d\n  - e: |\n      f\n    g: h\n",
        "a:\n- |\n b\n- c\n",
        "a: >\n  b\n    c\n    d\n\n  e\n\n    f\n\n\n  g\n",
        "a: >-\n\n  b\n\n\n  c\n    d\n",
    ],
)
def test_plain_writing_is_skimmed(text: str) -> None:
    assert assert_agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: c,\n  d: e}\n",
        "a: {\n  b: c,\n  d: [\n    e, f ,\n    {g: h},\n  ],\n}\ni: j\n",
        "a:\n  {b: c,\n d: e}\nf: g\n",
        "a: [b, # remark, ] }\n# remark\n\n  c # remark\n  , d\n] # remark\ne: f\n",
        "a: {b:\n  c, 'd':\n  e,\n  \"f\": # remark\n  [],\n  g: {\n}}\n",
        "a:\n- [b,\n  c]\n- d: {e: f,\n  g: h}\n  i: j\n",
        "a: [b,\n-c]\n",
        "a: [☃,\r\n  🎉 x, 'ö'\r\n]\r\nb: c\r\n",
        "a: [$b.c,\n  5, 0.5, true, ~, 60s,\n  http://x:80/y]\n",
        "a: b\n  c\n",
        "a: b\n\n\n  c\n\n  d # remark\ne: f\n",
        "a:\n  b\nc:\n  d\n e\n",
        "a:\n  'b'\nc:\n  [d, e]\n",
        "a:\n  - b\n    c\n  - d:\n      e\n     f\n    g: 5\n     6\n",
        "a: b\r\n  c\r\n\r\n  d\r\n",
        "a: b\n  -c\n  5\n  true\n",
    ],
)
def test_plain_writing_over_several_lines_is_skimmed(text: str) -> None:
    assert assert_agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "a\n",
        "a: b: c\n",
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
        'a: "b" c\n',
        "a:\tb\n",
        "a:\n\tb: c\n",
        "a: b\x00\n",
        "a: b\u2028c\n",
        "a: b\rc: d\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "a: |\n\n    x\n  y\n",
        "a: |\n  x",
        "a:\n  - b\n c: d\n",
        "  a: b\n",
        "a:\n    b: c\n  d: e\n",
        "- a: b\n",
        "a: - b\n",
        "a: @b\n",
        "a: %b\n",
        "a:\n  - - b\n",
        "a:\n  - \n",
        "a: ? b\n",
        "? a\n: b\n",
        "a: [" * 70 + "]" * 70 + "\n",
        "a: " + "[" * 70 + "]" * 70 + "\n",
        "a: " + "[\n" * 70 + "]" * 70 + "\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(70)),
    ],
)
def test_anything_else_is_left_to_the_parser(text: str) -> None:
    assert skim(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "a: [b,\n",
        "a: [b,\nc: d\n",
        "a: {b: c,\nd: e\n",
        "a: [b,\n---\nc]\n",
        "a: [b,\n... ]\n",
        "a: [b,\n\tc]\n",
        "a: [b\tc,\n  d]\n",
        "a: [b,\n  c] d\n",
        "a: [b,\n  c]\n  d\n",
        "a: [b,\n  c]: d\n",
        "a: [b,\n  c]# no remark\n",
        "a: [b#c,\n  d]\n",
        "a: [b,#c\n  d]\n",
        "a: [b\n  c]\n",
        "a: ['b\n  c']\n",
        'a: ["b\\\n  c"]\n',
        "a: 'b\n  c'\n",
        "a: {b: c,\n  b: d}\n",
        "a: {b: c,\n  'b': d}\n",
        "a: b\n'a': c\n",
        "a: {b: c\n  d: e}\n",
        "a: {b: c,\n  d}\n",
        "a: {b: c,\n  ,}\n",
        "a: {b\n  : c}\n",
        "a: {b: c,\n  d:e}\n",
        "a: {b: c,\n  'd':e}\n",
        "a: {b: c,\n  ? d: e}\n",
        "a: {b: c,\n  5: e}\n",
        "a: {b: c,\n  yes: e}\n",
        "a: {b: c,\n  <<: {d: e}}\n",
        "a: [&b c,\n  *b]\n",
        "a: [!b c,\n  d]\n",
        "a: [b: c,\n  d]\n",
        "a: [{{ b }},\n  c]\n",
        "a: [${{ b }},\n  c]\n",
        "a: [yes,\n  c]\n",
        "a: [2024-01-01,\n  c]\n",
        "a: [b,\n  c}\n",
        "a: b # remark\n  c\n",
        "a: b\n  # remark\n  c\n",
        "a: 'b'\n  c\n",
        "a: b\n  'c'\n  d: e\n",
        "a: b\n  c: d\n",
        "a: b\n  - c\n",
        "a: b\n  &c d\n",
        "a: 2001-12-14\n  21:59:43\n",
        "a: yes\n  b\n",
        "a:\n  yes\n",
        "a:\n  b: c\n  d\n  e\nf\n",
        "a:\n  |\n  b\n",
        "a: |+\n  b\n\n",
        "a: |2\n  b\n",
        "a: |\n \tb\n",
        "a: >\n  b\n \tc\n",
        'a: "\\0"\n',
        'a: "\\ud800"\n',
        '"a\\0": b\n',
        "'a' : b\n",
        "--- a: b\n",
        "--- # remark\na: b\n",
        "---\n---\na: b\n",
        "a: b\n---\n",
        "%YAML 1.2\n---\na: b\n",
    ],
)
def test_what_is_odd_over_several_lines_is_left_to_the_parser(text: str) -> None:
    assert skim(text) is None


def test_places_are_the_same_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = FLOWS[0].read_text(encoding="utf-8")
    with_libyaml = plain_places(Source("flow.yaml", text))
    monkeypatch.setattr("flowc.compiler.text.plain_places.CParser", None)
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


IN_BRACKETS = st.sampled_from(
    [
        *["[", "]", "{", "}", ",", ", ", "[]", "{}", "a: ", "b:", "$c: ", "'d': ", '"e":', "'f'", '"g"', "'h''i'", "j"],
        *["k l", "-m", "- ", "5", "1e3", "true", "~", "yes", "$n.o", "p:q", "r#s", " # t", "#u", "?", "? ", ": "],
        *["&v ", "*w", "!x ", "<<: ", "{{", "}}", "|", ">", "...", "---", "\t", "é", "☃", "'", '"', "\\n"],
        *["\n", "\n  ", "\r\n", "\n\n", "\n# y\n", "\ufeff"],
    ]
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(["a: ", "a:\n  ", "a:\n- ", "a:\n  - b: "]), st.booleans(), st.lists(IN_BRACKETS, max_size=16))
def test_any_brackets_are_read_as_the_parser_reads_them(begin: str, is_mapping: bool, pieces: list[str]) -> None:
    inside = "".join(pieces)
    assert_agrees(f"{begin}{{{inside}}}\nz: y\n" if is_mapping else f"{begin}[{inside}]\nz: y\n")


@settings(max_examples=EXAMPLES, deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_brackets_over_several_lines_are_read_as_the_parser_reads_them(value: object, random: Any) -> None:
    text = written({"root": value}, random)
    breaks = ["", "\n", "\n  ", " # x\n\n "]
    assert_agrees(re.sub(r"[,\[{]", lambda found: found[0] + random.choice(breaks), text))


TEXT_LINES = st.builds(
    lambda indent, begin, text, remark: " " * indent + begin + text + remark,
    st.integers(0, 6),
    st.sampled_from(["", "", "", "", "- ", "a: ", "b:", "c: |", "d: >", "e: >-", "- f: ", "- |"]),
    st.sampled_from(
        ["", "", "x", "x y", "5", "yes", "-x", "x:y", "x: y", "'q'", "'q", '"q\\n"', "\t", "x\ty", "[x,", "x]"]
    ),
    st.sampled_from(["", "", "", "", " # remark", " ", "#", "\r"]),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(TEXT_LINES, max_size=10), st.sampled_from(["", "\n"]))
def test_any_texts_over_several_lines_are_read_as_the_parser_reads_them(lines: list[str], end: str) -> None:
    assert_agrees("\n".join(["a:", *lines]) + end)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(FLOWS), st.integers(0, 10_000), st.integers(0, 3), PIECES)
def test_a_changed_example_is_read_as_the_parser_reads_it(path: Path, at: int, cut: int, piece: str) -> None:
    text = path.read_text(encoding="utf-8")
    at %= len(text)
    assert_agrees(text[:at] + piece + text[at + cut :])
