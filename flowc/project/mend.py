"""`--fix`: the edits of diagnostics put into the text until none is left, each held against a new check."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flowc.compiler.pipeline import Compilation, compile_file
from flowc.compiler.signatures import Signatures
from flowc.compiler.source import Source
from flowc.diagnostic import ERROR, Diagnostic, Edit

# Each round mends all that can be mended at once; what they uncover takes more of them, and few.
_ROUNDS = 200
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
        self.harmful: set[tuple[str, str]] = set()

    def offered(self) -> Iterator[Diagnostic]:
        """The diagnostics that have edits."""
        return (one for one in self.state.diagnostics if one.edits)

    def round(self) -> bool:
        """Mend what can be mended at once; whether anything was."""
        chosen = _side_by_side(one for one in self.offered() if self._key(one) not in self.harmful)
        if not chosen:
            return False
        if self._apply(chosen):
            return True
        done = False
        for one in chosen:
            # What was mended before has moved the rest: the next round sees it at its new place.
            if not done and self._apply([one]):
                done = True
            elif not done:
                self.harmful.add(self._key(one))
        return done

    def _apply(self, chosen: Sequence[Diagnostic]) -> bool:
        data = applied(self.data, [edit for one in chosen for edit in one.edits])
        after = compile_file(self.file, self.signatures, data)
        if data == self.data or not _does_no_harm(self.state, after, chosen):
            return False
        self.data, self.state = data, after
        self.fixed += len(chosen)
        return True

    def _key(self, diagnostic: Diagnostic) -> tuple[str, str]:
        """What an edit that does harm is known by: its place moves when others are mended."""
        return diagnostic.code, _PLACE.sub("", diagnostic.message)


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes of a text with ``edits``, none of which overlap, put into it."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = data[len(mark) :].decode("utf-8")
    starts = Source("", text).line_starts
    for edit in sorted(edits, key=lambda edit: edit.position, reverse=True):
        place = edit.position
        start = starts[place.line - 1] + place.column - 1
        end = starts[place.end_line - 1] + place.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return mark + text.encode("utf-8")


def _side_by_side(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those whose edits are clear of those of the ones before; the others are for the next round."""
    chosen: list[Diagnostic] = []
    taken: list[Edit] = []
    for one in diagnostics:
        if not any(_touch(edit, other) for edit in one.edits for other in taken):
            chosen.append(one)
            taken += one.edits
    return chosen


def _touch(one: Edit, other: Edit) -> bool:
    a, b = one.position, other.position
    return (a.line, a.column) <= (b.end_line, b.end_column) and (b.line, b.column) <= (a.end_line, a.end_column)


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
