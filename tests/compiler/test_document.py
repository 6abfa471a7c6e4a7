"""Places: of the very value, in lines and columns of code points, whatever the style it is written in."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.document import Document
from flowc.compiler.parse import parse
from flowc.diagnostic import Position, Rule
from tests.compiler.yaml_writing import values, written

RULE = Rule("FL000", "example")


def document_of(text: str | bytes, file: str = "flow.yaml") -> Document:
    document, mistakes = parse(file, text if isinstance(text, bytes) else text.encode())
    assert document is not None, mistakes
    return document


def text_at(text: str, position: Position) -> str:
    """What stands at a position, counted without any code of flowc's."""
    lines = re.split(r"\r\n|\n|\r", text)
    starts = [0]
    for line in lines:
        end = starts[-1] + len(line)
        starts.append(end + (2 if text[end : end + 2] == "\r\n" else 1))
    begin = starts[position.line - 1] + position.column - 1
    return text[begin : starts[position.end_line - 1] + position.end_column - 1]


def value_text(text: str, *path: str | int, file: str = "flow.yaml") -> str:
    return text_at(text, document_of(text, file).position(path))


def key_text(text: str, *path: str | int) -> str:
    return text_at(text, document_of(text).key_position(path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: plain\n", "plain"),
        ("x: plain words  # remark\n", "plain words"),
        ("x:   plain   \n", "plain"),
        ("x: 'single ''quoted'''\n", "'single ''quoted'''"),
        ('x: "double \\"quoted\\" \\u00e9"\n', '"double \\"quoted\\" \\u00e9"'),
        ('x: "two\n  lines"\ny: 1\n', '"two\n  lines"'),
        ("x: plain\n  over\n  lines\n\ny: 1\n", "plain\n  over\n  lines"),
        ("x: |\n  literal\n  text\n\n\ny: 1\n", "|\n  literal\n  text"),
        ("x: >-\n  folded\n\n  text\n# remark\ny: 1\n", ">-\n  folded\n\n  text"),
        ("x: |+\n  kept\n\ny: 1\n", "|+\n  kept"),
        ("x: |\n  at the end", "|\n  at the end"),
        ("x: [1, {a: b}]  # remark\n", "[1, {a: b}]"),
        ("x: {a: b,\n    c: d}\ny: 1\n", "{a: b,\n    c: d}"),
        ("x:\n  a: b\n  c: d\n\n# remark\ny: 1\n", "a: b\n  c: d"),
        ("x:\n- a\n- b\n\ny: 1\n", "- a\n- b"),
        ("x:\n  a:\n    b: |\n      c\n\n\ny: 1\n", "a:\n    b: |\n      c"),
        ("x: 漢字 ☃ 🎉 # remark\n", "漢字 ☃ 🎉"),
        ("x: -5\n", "-5"),
        ("? x\n: y\n", "y"),
        ("x: a\u2028b\n", "a\u2028b"),
        ("x: a\x85b\ny: 1\n", "a\x85b"),
    ],
)
def test_the_place_of_a_value_is_that_of_its_very_text(text: str, expected: str) -> None:
    assert value_text(text, "x") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("l", 0), "a"),
        (("l", 1), '"b"'),
        (("l", 2), "{c: d}"),
        (("l", 2, "c"), "d"),
        (("m", 0), "x: 1\n    y: 2"),
        (("m", 0, "y"), "2"),
        (("m", 1), "- z"),
        (("m", 1, 0), "z"),
    ],
)
def test_places_inside_of_lists_and_mappings(path: tuple[str | int, ...], expected: str) -> None:
    text = 'l: [a, "b", {c: d}]\nm:\n  - x: 1\n    y: 2\n  - - z\n'
    assert value_text(text, *path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x: 1\n", "x"), ("'x': 1\n", "'x'"), ('"\\x78": 1\n', '"\\x78"'), ("{a: b, x: 1}\n", "x"), ("? x\n: 1\n", "x")],
)
def test_the_place_of_a_key_is_that_of_its_very_text(text: str, expected: str) -> None:
    assert key_text(text, "x") == expected


def test_columns_count_code_points_and_end_behind_the_last() -> None:
    document = document_of("🎉: {漢字: ☃☃}\n")
    assert document.position(("🎉", "漢字")) == Position(1, 9, 1, 11)
    assert document.key_position(("🎉", "漢字")) == Position(1, 5, 1, 7)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_one_line(end: str) -> None:
    text = f"a: 1{end}{end}b:{end}  c: two words{end}"
    document = document_of(text)
    assert document.position(("b", "c")) == Position(4, 6, 4, 15)
    assert text_at(text, document.position(("b", "c"))) == "two words"


def test_line_ends_of_old_yaml_end_no_line() -> None:
    document = document_of("a: x\u2028y\u2029z\x85w\nb: 1\n")
    assert document.value == {"a": "x\u2028y\u2029z\x85w", "b": 1}
    assert document.position(("b",)) == Position(2, 4, 2, 5)


def test_a_byte_order_mark_is_not_counted() -> None:
    document = document_of(b"\xef\xbb\xbfa: b\n")
    assert document.position(("a",)) == Position(1, 4, 1, 5)
    assert document.key_position(("a",)) == Position(1, 1, 1, 2)


def test_tabs_count_one_column() -> None:
    assert document_of("a:\t\tb\n").position(("a",)) == Position(1, 5, 1, 6)


def test_a_null_that_nobody_wrote_stands_where_its_key_or_dash_does() -> None:
    text = "a:\nb:\n  -\n  - c\nd: {e: , f}\n"
    assert value_text(text, "a") == "a"
    assert value_text(text, "b", 0) == "-"
    assert value_text(text, "d", "e") == "e"
    assert value_text(text, "d", "f") == "f"


def test_where_nothing_stands_the_nearest_ancestor_does() -> None:
    text = "a: {b: [1, 2]}\n"
    assert value_text(text, "a", "b", 5) == "[1, 2]"
    assert value_text(text, "a", "x", "y") == "{b: [1, 2]}"
    assert key_text(text, "a", "x") == "{b: [1, 2]}"
    assert key_text(text, "a", "b", 0) == "1"
    assert value_text(text, "zzz") == "a: {b: [1, 2]}"


def test_what_is_read_and_where_do_not_depend_on_being_skimmed() -> None:
    plain = "a:\n  b: [c, d]\n  e: |\n    f\n"
    odd = plain + "# a tab in a remark: \t\n"
    for path in [(), ("a",), ("a", "b"), ("a", "b", 1), ("a", "e")]:
        assert document_of(plain).position(path) == document_of(odd).position(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), '{"a": [1, {"b": "c\\n"}],\n "d": null}'),
        (("a", 0), "1"),
        (("a", 1, "b"), '"c\\n"'),
        (("d",), "null"),
    ],
)
def test_places_in_json(path: tuple[str | int, ...], expected: str) -> None:
    text = '{"a": [1, {"b": "c\\n"}],\n "d": null}\n'
    assert value_text(text, *path, file="flow.json") == expected


def test_a_diagnostic_bears_the_place_and_everything_said() -> None:
    document = document_of("a: {b: c}\n", "flows/x.yaml")
    related = document.related(("a",), "declared here")
    edit = document.edit(("a", "b"), "d")
    found = document.diagnose(
        RULE, ("a", "b"), "no", label="here", help="do", related=[related], edits=[edit], key=True
    )
    assert (found.code, found.file, found.message, found.label, found.help) == (
        "FL000",
        "flows/x.yaml",
        "no",
        "here",
        "do",
    )
    assert found.position == Position(1, 5, 1, 6)
    assert found.related[0].position == Position(1, 1, 1, 2)
    assert found.edits[0].position == Position(1, 8, 1, 9)


def test_a_place_deep_in_a_long_file_is_right() -> None:
    lines = "".join(f"  s{number}: {{timeout: {number}s}}\n" for number in range(2_000))
    document = document_of(f"flow: x\nsteps:\n{lines}")
    assert document.position(("steps", "s1999", "timeout")).line == 2002


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, (*path, index))]
    return [(path, value)]


@settings(deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_every_value_can_be_read_again_from_its_own_place(value: Any, random: Any) -> None:
    text = written({"root": value}, random)
    document, _ = parse("flow.yaml", text.encode())
    if document is None:
        return
    for path, leaf in leaves(document.value):
        own = text_at(text, document.position(path))
        again, _ = parse("flow.yaml", dedent(f"x: {own}\n").encode())
        if "\n" not in own and leaf is not None:
            assert again is not None
            assert again.value == {"x": leaf}
