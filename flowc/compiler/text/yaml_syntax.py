"""What a YAML parser stumbled over, in words for people: from its error and the text around the place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import yaml

from flowc.compiler.checks.text.nul_or_control import RULE as NUL_OR_CONTROL
from flowc.compiler.checks.text.tag import RULE as TAG
from flowc.compiler.checks.text.template_braces import RULE as TEMPLATE_BRACES
from flowc.compiler.checks.text.yaml_syntax import RULE as YAML_SYNTAX
from flowc.compiler.document import Span
from flowc.compiler.source import Source
from flowc.compiler.templates import as_reference, template_words
from flowc.compiler.text.open_quotes import open_quote
from flowc.compiler.text.tabs import tabs_from
from flowc.diagnostic import Diagnostic, Rule

_VALUE_BEGINS = re.compile(r"(?:[^\s'\"]|'[^']*'|\"[^\"]*\")[^'\"]*?:[ ]+|[ ]*(?:-[ ]+)+")
_COMMENT = re.compile(r"(?<![ \t])[ \t]+#.*")
_TEMPLATE = re.compile(r"\{\{[^{}\r\n]*\}\}")
_WHOLE_TEMPLATE = re.compile(r"(?<=[\s\[{,])\$\{\{([^{}\r\n]*)\}\}(?=\s*[,\]}])")
_NO_SPACE = re.compile(r"([A-Za-z_]\w*):(?=\S)")
_GOES_ON = re.compile(r"[ ]*[,\]}]")
_SHOWN = 40


class _Place(NamedTuple):
    """Where a parser stopped: the offset, where it began what it could not end, and what it said."""

    source: Source
    at: int
    began: int
    problem: str

    @property
    def text(self) -> str:
        return self.source.text

    @property
    def char(self) -> str:
        """The character at which the parser stopped; empty at the end of the text."""
        return self.text[self.at : self.at + 1]

    def line(self, offset: int) -> tuple[int, str]:
        """The offset at which the line of ``offset`` begins, and the line."""
        start = self.source.line_starts[self.source.place(offset)[0] - 1]
        return start, self.text[start : self.source.line_end(start)]

    def last_line(self, beginning: str) -> int:
        """The offset of the last line that begins so; that of the text's beginning where none does."""
        starts = reversed(self.source.line_starts)
        return next((start for start in starts if self.text.startswith(beginning, start)), 0)

    def rest(self, offset: int) -> Span:
        """From ``offset`` to the end of what is written on that line, a comment left out."""
        line = self.text[offset : self.source.line_end(offset)]
        return offset, offset + max(1, len(_COMMENT.sub("", line).rstrip()))

    def value(self, offset: int) -> Span:
        """From ``offset`` to the end of the value that was meant: in brackets it ends where they go on."""
        start, end = self.rest(offset)
        before = self.line(start)[1][: start - self.line(start)[0]]
        if sum(before.count(char) for char in "[{") > sum(before.count(char) for char in "]}"):
            found = _GOES_ON.search(self.text, start + 1, end)
            end = found.start() if found else end
        return start, end

    def shown(self, span: Span) -> str:
        """The text of a span for a message, cut where it is long."""
        text = self.text[slice(*span)]
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

    def previous(self, offset: int) -> tuple[int, str] | None:
        """The line above that of ``offset`` which is neither empty nor a comment."""
        number = self.source.place(offset)[0] - 1
        while number > 0:
            start = self.source.line_starts[number - 1]
            line = self.text[start : self.source.line_end(start)]
            if line.strip() and not line.lstrip().startswith("#"):
                return start, line
            number -= 1
        return None


class _Finding(NamedTuple):
    span: Span
    message: str
    help: str | None = None
    rule: Rule = YAML_SYNTAX
    instead: str | None = None


def explain(source: Source, error: yaml.YAMLError) -> list[Diagnostic]:
    """Reports on the error that ended the reading of a YAML text: mostly one, several where it was a tab."""
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    at = min(mark.index, len(source.text)) if mark else 0
    place = _Place(source, at, context.index if context else at, f"{getattr(error, 'context', '')}: {problem}")
    if place.char == "\t" and "escape" not in problem:
        return tabs_from(source, at)
    finding = _swallowing(place) or _explain(place)
    edits = [source.edit(finding.span, finding.instead)] if finding.instead else ()
    return [source.diagnose(finding.rule, finding.span, finding.message, help=finding.help, edits=edits)]


def _swallowing(place: _Place) -> _Finding | None:
    """A quote that was closed by the next one only, lines below, where what stands there makes no sense any more."""
    span = open_quote(place.text)
    if span is None or span[1] > place.at:
        return None
    quote = place.text[span[0]]
    line, column = place.source.place(span[1] - 1)
    return _Finding(
        place.rest(span[0]),
        f"this `{quote}` is closed at {line}:{column} only, and the lines between are part of the text",
        "add the closing quote where the text ends",
    )


def _explain(place: _Place) -> _Finding:
    for pattern, words in _WORDS:
        if pattern.search(place.problem):
            return words(place)
    return _Finding(place.rest(place.at), f"this cannot be read as YAML ({place.problem.rpartition(': ')[2]})")


def _colon(place: _Place) -> _Finding:
    """`a: b: c`, or a key below a value that is already there."""
    start, line = place.line(place.at)
    before = line[: place.at - start]
    value = _VALUE_BEGINS.match(before.lstrip())
    if value is not None:
        begin = start + len(before) - len(before.lstrip()) + value.end()
        span = place.value(begin)
        return _Finding(span, "a value cannot hold `: ` unquoted; quote it", _quoted(place.text[slice(*span)]))
    key = start + len(before) - len(before.lstrip()), place.at
    above = place.previous(start)
    if above is None:
        return _Finding(key, f"`{place.shown(key)}` cannot be a key here")
    above_text = _COMMENT.sub("", above[1]).strip()
    missing = _NO_SPACE.match(above_text)
    if missing:
        at = above[0] + len(above[1]) - len(above[1].lstrip())
        return _Finding((at, at + missing.end()), f"a space is missing after `{missing[0]}`")
    return _Finding(
        key,
        f"`{place.shown(key)}` stands below `{_cut(above_text)}`, which has a value already",
        "indent it like the key above, or remove the value there",
    )


def _no_colon(place: _Place) -> _Finding:
    span = place.rest(place.began)
    text = place.shown(span)
    missing = _NO_SPACE.match(text)
    if missing:
        return _Finding(
            (span[0], span[0] + missing.end()),
            f"a space is missing after `{missing[0]}`",
            f"write `{missing[0]} {text[missing.end() :]}`",
        )
    return _Finding(
        span,
        f"`{text}` is no `key: value`",
        "a key needs `:` behind it; what belongs to the value above is indented further",
    )


def _dash(place: _Place) -> _Finding:
    span = place.rest(place.at)
    item = place.shown((min(place.at + 2, span[1]), span[1]))
    return _Finding(
        span, "a list cannot begin on the line of its key", f"begin it on the next line, or write `[{item}]`"
    )


def _first_character(place: _Place) -> _Finding:
    begin = place.began if place.text[place.began : place.began + 1] in tuple("&*") else place.at
    span = place.value(begin)
    char = "a backtick" if place.text[begin] == "`" else f"`{place.text[begin]}`"
    return _Finding(span, f"a value cannot begin with {char} unquoted; quote it", _quoted(place.text[slice(*span)]))


def _directive(place: _Place) -> _Finding:
    start = place.line(place.began)[0] if place.char else place.last_line("%")
    return _Finding(
        place.rest(start),
        "a line cannot begin with `%`, which is for YAML's directives",
        "remove it, or quote the text",
    )


def _open_quote(place: _Place) -> _Finding:
    quote = place.text[place.began : place.began + 1]
    double = "; inside of single quotes a quote is written `''`" if quote == "'" else '; inside it is written `\\"`'
    return _Finding(place.rest(place.began), f"this `{quote}` is never closed", f"add the closing quote{double}")


def _escape(place: _Place) -> _Finding:
    at = place.at if place.char == "\\" else place.at - 1
    escape = place.text[at : at + 2]
    return _Finding(
        (at, at + 2),
        f"`{escape}` is no escape of double quotes",
        f"write `\\{escape}` for a backslash, or use single quotes",
    )


def _short_escape(place: _Place) -> _Finding:
    at = place.text.rfind("\\", 0, place.at + 1)
    kind = place.text[at + 1 : at + 2]
    digits = {"x": 2, "u": 4, "U": 8}.get(kind, 0)
    span = at, min(at + 2 + digits, place.rest(at)[1])
    return _Finding(
        span, f"`\\{kind}` is followed by {digits} hexadecimal digits", "write them all, or use single quotes"
    )


def _bad_code_point(place: _Place) -> _Finding:
    at = place.text.rfind("\\", 0, place.at + 1)
    digits = {"x": 2, "u": 4, "U": 8}.get(place.text[at + 1 : at + 2], 0)
    span = at, at + 2 + digits
    pair = re.match(r"\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)", place.text[at : at + 12])
    if pair:
        code = 0x10000 + ((int(pair[1], 16) & 0x3FF) << 10) + (int(pair[2], 16) & 0x3FF)
        return _Finding(
            (at, at + 12), "YAML has no pairs of surrogates", f"write the character itself, or `\\U{code:08X}`"
        )
    if re.match(r"\\u[dD][89a-fA-F]|\\U0000[dD][89a-fA-F]", place.text[at : at + 10]):
        return _Finding(span, "PostgreSQL cannot hold half of a surrogate pair", "remove the escape", NUL_OR_CONTROL)
    return _Finding(span, f"`{place.text[slice(*span)]}` is beyond the last character, U+10FFFF")


def _block_header(place: _Place) -> _Finding:
    mark = place.text[place.began : place.began + 1]
    if "indicator" in place.problem and place.char == "0":
        return _Finding(
            (place.began, place.at + 1), f"the indentation after `{mark}` is 1 to 9", "mostly it can be left out"
        )
    return _Finding(
        place.rest(place.began),
        f"a text cannot begin on the line of its `{mark}`",
        f"begin it on the next line; quote the value if `{mark}` is part of it",
    )


def _stray(place: _Place) -> _Finding:
    """Something stands where the next key or list item of a block should."""
    start, line = place.line(place.at)
    before = line[: place.at - start]
    if before.strip():
        return _trailing(place, before)
    span = place.rest(place.at)
    shown = place.shown(span)
    column = len(before)
    above = _indents_above(place, start)
    if column in above and not shown.startswith("- ") and "block collection" in place.problem:
        return _Finding(
            span, f"`{shown}` stands where a list item is expected", "begin it with `- `, or indent it otherwise"
        )
    if column in above and shown.startswith("-"):
        return _Finding(
            span,
            "a list item stands where a key is expected",
            "a list belongs below a key that has no value on its own line",
        )
    spaces = ", ".join(str(indent) for indent in sorted(above))
    return _Finding(
        span,
        f"`{shown}` is indented by {column}, which fits none of the lines above",
        f"the blocks around it are indented by {spaces}" if spaces else None,
    )


def _trailing(place: _Place, before: str) -> _Finding:
    span = place.rest(place.at)
    last = before.rstrip()[-1:]
    if last in "'\"":
        inside = "`''`" if last == "'" else '`\\"`'
        return _Finding(
            span,
            f"nothing can follow the closing `{last}`; the value ends there",
            f"quote the whole value; a quote inside is written {inside}",
        )
    if "{{" in before:
        return _template(place)
    if last in "]}":
        return _Finding(span, f"nothing can follow the closing `{last}`; the value ends there", "quote the whole value")
    return _Finding(span, f"`{place.shown(span)}` cannot stand here", "quote the value, or begin a new line")


def _template(place: _Place) -> _Finding:
    whole = _WHOLE_TEMPLATE.match(place.text, place.at - 1)
    if whole is not None:
        return _Finding(whole.span(), *template_words(whole[1]), TEMPLATE_BRACES, as_reference(whole[1]))
    braces = _TEMPLATE.match(place.text, place.at)
    return _Finding(
        braces.span() if braces else place.rest(place.at),
        "braces are no template here, and unquoted they cannot be part of a text",
        "references are `$name.field`; quote the braces if they are meant",
    )


def _open_bracket(place: _Place) -> _Finding:
    """A list or mapping in brackets that goes on where a comma or its end should be."""
    opening = place.text[place.began : place.began + 1]
    if opening not in ("[", "{"):
        return _Finding(place.rest(place.at), f"`{place.shown(place.rest(place.at))}` cannot stand here", "quote it")
    closing = "]" if opening == "[" else "}"
    same_line = place.source.line_end(place.began) >= place.at and place.char
    if place.char in ("]", "}"):
        return _Finding(
            (place.at, place.at + 1),
            f"`{place.char}` cannot close what `{opening}` opened",
            f"close it with `{closing}`",
        )
    if not same_line:
        return _Finding((place.began, place.began + 1), f"this `{opening}` is never closed", f"add `{closing}`")
    if place.char == "{" and place.text.startswith("{{", place.at):
        return _template(place)
    if place.char == ":":
        return _Finding(
            (place.at, place.at + 1),
            f"a value inside of `{opening}{closing}` cannot hold `: ` unquoted",
            "quote it, or put a comma before the key",
        )
    return _Finding(
        place.rest(place.at),
        f"`,` or `{closing}` is missing before `{place.shown(place.rest(place.at))}`",
        "quote the value if it is part of it",
    )


def _no_value(place: _Place) -> _Finding:
    if not place.char:
        opening = max(place.text.rfind("[", 0, place.at), place.text.rfind("{", 0, place.at), 0)
        return _Finding((opening, opening + 1), f"this `{place.text[opening : opening + 1]}` is never closed")
    if "flow node" in place.problem:
        return _Finding(
            (place.at, place.at + 1),
            f"a value is missing before `{place.char}`",
            "write `null` for no value, or remove the comma",
        )
    if place.text.startswith(("...", "---"), place.at):
        return _Finding(place.rest(place.at), "a document cannot begin with `...`", "remove the line")
    return _first_character(place)


def _after_end(place: _Place) -> _Finding:
    if not place.char:
        return _directive(place)
    span = place.rest(place.at)
    if place.char in ("]", "}"):
        return _Finding((place.at, place.at + 1), f"nothing was opened that this `{place.char}` closes", "remove it")
    return _Finding(
        span,
        f"`{place.shown(span)}` stands after the end of the flow",
        "everything belongs to one mapping; indent it as the keys at the top",
    )


def _tag(place: _Place) -> _Finding:
    span = place.rest(place.began)
    tag = place.text[slice(*span)].split(" ", maxsplit=1)[0]
    return _Finding(
        (span[0], span[0] + len(tag)),
        f"the tag `{_cut(tag)}` is not allowed in flows",
        "remove it; quote the value if the text begins with `!`",
        TAG,
    )


def _quoted(text: str) -> str | None:
    """The advice to write a text in quotes; None for a text that is too long to show."""
    quote = "'" if '"' in text or "\\" in text else '"'
    return f"write `{quote}{text}{quote}`" if len(text) <= _SHOWN and quote not in text else None


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _indents_above(place: _Place, offset: int) -> set[int]:
    """The indentations of the blocks that are open at a line, by the lines above it."""
    found: set[int] = set()
    above = place.previous(offset)
    while above is not None:
        start, line = above
        indent = len(line) - len(line.lstrip(" "))
        if not found or indent < min(found):
            found.add(indent)
        if indent == 0:
            break
        above = place.previous(start)
    return found


# Both parsers' words, libyaml's and PyYAML's own; the first that matches explains.
_WORDS: tuple[tuple[re.Pattern[str], Callable[[_Place], _Finding]], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"mapping values are not allowed", _colon),
        (r"could not find expected ':'", _no_colon),
        (r"sequence entries are not allowed", _dash),
        (r"mapping keys are not allowed|scanning an (?:anchor|alias)|cannot start any token", _first_character),
        (r"directive|incompatible YAML|%YAML", _directive),
        (r"tag", _tag),
        (r"quoted scalar: found unexpected|quoted scalar: found.*(?:end of stream|document)", _open_quote),
        (r"unknown escape", _escape),
        (r"hexd?ecimal", _short_escape),
        (r"invalid Unicode", _bad_code_point),
        (r"block scalar", _block_header),
        (r"parsing a block (?:mapping|collection)", _stray),
        (r"parsing a flow (?:mapping|sequence)", _open_bracket),
        (r"node content", _no_value),
        (r"<document start>", _after_end),
    )
)
