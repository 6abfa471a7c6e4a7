"""Bytes to document: what a flow file may hold, and every mistake of its text at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.parse import parse
from tests.compiler.reading import fixed, lines, parsed
from tests.compiler.yaml_writing import values, written

# Every character that is nobody's: none of them is free to stand for another one.
PRIVATE = "".join(map(chr, range(0xE000, 0xF900)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [1, 'b', \"c\", true, null, ~, 1.5]\n", {"a": [1, "b", "c", True, None, None, 1.5]}),
        ("---\na: b\n", {"a": "b"}),
        ("%YAML 1.2\n---\na: b\n...\n", {"a": "b"}),
        ("a: |\n  x\n   y\n\nb: >\n  x\n  y\n\n  z\n", {"a": "x\n y\n", "b": "x y\nz\n"}),
        ("a: x\n  y\n", {"a": "x y"}),
        ('a: "\\t\\u00e9\\U0001F600\\e"\n', {"a": "\té😀\x1b"}),
        ("? a\n: b\n", {"a": "b"}),
        ("'1': a\n\"true\": b\n'<<': c\n", {"1": "a", "true": "b", "<<": "c"}),
        ("y: n\n", {"y": "n"}),
        ("a: [b: c]\n", {"a": [{"b": "c"}]}),
        ("a: 'x\n\ty'\nb: |\n  x\n  \ty\n", {"a": "x y", "b": "x\n\ty\n"}),
        (f"a: 'x\x85y{PRIVATE}'\n", {"a": f"x\x85y{PRIVATE}"}),
    ],
)
def test_yaml_1_2_is_read(text: str, value: Any) -> None:
    assert parsed(text) == (value, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\n'a': 3\n", ["FL103 3:1-3:4 `a` appears again; first at 1:1"]),
        ("a: {b: 1, c: {b: 2}, b: 3}\n", ["FL103 1:22-1:23 `b` appears again; first at 1:5"]),
        ("a: b\n---\nc: d\n---\n", ["FL104 2:1-2:4 3 documents; one flow a file"]),
        (
            "a: &x {b: c}\nd: *x\n",
            [
                "FL105 1:4-1:6 the anchor `&x` is not allowed in flows",
                "FL105 2:4-2:6 the alias `*x` is not allowed in flows",
            ],
        ),
        ("a: &x\n  b: &y c\n", ["FL105 1:4-1:6 the anchor `&x` is not allowed in flows",
                                "FL105 2:6-2:8 the anchor `&y` is not allowed in flows"]),
        ("a: *x\n", ["FL105 1:4-1:6 the alias `*x` is not allowed in flows"]),
        ("a:\n  <<: *x\n  b: c\n", ["FL106 2:3-2:5 the merge key `<<` is not allowed in flows"]),
        ("a: !!str 5\nb: !x [1]\n", ["FL107 1:4-1:9 the tag `!!str` is not allowed in flows",
                                     "FL107 2:4-2:6 the tag `!x` is not allowed in flows"]),
        ("a: !<tag:x,y> b\n", ["FL107 1:4-1:14 the tag `!<tag:x,y>` is not allowed in flows"]),
        ("a: !py!x b\n", ["FL107 1:4-1:9 the tag `!py!x` is not allowed in flows"]),
        (
            "1: a\ntrue: b\n~: c\n1.5: d\n[x]: e\n? {f: g}\n: h\n",
            [
                "FL108 1:1-1:2 the key `1` is a number; keys are strings",
                "FL108 2:1-2:5 the key `true` is a boolean; keys are strings",
                "FL108 3:1-3:2 the key `~` is null; keys are strings",
                "FL108 4:1-4:4 the key `1.5` is a number; keys are strings",
                "FL108 5:1-5:4 a key is a list; keys are strings",
                "FL108 6:3-6:9 a key is a mapping; keys are strings",
            ],
        ),
        ("on: a\n", ['FL109 1:1-1:3 `on` is read as the string "on"; other tools read a boolean']),
        ("a: [x, yes]\n", ['FL109 1:8-1:11 `yes` is read as the string "yes"; other tools read a boolean']),
        ("a: 010\n", ["FL110 1:4-1:7 `010` is 10 here and 8 elsewhere"]),
        ("a: 2024-01-01\n", ["FL111 1:4-1:14 `2024-01-01` is a string here and a date elsewhere"]),
        ("a: .inf\n", ["FL112 1:4-1:8 `.inf`: JSON has no infinity"]),
        ("a: 12345678901234567890\n", ["FL113 1:4-1:24 `12345678901234567890` is beyond 2^53-1"]),
        ('a: "x\\0y\\x00\\u0000"\n', ["FL115 1:6-1:8 PostgreSQL cannot hold U+0000",
                                       "FL115 1:9-1:13 PostgreSQL cannot hold U+0000",
                                       "FL115 1:13-1:19 PostgreSQL cannot hold U+0000"]),
        ('a: "x\\\\0"\n', []),
        ('a: "\\ud800"\n', ["FL115 1:5-1:11 PostgreSQL cannot hold half of a surrogate pair"]),
        ("a: x\x07y\x1b\n", ["FL115 1:5-1:6 a control character, U+0007, in the text",
                             "FL115 1:7-1:8 a control character, U+001B, in the text"]),
        ("a: \x00\n", ["FL115 1:4-1:5 a control character, U+0000, in the text"]),
        ("a: x\ufeffy\n", ["FL115 1:5-1:6 a control character, U+FEFF, in the text"]),
        ("a: {{ y }}\n", ["FL119 1:4-1:11 braces are no template here; references are `$name.field`"]),
        ("a: ${{ y }}\n", ["FL119 1:4-1:12 braces are no template here; references are `$name.field`"]),
        ("a: [${{ y }}, b]\n", ["FL119 1:5-1:13 braces are no template here; references are `$name.field`"]),
        ("a: '{{ y }}'\nb: x {{ y }}\n", []),
        ("", ["FL118 1:1-1:1 the file is empty; a flow file is a mapping with `flow:`"]),
        ("# only a remark\n", ["FL118 1:1-1:1 the file is empty; a flow file is a mapping with `flow:`"]),
        ("- a\n- b\n", ["FL118 1:1-1:4 the file holds a list; a flow file is a mapping with `flow:`"]),
        ("a:b\n", ["FL118 1:1-1:4 the file holds a single value; a flow file is a mapping with `flow:`"]),
    ],
)  # fmt: skip
def test_each_mistake_of_a_text_is_told_at_its_place(text: str, expected: list[str]) -> None:
    _, found = parsed(text)
    assert lines(found) == expected


def test_all_mistakes_are_told_in_one_run() -> None:
    text = 'a: &x 1\na: 2\n3: *x\n<<: {b: c}\nd: !t yes\ne: [.nan, 010]\nf: {{ g }}\nh: "\\0"\n'
    value, found = parsed(text)
    codes = [one.code for one in found]
    assert codes == ["FL105", "FL103", "FL108", "FL105", "FL106", "FL107", "FL109", "FL112", "FL110", "FL119", "FL115"]
    assert value == {"a": 1, "3": None, "d": "yes", "e": [None, 10], "f": "$g", "h": "\ufffd"}


def test_a_repeated_key_shows_the_first_one_too() -> None:
    [found] = parsed("a: 1\nb: 2\na: 3\n")[1]
    assert [(one.position.line, one.label) for one in found.related] == [(1, "first here")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: yes\n", 'a: "yes"\n'),
        ("a: [010, 1_000, 22:30]\n", 'a: [10, "1_000", "22:30"]\n'),
        ("a: 2024-01-01 # remark\n", 'a: "2024-01-01" # remark\n'),
        (
            "a: {{ website.text }}\nb: ${{ inputs.url }}\nc: {{ steps.x.y }}\n",
            "a: $website.text\nb: $input.url\nc: $x.y\n",
        ),
        ("a: [${{ y }}]\n", "a: [$y]\n"),
        ("a:\n\tb: c\n\td:\n\t\te: f\n", "a:\n  b: c\n  d:\n    e: f\n"),
        ("on: {b: no}\n", '"on": {b: "no"}\n'),
    ],
)
def test_the_edits_of_a_report_mend_it(text: str, expected: str) -> None:
    mended = fixed(text, parsed(text)[1])
    assert mended == expected
    assert parsed(mended)[1] == []


@pytest.mark.parametrize("text", ["a: {{ y | upper }}\n", "a: {{ 'x' }}\n", "a: {{ f(x) }}\n"])
def test_a_template_that_is_no_name_is_not_rewritten(text: str) -> None:
    [found] = parsed(text)[1]
    assert found.code == "FL119"
    assert found.edits == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: c\n", ["FL102 2:1-2:2"]),
        ("a:\n  b: c\n \td: e\n\tf: g\n", ["FL102 3:1-3:3", "FL102 4:1-4:2"]),
        ("a: [\n\tb,\n  c]\n", ["FL102 2:1-2:2"]),
        ("-\ta: b\n  c: d\n", ["FL102 1:2-1:3"]),
        ("a: |\n\tx\n", ["FL102 2:1-2:2"]),
    ],
)
def test_tabs_that_indent_are_told_one_by_one(text: str, expected: list[str]) -> None:
    found = parsed(text)[1]
    assert [line.rpartition(" tab used")[0] for line in lines(found)] == expected


@pytest.mark.parametrize("text", ["a:\tb\n", "a: [b,\tc]\n", "a: b\t# remark\n", "a: 'b\n\tc'\n", "a: |\n  b\n  \tc\n"])
def test_tabs_that_do_not_indent_are_fine(text: str) -> None:
    value, found = parsed(text)
    assert value is not None
    assert found == []


def test_bytes_that_are_not_utf8_are_told_by_their_offset() -> None:
    value, found = parsed("ä: b\n".encode() + b"c: caf\xe9\n")
    assert value is None
    assert lines(found) == ["FL116 2:7-2:8 not UTF-8 at byte 12 (0xE9)"]


def test_the_offset_of_a_byte_counts_the_byte_order_mark() -> None:
    assert lines(parsed(b"\xef\xbb\xbfa: \xff\n")[1]) == ["FL116 1:4-1:5 not UTF-8 at byte 6 (0xFF)"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_called_by_its_name(encoding: str) -> None:
    data = "\ufeffa: b\n".encode(encoding)
    assert lines(parsed(data)[1]) == ["FL116 1:1-1:2 not UTF-8 at byte 0: the file is UTF-16"]


def test_a_file_of_more_than_a_mebibyte_is_refused_unread() -> None:
    value, found = parsed(b"\xff" * (2**20 + 1))
    assert value is None
    assert lines(found) == [
        "FL117 1:1-1:1 1,048,577 bytes, and a flow file has at most 1,048,576 (1 MiB); refused before parsing"
    ]


def test_a_file_of_exactly_a_mebibyte_is_read() -> None:
    text = "a: b\n" + "#" * (2**20 - 5)
    assert parsed(text) == ({"a": "b"}, [])


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("f.yaml", "[" * 30_000, "1:65-1:66"),
        ("f.yaml", "a: " + "[" * 30_000, "1:67-1:68"),
        ("f.yaml", "{a: " * 30_000, "1:257-1:258"),
        ("f.yaml", "- " * 30_000, "1:129-1:130"),
        ("f.yaml", "? " * 30_000, "1:129-1:130"),
        ("f.yaml", "".join(f"{' ' * depth}a:\n" for depth in range(300)), "65:65-65:66"),
        ("f.yaml", "&a [" * 30_000, "1:257-1:258"),
        ("f.json", "[" * 30_000, "1:65-1:66"),
        ("f.json", '{"a":' * 30_000, "1:321-1:322"),
    ],
)
def test_deep_nesting_is_refused_at_the_65th_level(file: str, text: str, place: str) -> None:
    value, found = parsed(text, file)
    assert value is None
    assert f"FL117 {place} nested deeper than 64 levels; refused before parsing" in lines(found)


@pytest.mark.parametrize("file", ["f.yaml", "f.json"])
def test_64_levels_are_fine(file: str) -> None:
    text = '{"a": ' + "[" * 63 + "]" * 63 + "}"
    value, found = parsed(text, file)
    assert found == []
    assert json.dumps(value) == text


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n" for n in range(1_000)),
        "a: &a [*a, *a]\n",
        "'" * 100_000,
        "a: " + "x: " * 100_000,
        "? " * 60 + "\n" + ": " * 60,
        "a: |\n" + " \n" * 20_000,
        "\t" * 500_000,
        "a: {" + "b, " * 100_000 + "}",
        "\u2028" * 100_000,
        '"' + "\\0" * 10_000 + '": x',
        "\x00" * 500_000,
        "&a " * 10_000,
        "!a " * 10_000,
        "%" * 100_000,
        "#" * 500_000,
        "a: b\r" * 20_000,
        "- a: b\n" * 5_000,
        "---\n" * 5_000,
    ],
)
def test_what_would_explode_elsewhere_is_read_or_refused(text: str) -> None:
    parsed(text)
    parsed(text, "f.json")


def test_reports_beyond_a_thousand_are_left_out() -> None:
    assert len(parsed("a: b\n" * 5_000)[1]) == 1_000


@settings(deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_what_is_written_is_read(value: Any, random: Any) -> None:
    text = written({"root": value}, random)
    found, mistakes = parsed(text)
    if not any(one.code.startswith("FL1") and one.severity == "error" for one in mistakes):
        assert json.dumps(found) == json.dumps({"root": value})


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, {b: c}]\nd: |\n  e\n",
        "a: &x 1\nb: *x\na: 2\n1: 3\n",
        "a: b: c\n",
        "a: 'b\n",
        "a:\n\tb: c\n",
        "a: [b\n",
        'a: "\\ud800"\n',
        "a: {{ b }}\n",
        "a: @b\n",
        "- " * 70,
        "a: x\u2028y\x00\n",
    ],
)
def test_without_libyaml_the_same_is_said(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with_libyaml = parsed(text + "# a tab: \t\n")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    without = parsed(text + "# a tab: \t\n")
    assert [one.code for one in without[1]] == [one.code for one in with_libyaml[1]]
    assert without[0] == with_libyaml[0] or with_libyaml[0] is None


def test_the_name_of_the_file_is_in_every_report() -> None:
    _, found = parse("flows/a.yaml", b"a: yes\nb: 010\n")
    assert {one.file for one in found} == {"flows/a.yaml"}
