"""The reports on what a flow's text may not hold: one method a mistake, shared by the readers of YAML and of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowc.compiler.checks.text.anchor_or_alias import RULE as ANCHOR_OR_ALIAS
from flowc.compiler.checks.text.duplicate_key import RULE as DUPLICATE_KEY
from flowc.compiler.checks.text.merge_key import RULE as MERGE_KEY
from flowc.compiler.checks.text.multi_document import RULE as MULTI_DOCUMENT
from flowc.compiler.checks.text.non_string_key import RULE as NON_STRING_KEY
from flowc.compiler.checks.text.tag import RULE as TAG
from flowc.compiler.checks.text.template_braces import RULE as TEMPLATE_BRACES
from flowc.compiler.checks.text.too_deep_or_large import RULE as TOO_DEEP_OR_LARGE
from flowc.compiler.document import Span
from flowc.compiler.source import Source
from flowc.compiler.templates import as_reference, template_words
from flowc.compiler.text.controls import REPLACEMENT, escape_mistakes, holdable, is_holdable
from flowc.compiler.text.reading import DEEPEST
from flowc.compiler.text.scalars import Remark
from flowc.diagnostic import ERROR, Diagnostic, Edit, Related, Rule

# Reports past these are left out: nobody reads them, and a hostile file can ask for a million.
_MOST = 1_000
_KINDS = {int: "a number", float: "a number", bool: "a boolean", type(None): "null"}


class TextReports:
    """The reports on one text, and the spans of the values that they say cannot be meant as they were read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.mistakes: list[Diagnostic] = []
        self.spoilt: list[Span] = []

    @property
    def is_full(self) -> bool:
        """Whether there are far too many reports: no more are added."""
        return len(self.mistakes) >= _MOST

    def report(
        self,
        rule: Rule,
        span: Span,
        message: str,
        advice: str | None = None,
        *,
        related: Sequence[Related] = (),
        edits: Sequence[Edit] = (),
    ) -> None:
        """Add a report, unless there are far too many."""
        if not self.is_full:
            found = self.source.diagnose(rule, span, message, help=advice, related=related, edits=edits)
            self.mistakes.append(found)

    def add(self, mistakes: Sequence[Diagnostic]) -> None:
        """Add reports that somebody else made."""
        self.mistakes += mistakes[: max(0, _MOST - len(self.mistakes))]

    def too_deep(self, start: int) -> None:
        """FL117: a list or mapping at ``start`` is nested too deep."""
        message = f"nested deeper than {DEEPEST} levels; refused before parsing"
        self.report(
            TOO_DEEP_OR_LARGE, (start, start + 1), message, "let a handler read deep data from a file or a table"
        )

    def documents(self, count: int, second: int) -> None:
        """FL104: there are ``count`` documents, the second at an offset."""
        advice = "move each further flow to a file of its own"
        self.report(MULTI_DOCUMENT, (second, second + 3), f"{count} documents; one flow a file", advice)

    def alias(self, span: Span, text: str) -> None:
        """FL105: an alias."""
        advice = "use `defaults`, or write the value here; quote it if it is a text"
        self.report(ANCHOR_OR_ALIAS, span, f"the alias `{text}` is not allowed in flows", advice)
        self.spoilt.append(span)

    def anchor(self, span: Span, text: str) -> None:
        """FL105: an anchor."""
        advice = "use `defaults`, or write the value where it is used"
        self.report(ANCHOR_OR_ALIAS, span, f"the anchor `{text}` is not allowed in flows", advice)

    def tag(self, span: Span, text: str, value: Span) -> None:
        """FL107: a tag on the value at a span."""
        advice = "remove it; quote the value if the text begins with `!`"
        self.report(TAG, span, f"the tag `{text}` is not allowed in flows", advice)
        self.spoilt.append(value)

    def merge_key(self, span: Span) -> None:
        """FL106: a merge key."""
        advice = "write the keys out, or use `defaults`"
        self.report(MERGE_KEY, span, "the merge key `<<` is not allowed in flows", advice)

    def repeated_key(self, key: str, span: Span, first: Span) -> None:
        """FL103: a key that was there before, at ``first``; not where only refused characters made them the same."""
        if self.is_full or (REPLACEMENT in key and REPLACEMENT not in self.source.text[slice(*span)]):
            return
        place = self.source.position(*first)
        message = f"`{key}` appears again; first at {place.line}:{place.column}"
        related = [Related(place, "first here")]
        self.report(DUPLICATE_KEY, span, message, "remove one of the two, or rename it", related=related)

    def scalar_key(self, text: str, value: Any, span: Span) -> None:
        """FL108: a key that is read as no text."""
        message = f"the key `{text}` is {_KINDS[type(value)]}; keys are strings" if text else "an empty key"
        self.report(NON_STRING_KEY, span, message, f'quote it: `"{text}"`')
        self.spoilt.append(span)

    def unquoted_key(self, text: str, span: Span) -> None:
        """FL108: a key of JSON without quotes."""
        message = f"the key `{text}` is not in quotes; keys are strings"
        self.report(NON_STRING_KEY, span, message, f'quote it: `"{text}"`')

    def complex_key(self, value: Any, span: Span) -> None:
        """FL108: a key that is a list or a mapping."""
        message = f"a key is a {'list' if type(value) is list else 'mapping'}; keys are strings"
        self.report(NON_STRING_KEY, span, message, "write a name; quote it if the brackets are part of it")
        self.spoilt.append(span)

    def template(self, inside: str, span: Span) -> str | None:
        """FL119: `{{ x }}`; the reference that it means, or None where that cannot be told."""
        reference = as_reference(inside)
        if not self.is_full:
            edits = [self.source.edit(span, reference)] if reference else ()
            self.report(TEMPLATE_BRACES, span, *template_words(inside), edits=edits)
        self.spoilt.append(span)
        return reference

    def remark(self, remark: Remark, span: Span) -> None:
        """What is to be said of a plain scalar."""
        edits = [] if self.is_full or remark.instead is None else [self.source.edit(span, remark.instead)]
        self.report(remark.rule, span, remark.message, remark.help, edits=edits)
        if remark.rule.severity is ERROR:
            self.spoilt.append(span)

    def holdable(self, text: str, span: Span) -> str:
        """A quoted text without what PostgreSQL cannot hold, which is FL115."""
        if is_holdable(text):
            return text
        self.add(escape_mistakes(self.source, *span))
        self.spoilt.append(span)
        return holdable(text)
