"""What `--fix` would take out of a text: the redundant dependency, and nothing else."""

from __future__ import annotations

import pytest

from flowc.diagnostic import Edit
from tests.compiler.compiling import codes, compiled


def _applied(text: str, edits: tuple[Edit, ...]) -> str:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for edit in edits:
        place = edit.position
        start, end = starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text


def _mended(step: str) -> str | None:
    """The step without its first redundant dependency, None where no edit is offered."""
    text = "flow: f\nsteps:\n  a:\n  b:\n  c:\n" + step + "\n"
    before = compiled(text)
    assert set(codes(before)) == {"FL404"}
    first = before.diagnostics[0]
    if not first.edits:
        return None
    mended = _applied(text, first.edits)
    after = compiled(mended)
    assert len(codes(after)) == len(codes(before)) - 1
    assert before.definition is not None
    assert after.definition is not None
    assert after.definition.digest == before.definition.digest
    return mended.partition("  c:\n")[2].rstrip("\n")


@pytest.mark.parametrize(
    ("step", "mended"),
    [
        ("  d: {depends_on: [a, b], with: {x: $a}}", "  d: {depends_on: [b], with: {x: $a}}"),
        ("  d: {depends_on: [b, a], with: {x: $a}}", "  d: {depends_on: [b], with: {x: $a}}"),
        ("  d: {depends_on: [b , a , c], with: {x: $a}}", "  d: {depends_on: [b , c], with: {x: $a}}"),
        ("  d: {depends_on: [a], with: {x: $a}}", "  d: {with: {x: $a}}"),
        ("  d: {with: {x: $a}, depends_on: ['a']}", "  d: {with: {x: $a}}"),
        ("  d:\n    depends_on: [a]  # c\n    with: {x: $a}", None),
        ("  d:\n    depends_on: [a]\n    with: {x: $a}  # c", "  d:\n    with: {x: $a}  # c"),
        (
            "  d:\n    depends_on:\n      - b  # c\n      - a\n    with: {x: $a}",
            "  d:\n    depends_on:\n      - b  # c\n    with: {x: $a}",
        ),
        ("  d:\n    depends_on:\n    - a\n    with: {x: $a}", "  d:\n    with: {x: $a}"),
        ("  d:\n    depends_on:\n      - a  # why\n      - b\n    with: {x: $a}", None),
        ("  d:\n    depends_on:\n      # why\n      - a\n    with: {x: $a}", None),
        ("  d:\n    depends_on: [\n      a, # why\n      b]\n    with: {x: $a}", None),
        (
            "  d:\n    with: {x: $a, y: $b}\n    depends_on: [a,\n      b]\n    timeout: 5s",
            "  d:\n    with: {x: $a, y: $b}\n    depends_on: [b]\n    timeout: 5s",
        ),
    ],
)
def test_a_redundant_dependency_is_taken_out_and_comments_stay(step: str, mended: str | None) -> None:
    assert _mended(step) == mended
