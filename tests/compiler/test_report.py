"""How reports read: frames and carets at their columns, one line a mistake, and nothing that an author could forge."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.diagnostic import WARNING, Diagnostic, Edit, Position, Related, Rule
from flowc.report import concise, full, github, junit, sarif, summary
from flowc.report import json as as_json
from tests.compiler.compiling import compiled

RULE = Rule("FL304", "unknown-field")
WARN = Rule("FL404", "redundant-dependency", WARNING)
EVIL = "\x1b[31m\r\n::error::x\n##[error]x[x](https://x)\u202e\x9b\u2028\ud800\x00"


def _one(
    line: int = 1,
    column: int = 1,
    end_column: int = 2,
    *,
    rule: Rule = RULE,
    message: str = "wrong",
    label: str = "",
    advice: str | None = None,
    related: tuple[Related, ...] = (),
    end_line: int | None = None,
    file: str = "a.yaml",
    edits: tuple[Edit, ...] = (),
) -> Diagnostic:
    position = Position(line, column, end_line or line, end_column)
    return Diagnostic(rule, file, position, message, label, advice, related, edits)


def _frame(text: str, diagnostic: Diagnostic, width: int | None = None) -> list[str]:
    """The lines of the report that show the text."""
    return full.render([diagnostic], {diagnostic.file: text}, width=width).splitlines()[2:-1]


def test_a_report_reads_as_the_manual_shows_it() -> None:
    text = dedent("""\
        steps:
          sentiment:
            output: {}
          save:
            with:
              score: $sentiment.socre
    """)
    declared = Related(Position(2, 3, 2, 12), "declared here: label, score")
    diagnostic = _one(
        6,
        14,
        30,
        message="`sentiment` has no field `socre`",
        label="not in the output of `sentiment`",
        advice="did you mean `score`?",
        related=(declared,),
    )
    assert full.render([diagnostic], {"a.yaml": text}) == dedent("""\
        error[FL304]: `sentiment` has no field `socre`
         --> a.yaml:6:14
          |
        6 |       score: $sentiment.socre
          |              ^^^^^^^^^^^^^^^^ not in the output of `sentiment`
          |
        2 |   sentiment:
          |   --------- declared here: label, score
          = help: did you mean `score`?
          = explain: flowc explain FL304
    """)


def test_line_numbers_are_aligned() -> None:
    related = (Related(Position(2, 1, 2, 2), "first"),)
    report = full.render([_one(100, 1, 2, related=related)], {"a.yaml": "x\n" * 100})
    assert report.splitlines()[1:] == [
        "   --> a.yaml:100:1",
        "    |",
        "100 | x",
        "    | ^",
        "    |",
        "  2 | x",
        "    | - first",
        "    = explain: flowc explain FL304",
    ]


def test_carets_stand_below_wide_and_combining_characters() -> None:
    assert _frame("漢字: e\u0301 x", _one(column=8, end_column=9))[1:] == ["1 | 漢字: e\u0301 x", "  |         ^"]


def test_tabs_are_expanded_so_that_carets_stand_below() -> None:
    assert _frame("a:\tb\tc", _one(column=6, end_column=7))[1:] == ["1 | a:  b   c", "  |         ^"]


def test_an_empty_span_has_one_caret() -> None:
    assert _frame("a:\n", _one(2, 1, 1))[1:] == ["2 |", "  | ^"]


def test_every_line_of_a_short_value_is_marked() -> None:
    text = "a: [1,\n\n    2 ]"
    assert _frame(text, _one(1, 4, 8, end_line=3, label="here"))[1:] == [
        "1 | a: [1,",
        "  |    ^^^",
        "3 |     2 ]",
        "  |     ^^^ here",
    ]


def test_of_a_long_value_the_first_lines_and_the_last_are_shown() -> None:
    text = "a: [\n" + "  1,\n" * 20 + "  2]"
    assert _frame(text, _one(1, 4, 5, end_line=22, label="here"))[1:] == [
        " 1 | a: [",
        "   |    ^",
        " 2 |   1,",
        "   |   ^^",
        "...",
        "22 |   2]",
        "   |   ^^ here",
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_as_those_of_the_file(line_end: str) -> None:
    assert _frame(f"a: 1{line_end}b: 2{line_end}", _one(2, 4, 5))[1:] == ["2 | b: 2", "  |    ^"]


def test_a_long_line_is_cut_around_the_carets() -> None:
    text = "x" * 500 + "$bad" + "y" * 500
    _, line, carets = _frame(text, _one(column=501, end_column=505), width=60)
    assert len(line) == 60
    assert line.startswith("1 | …x")
    assert line.endswith("y…")
    assert line[carets.index("^") : carets.rindex("^") + 1] == "$bad"


def test_a_line_that_fits_is_not_cut() -> None:
    text = "x" * 50 + "$bad"
    assert _frame(text, _one(column=51, end_column=55), width=60)[1] == "1 | " + text


def test_a_file_whose_text_is_not_known_is_named_without_a_frame() -> None:
    assert full.render([_one()], {}).splitlines()[1:] == [" --> a.yaml:1:1", "  = explain: flowc explain FL304"]


def test_a_related_place_in_another_file_names_it() -> None:
    related = (Related(Position(1, 1, 1, 2), "also here", "b.yaml"),)
    report = full.render([_one(related=related)], {"a.yaml": "x", "b.yaml": "y"})
    assert report.splitlines()[5:8] == [" ::: b.yaml:1:1", "  |", "1 | y"]


def test_colours_change_nothing_but_colours() -> None:
    diagnostics = [_one(message="m", label="l", advice="h"), _one(rule=WARN)]
    for render in (full.render, concise.render):
        coloured = render(diagnostics, {"a.yaml": "x"}, color=True)
        plain = render(diagnostics, {"a.yaml": "x"})
        assert "\x1b[1;31merror[FL304]" in coloured
        assert "\x1b[1;33mwarning[FL404]" in coloured
        for code in ("\x1b[1;31m", "\x1b[1;33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"):
            coloured = coloured.replace(code, "")
        assert coloured == plain


@given(st.text() | st.just(EVIL), st.integers(1, 5), st.integers(1, 30), st.integers(1, 200))
def test_text_of_an_author_forges_nothing_in_any_format(text: str, line: int, column: int, width: int) -> None:
    related = (Related(Position(line, 1, line, 3), text, "b" + text),)
    diagnostic = _one(line, column, column + 3, message=text, label=text, advice=text, related=related, file=text)
    for render in (full.render, concise.render, github.render, as_json.render, sarif.render, junit.render):
        report = render([diagnostic], {text: text, "b" + text: text}, width=width)
        assert all(
            character.isprintable() or character in "\n\xa0\u3000" or ord(character) > 0x9F for character in report
        )
        assert not any(mark in report for mark in ("\x1b", "\r", "\u202e", "\x9b", "\u2028", "\x00"))
        assert "##[" not in report or render in (as_json.render, sarif.render)
        assert "](" not in report or render is not sarif.render
        assert render is not junit.render or ElementTree.fromstring(report.encode()) is not None
        report.encode()
        if render in (concise.render, github.render):
            assert report.count("\n") == 1
    for row in full.render([diagnostic], {text: text}).split("\n"):
        assert not row.lstrip().startswith("::error")


def test_concise_is_one_line_a_mistake() -> None:
    diagnostics = [_one(3, 7, 9, message="m", advice="did you mean `x`?"), _one(rule=WARN, message="n")]
    assert concise.render(diagnostics, {}) == (
        "a.yaml:3:7: error[FL304] m (did you mean `x`?)\na.yaml:1:1: warning[FL404] n\n"
    )


def test_json_has_the_keys_that_programs_rely_on() -> None:
    report = as_json.render([_one(3, 7, 9, message="é", advice="h")], {})
    assert report.isascii()
    assert json.loads(report) == [
        {
            "code": "FL304",
            "rule": "unknown-field",
            "severity": "error",
            "message": "é",
            "file": "a.yaml",
            "line": 3,
            "column": 7,
            "end_line": 3,
            "end_column": 9,
            "help": "h",
        }
    ]


def test_nothing_found_is_an_empty_list_in_json_and_nothing_elsewhere() -> None:
    assert json.loads(as_json.render([], {})) == []
    assert full.render([], {}) == concise.render([], {}) == github.render([], {}) == ""


def test_github_annotates_the_columns_of_one_line_the_last_included() -> None:
    assert github.render([_one(3, 7, 9, message="100% `a`", advice="h", file="x,y:z.yaml")], {}) == (
        "::error file=x%2Cy%3Az.yaml,line=3,endLine=3,title=FL304 unknown-field,col=7,endColumn=8::100%25 `a`; h\n"
    )
    assert "col=" not in github.render([_one(3, 7, 2, end_line=4)], {})
    assert github.render([_one(rule=WARN)], {}).startswith("::warning file=")


def test_the_last_line_counts_errors_warnings_files_and_what_can_be_fixed() -> None:
    edit = (Edit(Position(1, 1, 1, 2), "x"),)
    diagnostics = [_one(), _one(edits=edit), _one(file="b.yaml"), _one(rule=WARN, file="b.yaml")]
    assert summary.render(diagnostics, files=41, seconds=0.0912) == (
        "Found 3 errors, 1 warning in 2 of 41 files (0.09 s). 1 fixable with --fix.\n"
    )
    assert summary.render(diagnostics[:1], files=1, seconds=1) == "Found 1 error in 1 of 1 file (1.00 s).\n"
    assert summary.render(diagnostics[3:], files=2, seconds=1) == "Found 1 warning in 1 of 2 files (1.00 s).\n"


def test_what_is_found_in_handlers_is_not_counted_among_the_flows() -> None:
    found = [_one(rule=WARN, file="handlers.py"), _one(rule=WARN, file="a.yaml")]
    flows = {"a.yaml", "b.yaml"}
    both = summary.render(found, files=2, seconds=1, flows=flows)
    assert both == "Found 2 warnings in 1 of 2 files (1.00 s).\n"
    alone = summary.render(found[:1], files=2, seconds=1, flows=flows)
    assert alone == "Found 1 warning outside of 2 files (1.00 s).\n"


def test_after_mending_the_last_line_says_what_was_mended_and_what_could_not_be() -> None:
    left = [_one(edits=(Edit(Position(1, 1, 1, 2), "x"),))]
    found = "Found 1 error in 1 of 2 files (0.00 s)."
    assert summary.render(left, files=2, seconds=0, fixed=3).startswith(f"{found} 3 fixed, 1 not: to mend would")
    assert summary.render([_one()], files=2, seconds=0, fixed=3) == f"{found} 3 fixed.\n"
    assert summary.render([_one()], files=2, seconds=0, fixed=0) == f"{found}\n"
    assert summary.render([], files=2, seconds=0, fixed=3) == "2 flows OK (0.00 s). 3 fixed.\n"
    assert summary.render([], files=2, seconds=0, fixed=0) == "2 flows OK (0.00 s)\n"


def test_the_last_line_of_flows_that_are_right() -> None:
    assert summary.render([], files=41, seconds=0.09) == "41 flows OK (0.09 s)\n"
    assert summary.render([], files=1, seconds=0.09) == "1 flow OK (0.09 s)\n"


def test_a_byte_order_mark_moves_no_caret() -> None:
    compilation = compiled("\ufeffflow: f\nsteps: {a: {depends_on: [b]}}\n".encode())
    assert compilation.document is not None
    assert _frame(compilation.document.text, compilation.diagnostics[0])[1:] == [
        "2 | steps: {a: {depends_on: [b]}}",
        "  |                          ^ no such step",
    ]


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


def _each(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 0}


# What SARIF 2.1.0 says of the objects that are written, and of no others.
_TEXT = _object("text", text={"type": "string", "minLength": 1})
_LINE = {"type": "integer", "minimum": 1}
_REGION = _object("startLine", startLine=_LINE, startColumn=_LINE, endLine=_LINE, endColumn=_LINE)
_ARTIFACT = _object("uri", uri={"type": "string", "pattern": "^[!-~]+$"})
_PLACE = _object("artifactLocation region", artifactLocation=_ARTIFACT, region=_REGION)
_LOCATION = _object("physicalLocation", physicalLocation=_PLACE, id={"type": "integer", "minimum": 0}, message=_TEXT)
_REPLACEMENT = _object("deletedRegion", deletedRegion=_REGION, insertedContent=_object("text", text={"type": "string"}))
_CHANGE = _object("artifactLocation replacements", artifactLocation=_ARTIFACT, replacements=_each(_REPLACEMENT))
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_RULE = _object(
    "id",
    id={"type": "string"},
    name={"type": "string"},
    shortDescription=_TEXT,
    help=_TEXT,
    defaultConfiguration=_object(level=_LEVEL),
)
_RESULT = _object(
    "message",
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_TEXT,
    locations=_each(_LOCATION),
    relatedLocations=_each(_LOCATION),
    fixes=_each(_object("artifactChanges", description=_TEXT, artifactChanges=_each(_CHANGE))),
)
_DRIVER = _object("name", name={"type": "string"}, version={"type": "string"}, rules=_each(_RULE))
_RUN = _object(
    "tool",
    tool=_object("driver", driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=_each(_RESULT),
)
_SARIF = _object("version runs", **{"$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": _each(_RUN)})


def test_sarif_has_the_form_that_code_scanning_reads() -> None:
    edit = (Edit(Position(1, 1, 1, 2), "x"),)
    related = (Related(Position(2, 1, 2, 5), "declared here", "b c.yaml"),)
    diagnostics = [_one(3, 7, 9, message="m", advice="h", related=related, edits=edit), _one(rule=WARN), _one()]
    report = sarif.render(diagnostics, {})
    log = json.loads(report)
    jsonschema.validate(log, _SARIF)
    jsonschema.validate(json.loads(sarif.render([], {})), _SARIF)
    assert report.isascii()
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["defaultConfiguration"]["level"]) for rule in rules] == [
        ("FL304", "error"),
        ("FL404", "warning"),
    ]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 9}
    assert run["results"][0]["relatedLocations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "b%20c.yaml"}
    assert run["results"][0]["message"] == {"text": "m; h"}


def test_sarif_counts_columns_in_code_points() -> None:
    compilation = compiled("flow: f\nsteps: {a: {with: {x: 𝄞𝄞, y: $b}}}\n")
    [run] = json.loads(sarif.render(compilation.diagnostics, {}))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (30, 32)


def test_junit_has_a_case_for_every_file() -> None:
    diagnostics = [_one(message="<a> & b"), _one(2), _one(rule=WARN, file="b.yaml")]
    suites = ElementTree.fromstring(junit.render(diagnostics, {"a.yaml": "", "b.yaml": "", "c.yaml": ""}).encode())
    assert (suites.get("tests"), suites.get("failures")) == ("3", "1")
    first, second, third = suites.iter("testcase")
    failure = first.find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("FL304", "<a> & b, and 1 more")
    assert failure.text == "a.yaml:1:1: error[FL304] <a> & b\na.yaml:2:1: error[FL304] wrong\n"
    assert [child.tag for child in second] == ["system-out"]
    assert (third.get("name"), list(third)) == ("c.yaml", [])


@pytest.mark.parametrize(
    ("condition", "advice"),
    [
        ("a.n > 5", "a pattern asks for equal values: let a handler compare, and ask for its result"),
        ("'x' in a.tags", "a pattern asks for equal values: let a handler compare, and ask for its result"),
        ("$a.ok", "write `{a: {ok: true}}`"),
        ("always()", "write a pattern: `{step: {field: value}}`"),
    ],
)
def test_a_condition_that_is_text_is_told_what_to_write_for_what_it_says(condition: str, advice: str) -> None:
    flow = f'flow: f\nsteps:\n  a:\n  b: {{run_if: "{condition}"}}\n'
    [found] = compiled(flow).diagnostics
    assert found.help == advice
