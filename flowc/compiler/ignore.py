"""Diagnostics to fewer: what a comment `# flowc: ignore[FL502] reason` says to leave out, on its line or the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler.checks import RULES
from flowc.compiler.checks.text.useless_ignore import RULE
from flowc.compiler.did_you_mean import did_you_mean
from flowc.compiler.stretches import Stretches

if TYPE_CHECKING:
    from flowc.compiler.document import Document, Path, Span
    from flowc.diagnostic import Diagnostic

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*flowc:[ \t]*ignore\b(?:\[([^\]\r\n]{0,2000})\])?", re.MULTILINE)
_CODE = re.compile(r"[^,\s]+")
# Without them a flow has no meaning that could be compiled, as without the groups FL1xx, FL2xx and FL9xx.
_NEVER = frozenset({"FL301", "FL303", "FL308", "FL310", "FL311", "FL312", "FL313", "FL314", "FL315"}) | frozenset(
    {"FL401", "FL403", "FL407", "FL501", "FL504", "FL601", "FL607", "FL702"}
)


# What may be reported only where the handlers are at hand: without them, nobody can say that it is not.
_WITH_HANDLERS = frozenset({"FL306", "FL309", "FL317", "FL318", "FL602", "FL603", "FL604", "FL605", "FL606"})


class _Wish(NamedTuple):
    """That a code is ignored on a line; ``span`` is where the comment says so."""

    code: str
    line: int
    span: Span


def ignore(document: Document, diagnostics: list[Diagnostic], *, handlers: bool) -> list[Diagnostic]:
    """``diagnostics`` without those that comments in the text ignore, with one for each ignore that does nothing.

    ``handlers`` says whether the flow was held against its handlers.
    """
    if "flowc:" not in document.text or "ignore" not in document.text:
        return diagnostics
    wishes = list(_wishes(document))
    by_place: dict[tuple[str, int], list[_Wish]] = {}
    for wish in wishes:
        if _can_be_ignored(wish.code):
            by_place.setdefault((wish.code, wish.line), []).append(wish)
    places = {(diagnostic.code, diagnostic.position.line) for diagnostic in diagnostics} & by_place.keys()
    used = {wish for place in places for wish in by_place[place]}
    kept = [one for one in diagnostics if (one.code, one.position.line) not in places]
    unsure = frozenset() if handlers else _WITH_HANDLERS
    return kept + [_useless(document, wish) for wish in wishes if wish not in used and wish.code not in unsure]


def _wishes(document: Document) -> Iterator[_Wish]:
    texts = Stretches(_spans_of_texts(document, (), document.value))
    above, meant = 0, 0  # a block of comments is for the line below it: the line above the block, and that one
    behind = 0  # the line of the comment before: what follows on it is not alone there
    for found in _COMMENT.finditer(document.text):
        line = document.source.place(found.start())[0]
        is_alone = line > behind and _is_alone(document, line, found.start())
        behind = line
        if texts.any_around(found.start(), found.start() + 1):
            continue
        if is_alone:
            if not above < line < meant:
                above, meant = line - 1, _next_filled(document, line)
            line = meant
        if found[1] is None or not found[1].strip():
            yield _Wish("", line, found.span())
        for code in _CODE.finditer(found[1] or ""):
            start = found.start(1) + code.start()
            yield _Wish(code[0], line, (start, start + len(code[0])))


def _is_alone(document: Document, line: int, offset: int) -> bool:
    """Whether there is nothing on a line before the comment at an offset."""
    return not document.text[document.source.line_starts[line - 1] : offset].strip()


def _next_filled(document: Document, line: int) -> int:
    """The next line that holds something; the last one where there is none."""
    source, text = document.source, document.text
    starts = source.line_starts
    while line < len(starts) and text[starts[line] : source.line_end(starts[line])].lstrip()[:1] in ("", "#"):
        line += 1
    return min(line + 1, len(starts))


def _spans_of_texts(document: Document, path: Path, value: Any) -> Iterator[Span]:
    """The places of the texts that themselves hold such words."""
    for key, each in value.items() if type(value) is dict else enumerate(value):
        if type(each) is str:
            if "flowc:" in each:
                yield document.span((*path, key))
        elif type(each) is dict or type(each) is list:
            yield from _spans_of_texts(document, (*path, key), each)


def _can_be_ignored(code: str) -> bool:
    return code[:3] not in {"FL1", "FL2", "FL9"} and code not in _NEVER


def _useless(document: Document, wish: _Wish) -> Diagnostic:
    code, advice = wish.code, "take it out"
    if not code:
        message, advice = "this ignore names no code", "write `# flowc: ignore[FL404]`, and why"
    elif code not in RULES:
        message, advice = f"`{code}` is no code of a rule", did_you_mean(code, RULES) or advice
    elif not _can_be_ignored(code):
        message, advice = f"`{code}` cannot be ignored", "mend what it reports"
    else:
        message = f"`{code}` is not reported on line {wish.line}"
    return document.source.diagnose(RULE, wish.span, message, label="ignores nothing", help=advice)
