"""What follows from a reported mistake is not reported again."""

from __future__ import annotations

import pytest

from tests.compiler.compiling import codes, compiled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flow: f\nsteps: {a: {with: {x: {{ y }}}}}\n", ["FL119"]),
        ("flow: f\nsteps: {a: {with: {x: ${{ secrets.TOKEN }}}}}\n", ["FL119"]),
        ("flow: f\nsteps: {b: , a: {run_if: ${{ b.ok }}}}\n", ["FL119"]),
        ("1: x\nflow: f\nsteps: {a: }\n", ["FL108"]),
        ("flow: f\nsteps: {2: {}, a: }\n", ["FL108"]),
        ("flow: f\nsteps:\n  ? [a, b]\n  : {}\n", ["FL108"]),
        ("flow: f\nsteps: {a: {depends_on: [b], with: {x: $b.y}}}\n", ["FL301", "FL301"]),
    ],
)
def test_a_consequence_of_a_mistake_is_not_reported(text: str, expected: list[str]) -> None:
    assert codes(compiled(text)) == expected


@pytest.mark.parametrize(
    "text", ["flow: f\nsteps: {a: {with: {x: {{ y }}, z: $nope}}}\n", "1: x\nflow: f\nsteps: {a: {depends_on: [b]}}\n"]
)
def test_another_mistake_beside_it_is_reported(text: str) -> None:
    assert "FL301" in codes(compiled(text))


def test_braces_around_a_secret_are_told_where_secrets_are_read() -> None:
    [found] = compiled("flow: f\nsteps: {a: {with: {x: ${{ secrets.TOKEN }}}}}\n").diagnostics
    assert found.help == "take it out; a handler reads secrets from `ctx.secrets`"
    assert not found.edits
