"""Ignore comments: where they hold, what they cannot hide, and when one is reported as useless."""

from __future__ import annotations

import pytest

from tests.compiler.compiling import codes, compiled, said

REDUNDANT = "{depends_on: [a], with: {x: $a}}"


@pytest.mark.parametrize(
    "lines",
    [
        f"b: {REDUNDANT} # flowc: ignore[FL404]",
        f"b: {REDUNDANT} # flowc: ignore[FL404] the order is on purpose",
        f"b: {REDUNDANT} #flowc:ignore[ FL404 ]",
        f"# flowc: ignore[FL404] above\n  b: {REDUNDANT}",
        f"# flowc: ignore[FL404] above\n\n  # and more words\n  b: {REDUNDANT}",
    ],
)
def test_a_code_is_ignored_on_its_line_or_the_one_below(lines: str) -> None:
    compilation = compiled(f"flow: f\nsteps:\n  a:\n  {lines}\n")
    assert codes(compilation) == []
    assert compilation.definition is not None


def test_a_comment_holds_for_one_line_and_one_code() -> None:
    text = f"flow: f\nsteps:\n  a:\n  b: {REDUNDANT} # flowc: ignore[FL404]\n  c: {REDUNDANT}\n"
    assert said(compiled(text)) == ["FL404 5:20-5:21 `c` waits for `a` anyway"]
    other = f"flow: f\nsteps:\n  a:\n  b: {REDUNDANT} # flowc: ignore[FL320]\n"
    assert codes(compiled(other)) == ["FL404", "FL199"]


@pytest.mark.parametrize("code", ["FL109", "FL199", "FL901", "FL201", "FL301"])
def test_what_takes_a_flow_its_meaning_cannot_be_ignored(code: str) -> None:
    compilation = compiled(f"flow: f\nsteps:\n  a: {{tiemout: 1s, depends_on: [x]}} # flowc: ignore[{code}]\n")
    assert set(codes(compilation)) == {"FL201", "FL301", "FL199"}
    assert any(f"`{code}` " in one.message for one in compilation.diagnostics if one.code == "FL199")
    assert compilation.definition is None


def test_words_in_a_text_are_no_comment() -> None:
    quoted = 'x: "# flowc: ignore[FL404]"'
    block = "y: |\n        # flowc: ignore"
    assert codes(compiled(f"flow: f\nsteps:\n  a:\n    with:\n      {quoted}\n      {block}\n")) == []


def test_a_code_that_only_handlers_bring_up_is_not_called_useless_without_them() -> None:
    text = "flow: f\nsteps:\n  a: {with: {x: 1}} # flowc: ignore[FL606]\n"
    assert codes(compiled(text)) == []
    assert codes(compiled(text, "def a(): ...")) == []
    assert codes(compiled(text, "def a(x): ...")) == ["FL199"]


def test_a_block_of_comments_is_for_the_line_below_it() -> None:
    comments = "  # flowc: ignore[FL404] the order\n\n  # flowc: ignore[FL301] # flowc: ignore[FL320]\n  # more words\n"
    text = f"flow: f\nsteps:\n  a:\n{comments}  b: {REDUNDANT[:-1]}, map: $x}}\n  c: {REDUNDANT}\n"
    assert said(compiled(text)) == [
        "FL199 6:19-6:24 `FL301` cannot be ignored",
        "FL199 6:42-6:47 `FL320` is not reported on line 6",
        "FL301 8:44-8:46 there is no step `x`",
        "FL404 9:20-9:21 `c` waits for `a` anyway",
    ]
