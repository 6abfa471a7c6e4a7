"""Syntax errors: in words for people, at the place where the mistake is, never in a parser's own."""

from __future__ import annotations

import pytest
import yaml

from tests.compiler.reading import line, parsed

CASES = [
    ("a: {b: @c, d: e}\n", "1:8-1:10 a value cannot begin with `@` unquoted; quote it", 'write `"@c"`'),
    ("a: @'\"\n", "1:4-1:7 a value cannot begin with `@` unquoted; quote it", None),
    ("flow: x\na: b: c\n", "2:4-2:8 a value cannot hold `: ` unquoted; quote it", 'write `"b: c"`'),
    (
        "flow: x\na: b\n  c: d\n",
        "3:3-3:4 `c` stands below `a: b`, which has a value already",
        "indent it like the key above, or remove the value there",
    ),
    (
        "a: b\n c\nd\n",
        "3:1-3:2 `d` is no `key: value`",
        "a key needs `:` behind it; what belongs to the value above is indented further",
    ),
    (
        "flow: x\nfoo bar\nsteps:\n  a:\n",
        "2:1-2:8 `foo bar` is no `key: value`",
        "a key needs `:` behind it; what belongs to the value above is indented further",
    ),
    (
        "flow: x\nsteps:\n  a:\n   b: 1\n  c:\n b: 2\n",
        "6:2-6:6 `b: 2` is indented by 1, which fits none of the lines above",
        "the blocks around it are indented by 0, 2",
    ),
    ("a: - b\n", "1:4-1:7 a list cannot begin on the line of its key", "begin it on the next line, or write `[b]`"),
    ("a: ? b\n", "1:4-1:7 a value cannot begin with `?` unquoted; quote it", 'write `"? b"`'),
    ("a: *\n", "1:4-1:5 a value cannot begin with `*` unquoted; quote it", 'write `"*"`'),
    ("a: & b\n", "1:4-1:7 a value cannot begin with `&` unquoted; quote it", 'write `"& b"`'),
    ("a: @foo\n", "1:4-1:8 a value cannot begin with `@` unquoted; quote it", 'write `"@foo"`'),
    ("a: `foo`\n", "1:4-1:9 a value cannot begin with a backtick unquoted; quote it", 'write `"`foo`"`'),
    ("a: %foo\n", "1:4-1:8 a value cannot begin with `%` unquoted; quote it", 'write `"%foo"`'),
    (
        "%foo: a\n",
        "1:1-1:8 a line cannot begin with `%`, which is for YAML's directives",
        "remove it, or quote the text",
    ),
    (
        "a: 'it's'\n",
        "1:8-1:10 nothing can follow the closing `'`; the value ends there",
        "quote the whole value; a quote inside is written `''`",
    ),
    (
        'a: "b" c\n',
        '1:8-1:9 nothing can follow the closing `"`; the value ends there',
        'quote the whole value; a quote inside is written `\\"`',
    ),
    ('a: "b\n', '1:4-1:6 this `"` is never closed', 'add the closing quote; inside it is written `\\"`'),
    (
        "a: 'b\nc: d\n",
        "1:4-1:6 this `'` is never closed",
        "add the closing quote; inside of single quotes a quote is written `''`",
    ),
    (
        'a: "\\d"\n',
        "1:5-1:7 `\\d` is no escape of double quotes",
        "write `\\\\d` for a backslash, or use single quotes",
    ),
    ('a: "\\x1"\n', "1:5-1:9 `\\x` is followed by 2 hexadecimal digits", "write them all, or use single quotes"),
    (
        'a: "\\ud83d\\ude00"\n',
        "1:5-1:17 YAML has no pairs of surrogates",
        "write the character itself, or `\\U0001F600`",
    ),
    ("a: [b, c\nd: e\n", "1:4-1:5 this `[` is never closed", "add `]`"),
    ("a: [b, c\n", "1:4-1:5 this `[` is never closed", "add `]`"),
    ("a: {b: c\nd: e\n", "1:4-1:5 this `{` is never closed", "add `}`"),
    ("a: [b c] d\n", "1:10-1:11 nothing can follow the closing `]`; the value ends there", "quote the whole value"),
    ("a: ]\n", "1:4-1:5 a value cannot begin with `]` unquoted; quote it", 'write `"]"`'),
    ("a: }\n", "1:4-1:5 a value cannot begin with `}` unquoted; quote it", 'write `"}"`'),
    ("a: [b, , c]\n", "1:8-1:9 a value is missing before `,`", "write `null` for no value, or remove the comma"),
    (
        "a: [a: b: c]\n",
        "1:9-1:10 a value inside of `[]` cannot hold `: ` unquoted",
        "quote it, or put a comma before the key",
    ),
    (
        "a: | foo\n  x\n",
        "1:4-1:9 a text cannot begin on the line of its `|`",
        "begin it on the next line; quote the value if `|` is part of it",
    ),
    ("a: |0\n  x\n", "1:4-1:6 the indentation after `|` is 1 to 9", "mostly it can be left out"),
    ("a:b\nc: d\n", "1:1-1:3 a space is missing after `a:`", None),
    ("a: b\nc:d\n", "2:1-2:3 a space is missing after `c:`", "write `c: d`"),
    (
        "- a\nb: c\n",
        "2:1-2:5 `b: c` stands where a list item is expected",
        "begin it with `- `, or indent it otherwise",
    ),
    (
        "a: b\n- c\n",
        "2:1-2:4 a list item stands where a key is expected",
        "a list belongs below a key that has no value on its own line",
    ),
    (
        "a:\n  - b\n c\n",
        "3:2-3:3 `c` is indented by 1, which fits none of the lines above",
        "the blocks around it are indented by 0, 2",
    ),
    (
        "a:\n- b\n- c\nd\n",
        "4:1-4:2 `d` is no `key: value`",
        "a key needs `:` behind it; what belongs to the value above is indented further",
    ),
    (
        "a: {x: hello {{ n }}}\n",
        "1:14-1:21 braces are no template here, and unquoted they cannot be part of a text",
        "references are `$name.field`; quote the braces if they are meant",
    ),
    (
        "a: {{ y }} tail\n",
        "1:12-1:16 braces are no template here, and unquoted they cannot be part of a text",
        "references are `$name.field`; quote the braces if they are meant",
    ),
    ("a: , b\n", "1:4-1:7 a value cannot begin with `,` unquoted; quote it", 'write `", b"`'),
    ("a: [b], c\n", "1:7-1:10 nothing can follow the closing `]`; the value ends there", "quote the whole value"),
    ('"a": "b": c\n', "1:6-1:12 a value cannot hold `: ` unquoted; quote it", "write `'\"b\": c'`"),
    (
        "a: |\n x\n  y\n z: 1\nb\n",
        "5:1-5:2 `b` is no `key: value`",
        "a key needs `:` behind it; what belongs to the value above is indented further",
    ),
    (
        "a: >\n    x\n  y\n",
        "3:3-3:4 `y` is indented by 2, which fits none of the lines above",
        "the blocks around it are indented by 0, 4",
    ),
    ("a: x\n---\nb: [\n", "3:4-3:5 this `[` is never closed", None),
    ("... x\n", "1:1-1:6 a document cannot begin with `...`", "remove the line"),
    ("--- a: b\n", "1:1-1:6 `--- a` cannot be a key here", None),
    (
        "%YAML 2.0\n---\na: b\n",
        "1:1-1:10 a line cannot begin with `%`, which is for YAML's directives",
        "remove it, or quote the text",
    ),
    (
        "%YAML 1.2\n%YAML 1.2\n---\na: b\n",
        "2:1-2:10 a line cannot begin with `%`, which is for YAML's directives",
        "remove it, or quote the text",
    ),
    (
        "\r\r%\n",
        "3:1-3:2 a line cannot begin with `%`, which is for YAML's directives",
        "remove it, or quote the text",
    ),
    ("a: {b, c: d\n", "1:4-1:5 this `{` is never closed", "add `}`"),
    ("{a: b}}\n", "1:7-1:8 nothing was opened that this `}` closes", "remove it"),
    ('a: "b\n---\nc"\n', '1:4-1:6 this `"` is never closed', 'add the closing quote; inside it is written `\\"`'),
    (
        "a: b\n...\nc: d\n",
        "3:1-3:5 `c: d` stands after the end of the flow",
        "everything belongs to one mapping; indent it as the keys at the top",
    ),
    (
        "a: # c\n  b\n   c: d\n",
        "3:4-3:5 `c` stands below `b`, which has a value already",
        "indent it like the key above, or remove the value there",
    ),
    ("key with: colon: x\n", "1:11-1:19 a value cannot hold `: ` unquoted; quote it", 'write `"colon: x"`'),
    (
        "a: {b: c d: e}\n",
        "1:11-1:12 a value inside of `{}` cannot hold `: ` unquoted",
        "quote it, or put a comma before the key",
    ),
    ("a: [b\n  c: d\n]\n", "1:4-1:5 this `[` is never closed", "add `]`"),
    ("a: http://x: y\n", "1:4-1:15 a value cannot hold `: ` unquoted; quote it", 'write `"http://x: y"`'),
    (
        "steps:\n  a:\n    with: {x: 1}\n     b: 2\n",
        "4:6-4:10 `b: 2` is indented by 5, which fits none of the lines above",
        "the blocks around it are indented by 0, 2, 4",
    ),
    (
        "steps:\n  a:\n    with:\n      x: 1\n    y: 2\n   z: 3\n",
        "6:4-6:8 `z: 3` is indented by 3, which fits none of the lines above",
        "the blocks around it are indented by 0, 2, 4",
    ),
    ("a: [1,2\nb: 3\nc: 4\n", "1:4-1:5 this `[` is never closed", "add `]`"),
    (
        "steps:\n  a:\n    description: it's: x\n",
        "3:18-3:25 a value cannot hold `: ` unquoted; quote it",
        'write `"it\'s: x"`',
    ),
    (
        "a: b\n\n\n  c: d",
        "4:3-4:4 `c` stands below `a: b`, which has a value already",
        "indent it like the key above, or remove the value there",
    ),
    (
        "? a\n  b: c\n",
        "2:3-2:4 `b` stands below `? a`, which has a value already",
        "indent it like the key above, or remove the value there",
    ),
    (
        "a: 'b''\n",
        "1:4-1:8 this `'` is never closed",
        "add the closing quote; inside of single quotes a quote is written `''`",
    ),
    (
        'x: "a""b"\n',
        '1:7-1:10 nothing can follow the closing `"`; the value ends there',
        'quote the whole value; a quote inside is written `\\"`',
    ),
    ("description: `cmd`\n", "1:14-1:19 a value cannot begin with a backtick unquoted; quote it", 'write `"`cmd`"`'),
    (
        "a: >x\n",
        "1:4-1:6 a text cannot begin on the line of its `>`",
        "begin it on the next line; quote the value if `>` is part of it",
    ),
    (
        "a: |2x\n b\n",
        "1:4-1:7 a text cannot begin on the line of its `|`",
        "begin it on the next line; quote the value if `|` is part of it",
    ),
    ("a: &x &y z\n", "1:7-1:11 `&y z` cannot stand here", "quote the value, or begin a new line"),
    ("a: &\n", "1:4-1:5 a value cannot begin with `&` unquoted; quote it", 'write `"&"`'),
    ("a: {b: [}\n", "1:9-1:10 a value is missing before `}`", "write `null` for no value, or remove the comma"),
    ("a: {b: c]\n", "1:9-1:10 `]` cannot close what `{` opened", "close it with `}`"),
    ("a: [b}\n", "1:6-1:7 `}` cannot close what `[` opened", "close it with `]`"),
]
JARGON = ("token", "block mapping", "block collection", "flow sequence", "simple key", "scalar", "expected <", "node")


@pytest.mark.parametrize(("text", "expected", "advice"), CASES)
def test_a_syntax_error_is_told_in_plain_words(text: str, expected: str, advice: str | None) -> None:
    value, found = parsed(text)
    [error] = [one for one in found if one.code == "FL101"]
    assert value is None
    assert line(error) == f"FL101 {expected}"
    assert error.help == advice


@pytest.mark.parametrize("text", [text for text, _, _ in CASES])
def test_no_words_of_the_parser_are_printed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for _ in ("libyaml", "PyYAML's own"):
        for error in parsed(text)[1]:
            assert not any(word in f"{error.message} {error.help}" for word in JARGON)
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def test_what_stands_before_the_error_is_told_too() -> None:
    found = parsed("a: &x yes\na: 1\nb: c: d\n")[1]
    assert [one.code for one in found] == ["FL105", "FL109", "FL103", "FL101"]


def test_long_texts_are_cut() -> None:
    [error] = parsed(f"a: {'x' * 200}: y\n")[1]
    assert len(f"{error.message} {error.help}") < 200
