"""`--fix`: the edits of diagnostics put into the text until none is left, each held against a new check."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flowc.compiler.pipeline import Compilation, compile_file
from flowc.compiler.signatures import Signatures
from flowc.compiler.source import Source
from flowc.diagnostic import ERROR, Diagnostic, Edit, Position

# Each round mends all that can be mended at once; what they uncover takes more of them, and few.
_ROUNDS = 1000
# Edits that do harm together are parted and tried again as long as so many bytes were checked in vain: a large text
# with thousands of them would keep a command busy for hours.
_IN_VAIN = 10_000_000
_PLACE = re.compile(r"\d+:\d+|line \d+")


@dataclass(frozen=True, slots=True)
class Mended:
    """A text after all edits that do no harm: what it holds, how many diagnostics went, how many were left."""

    data: bytes
    fixed: int
    left: int


def mend(file: str, data: bytes, signatures: Signatures = None) -> Mended:
    """What ``--fix`` makes of ``data``; comments, layout, line ends and what needs no edit stay as they are.

    An edit is left out where a check of the result would find a mistake that the text did not have, or, for a
    warning, another meaning.
    """
    mending = _Mending(file, data, signatures)
    for _ in range(_ROUNDS):
        if not mending.round():
            break
    return Mended(mending.data, mending.fixed, len(list(mending.offered())))


class _Mending:
    """One text on its way."""

    def __init__(self, file: str, data: bytes, signatures: Signatures) -> None:
        self.file = file
        self.signatures = signatures
        self.data = data
        self.state = compile_file(file, signatures, data)
        self.fixed = 0
        self.in_vain = 0

    def offered(self) -> Iterator[Diagnostic]:
        """The diagnostics that have edits."""
        return (one for one in self.state.diagnostics if one.edits)

    def round(self) -> bool:
        """Mend what can be mended at once; whether anything was."""
        rest = list(self.offered())
        while rest:
            chosen = _side_by_side(rest)
            if self._apply_some(chosen):
                return True
            tried = set(map(id, chosen))
            rest = [one for one in rest if id(one) not in tried]
        return False

    def _apply_some(self, chosen: Sequence[Diagnostic]) -> bool:
        """Mend all of them, or a part that does no harm: it moves the rest, which the next round sees at its place."""
        if self._apply(chosen):
            return True
        half = len(chosen) // 2
        return (
            half > 0
            and self.in_vain < _IN_VAIN
            and (self._apply_some(chosen[:half]) or self._apply_some(chosen[half:]))
        )

    def _apply(self, chosen: Sequence[Diagnostic]) -> bool:
        data = applied(self.data, [edit for one in chosen for edit in one.edits])
        after = compile_file(self.file, self.signatures, data)
        if data == self.data or not _does_no_harm(self.state, after, chosen):
            self.in_vain += len(data)
            return False
        self.data, self.state = data, after
        self.fixed += len(chosen)
        return True


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes of a text with ``edits``, none of which overlap, put into it."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = data[len(mark) :].decode("utf-8")
    starts = Source("", text).line_starts
    parts: list[str] = []
    behind = 0
    for edit in sorted(edits, key=lambda edit: edit.position):
        place = edit.position
        parts += [text[behind : starts[place.line - 1] + place.column - 1], edit.text]
        behind = starts[place.end_line - 1] + place.end_column - 1
    return mark + "".join((*parts, text[behind:])).encode("utf-8")


def _side_by_side(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those whose edits are clear of those of the ones before; the others are for the next round."""
    chosen: list[Diagnostic] = []
    taken: list[Position] = []  # in their order: the last that begins before a place ends is the one that may touch it
    for one in diagnostics:
        if not any(_touches(edit.position, taken) for edit in one.edits):
            chosen.append(one)
            for edit in one.edits:
                insort(taken, edit.position)
    return chosen


def _touches(place: Position, taken: Sequence[Position]) -> bool:
    end = place.end_line, place.end_column
    before = bisect_right(taken, end, key=lambda one: (one.line, one.column))
    return before > 0 and (taken[before - 1].end_line, taken[before - 1].end_column) >= (place.line, place.column)


def _does_no_harm(before: Compilation, after: Compilation, mended: Sequence[Diagnostic]) -> bool:
    """Whether what was mended is gone, and nothing came that was not there and merely hidden."""
    codes = {one.code for one in mended}
    if before.document is None:
        # A text that could not be read shows its other mistakes only now; unreadable for another reason is no better.
        return after.document is not None or {one.code for one in after.diagnostics if one.severity is ERROR} <= codes
    if after.document is None:
        return False
    if before.definition is not None:
        return after.definition is not None and after.definition.digest == before.definition.digest
    old, new = _errors(before), _errors(after)
    if all(one.severity is not ERROR for one in mended):
        return new <= old
    came = new - old
    uncovered = all(code[2] not in "12" for code, _ in came)
    return uncovered and sum(new[key] for key in new if key[0] in codes) < sum(
        old[key] for key in old if key[0] in codes
    )


def _errors(compilation: Compilation) -> Counter[tuple[str, str]]:
    errors = (one for one in compilation.diagnostics if one.severity is ERROR)
    return Counter((one.code, _PLACE.sub("", one.message)) for one in errors)
