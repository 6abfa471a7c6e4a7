"""`--fix` on the text itself: what it mends, what it leaves, and that it does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.pipeline import compile_file
from flowc.diagnostic import ERROR
from flowc.project.mend import mend

HEAD = "flow: f\nsteps:\n  a:\n  b:\n"


def mended(text: str, file: str = "flow.yaml") -> str:
    result = mend(file, text.encode())
    again = mend(file, result.data)
    assert (again.data, again.fixed) == (result.data, 0)
    return result.data.decode()


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("FL102", "flow: f\nsteps:\n\ta:\n\t\ttimeout: 5s # c\n", "flow: f\nsteps:\n  a:\n    timeout: 5s # c\n"),
        ("FL109", HEAD + "  c: {with: {x: yes}} # yes\n", HEAD + '  c: {with: {x: "yes"}} # yes\n'),
        ("FL110", HEAD + "  c: {with: {x: 010}}\n", HEAD + "  c: {with: {x: 10}}\n"),
        ("FL110", HEAD + "  c: {with: {x: 22:30, y: 1_0}}\n", HEAD + '  c: {with: {x: "22:30", y: "1_0"}}\n'),
        ("FL111", HEAD + "  c:\n    with: {x: 2024-01-01}\n", HEAD + '  c:\n    with: {x: "2024-01-01"}\n'),
        ("FL119", HEAD + "  c: {with: {x: {{ a.y }}, z: ${{ b }}}}\n", HEAD + "  c: {with: {x: $a.y, z: $b}}\n"),
        ("FL201", HEAD + "  c: {tiemout: 5s, 'dependsOn': [a]}\n", HEAD + "  c: {timeout: 5s, depends_on: [a]}\n"),
        ("FL205", "flow: f\nsteps:\n  - a # one\n  - b\n", "flow: f\nsteps:\n  a: # one\n  b:\n"),
        ("FL205", "flow: f\nsteps: [a, b]\n", "flow: f\nsteps: {a: , b: }\n"),
        (
            "FL404",
            HEAD + "  c: {depends_on: [a, b], with: {x: $a}}\n",
            HEAD + "  c: {depends_on: [b], with: {x: $a}}\n",
        ),
        ("FL501", HEAD + "  c:\n    run_if: a.x == 2 # c\n", HEAD + "  c:\n    run_if: {a: {x: 2}} # c\n"),
        ("FL501", HEAD + "  c: {run_if: a.x != yes}\n", HEAD + '  c: {run_unless: {a: {x: "yes"}}}\n'),
    ],
)
def test_what_has_a_star_in_the_manual_is_mended_and_comments_stay(code: str, before: str, after: str) -> None:
    assert code in {one.code for one in compile_file("flow.yaml", None, before.encode()).diagnostics}
    assert mended(before) == after
    assert compile_file("flow.yaml", None, after.encode()).diagnostics == []


def test_a_tab_that_may_be_of_a_text_stays() -> None:
    text = "flow: f\nsteps:\n  a:\n    with:\n      x: {} # c\n        \tmake\n        \tall\n"
    unsaid, said = text.format("|"), text.format("|2")
    assert [one.code for one in compile_file("flow.yaml", None, unsaid.encode()).diagnostics] == ["FL102"]
    assert mended(unsaid) == unsaid
    assert compile_file("flow.yaml", None, said.encode()).diagnostics == []
    assert mended(text.format("|").replace("  ", "\t")) == text.format("|").replace("\t", "  ")


def test_json_files_stay_json() -> None:
    before = '{"flow": "f", "steps": {"a": {"tiemout": "5s"}, "b": {"run_if": "a.x == 1"}, "c": {"dependsOn": ["a"]}}}'
    after = (
        '{"flow": "f", "steps": {"a": {"timeout": "5s"}, "b": {"run_if": {"a": {"x": 1}}}, "c": {"depends_on": ["a"]}}}'
    )
    assert mended(before, "flow.json") == after
    assert mended('{"flow": "f", "steps": ["a"]}', "flow.json") == '{"flow": "f", "steps": {"a": null}}'


def test_byte_order_mark_and_line_ends_stay() -> None:
    before = "\ufeffflow: f\r\nsteps:\r\n  a: {with: {x: yes}} # é𝄞\r\n"
    assert mended(before) == before.replace("yes", '"yes"')


def test_what_mending_uncovers_is_mended_in_the_same_run() -> None:
    before = "flow: f\nsteps:\n\ta:\n\tb: {dependsOn: [a], with: {x: {{ a }}, y: no}}\n"
    assert mended(before) == 'flow: f\nsteps:\n  a:\n  b: {with: {x: $a, y: "no"}}\n'


def test_a_mistake_that_mending_merely_uncovers_is_reported_then() -> None:
    before = HEAD + "  c: {dependsOn: [webiste]}\n"
    assert mended(before) == HEAD + "  c: {depends_on: [webiste]}\n"


def test_mending_that_would_make_another_mistake_is_left() -> None:
    # The spaces in the tab's place would put `b` below nothing.
    before = "flow: f\nsteps:\n   a:\n\tb:\n"
    result = mend("flow.yaml", before.encode())
    assert result.data == before.encode()
    assert (result.fixed, result.left) == (0, 1)


def test_one_edit_that_does_harm_does_not_keep_the_others_from_mending() -> None:
    before = HEAD + "  c: {dependsOn: [a], depends_on: [b], tiemout: 5s, with: {x: no}}\n"
    result = mend("flow.yaml", before.encode())
    assert b'timeout: 5s, with: {x: "no"}' in result.data
    assert b"dependsOn: [a], depends_on: [b]" in result.data


def test_of_edits_at_one_place_only_one_is_made_in_a_round() -> None:
    assert mended(HEAD + "  c: {depends_on: [a, b], with: {x: $a, y: $b}}\n") == HEAD + "  c: {with: {x: $a, y: $b}}\n"


PIECES = [
    "flow: f",
    "steps:",
    "  a:",
    "\tb:",
    "  c: {tiemout: 5s}",
    "  d: {dependsOn: [a], with: {x: yes, y: $a}}",
    "  e: {depends_on: [a, c], with: {x: $a, y: 010}}",
    "  g:",
    "    run_if: a.x == 1",
    "    run_if: {a: {x: {{ y }}}}",
    "\t  timeout: 5s",
    "    with: {x: 2024-01-01, y: ${{ a.b }}}",
    "    depends_on:",
    "    - a",
    "  - a",
    "defaults: {retries: {max_attempts: 2}}",
    "# comment",
    "",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_mending_does_no_harm_whatever_the_text(lines: list[str], line_end: str) -> None:
    data = line_end.join(["flow: f", "steps:", "  a:", *lines]).encode()
    result = mend("flow.yaml", data)
    before, after = (compile_file("flow.yaml", None, each) for each in (data, result.data))
    assert mend("flow.yaml", result.data).data == result.data
    if before.definition is not None:
        assert after.definition is not None
        assert after.definition.digest == before.definition.digest
    if before.document is not None:
        assert after.document is not None
        text = [
            {one.code for one in each.diagnostics if one.severity is ERROR and one.code[2] in "12"}
            for each in (before, after)
        ]
        assert text[1] <= text[0]
