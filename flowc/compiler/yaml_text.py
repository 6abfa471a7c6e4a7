"""YAML text to data with places, from the events of PyYAML's parser; what a flow file may not hold is refused here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from flowc.compiler.checks.text.anchor_or_alias import RULE as ANCHOR_OR_ALIAS
from flowc.compiler.checks.text.duplicate_key import RULE as DUPLICATE_KEY
from flowc.compiler.checks.text.merge_key import RULE as MERGE_KEY
from flowc.compiler.checks.text.multi_document import RULE as MULTI_DOCUMENT
from flowc.compiler.checks.text.non_string_key import RULE as NON_STRING_KEY
from flowc.compiler.checks.text.tag import RULE as TAG
from flowc.compiler.checks.text.template_braces import RULE as TEMPLATE_BRACES
from flowc.compiler.checks.text.too_deep_or_large import RULE as TOO_DEEP_OR_LARGE
from flowc.compiler.controls import escape_mistakes, holdable, is_holdable, parsable
from flowc.compiler.document import Node, Span
from flowc.compiler.reading import DEEPEST, Reading
from flowc.compiler.scalars import Remark, Scalar, read_plain
from flowc.compiler.source import Source
from flowc.compiler.tabs import tab_mistake, tabs_of
from flowc.compiler.templates import as_reference, template_words
from flowc.compiler.yaml_syntax import explain
from flowc.diagnostic import ERROR, Diagnostic, Related, Rule

_PROPERTY = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*(![<][^>]*>|[&!][^\s,\[\]{}]*)")
_SPACE = re.compile(r"(?:[ \t\r\n]|(?<!\S)#[^\r\n]*)*")
_KINDS = {int: "a number", float: "a number", bool: "a boolean", type(None): "null"}


def read_yaml(source: Source) -> Reading:
    """The data of a YAML text; every mistake in it, up to the first that hides the rest."""
    return _Reader(source).read()


def _events(text: str) -> Iterator[Any]:
    """The events of PyYAML's parser: libyaml's where this installation has it, the slower one's elsewhere."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    while (event := loader.get_event()) is not None:
        yield event


class _TooDeepError(Exception):
    """Raised at the event that goes too deep, to stop the parser."""


# What stands in the place of a key that cannot be kept: its value is read and dropped.
_NO_KEY, _DROPPED, _MERGED = object(), object(), object()


class _Frame:
    """A list or a mapping while it is being read."""

    __slots__ = ("complex_keys", "flow", "is_key", "key", "key_span", "muted", "node", "start", "value")

    def __init__(self, value: Any, start: int, flow: bool, is_key: bool, muted: bool) -> None:
        self.value = value
        self.node = Node(start, start, [] if type(value) is list else {}, {} if type(value) is dict else None)
        self.start = start
        self.flow = flow
        self.is_key = is_key
        self.muted = muted
        self.key: Any = _NO_KEY
        self.key_span: Span = (start, start)
        self.complex_keys: list[_Frame] = []


class _Reader:
    """One reading of one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text, self.restore = parsable(source.text)
        self.mistakes: list[Diagnostic] = []
        self.spoilt: list[Span] = []
        self.stack: list[_Frame] = []
        self.documents: list[int] = []
        self.value: Any = None
        self.root: Node | None = None
        self.tabs = tabs_of(source.text)
        self.quoted: list[Span] = []
        self.takers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._take_scalar,
            yaml.AliasEvent: self._take_alias,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.DocumentStartEvent: self._start_document,
        }

    def read(self) -> Reading:
        """Read everything; the root is None where the text is no YAML or too deep."""
        try:
            for event in _events(self.text):
                taker = self.takers.get(type(event))
                if taker is not None:
                    taker(event)
        except _TooDeepError:
            self.root = None
        except yaml.YAMLError as error:
            self.root = None
            self.mistakes += explain(self.source, error)
        else:
            self._report_tabs()
        if len(self.documents) > 1:
            self._report(
                MULTI_DOCUMENT,
                (self.documents[1], self.documents[1] + 3),
                f"{len(self.documents)} documents; one flow a file",
                help="move each further flow to a file of its own",
            )
        return Reading(self.value, self.root, self.mistakes, self.spoilt)

    # The events

    def _start_document(self, event: Any) -> None:
        self.documents.append(event.start_mark.index)

    def _take_scalar(self, event: Any) -> None:
        if len(self.documents) > 1:
            return
        start = self._skip_properties(event)
        end: int = event.end_mark.index
        text: str = event.value.translate(self.restore) if self.restore else event.value
        if event.style and event.style in "|>":
            end = start + len(self.text[start:end].rstrip())
        span = min(start, end), end
        if event.style:
            self.quoted.append(span)
            text = self._text(text, span)
        if self._awaits_key():
            self._take_key(text, not event.style, span)
        else:
            self._attach(text if event.style else self._plain(text, span), Node(*span))

    def _take_alias(self, event: Any) -> None:
        if len(self.documents) > 1:
            return
        span = event.start_mark.index, event.end_mark.index
        frame = self.stack[-1] if self.stack else None
        if frame is None or not (frame.muted or frame.key is _MERGED):
            self._report(
                ANCHOR_OR_ALIAS,
                span,
                f"the alias `{self.text[slice(*span)]}` is not allowed in flows",
                help="use `defaults`, or write the value here; quote it if it is a text",
                spoils=True,
            )
        if frame is not None and self._awaits_key():
            frame.key, frame.key_span = _DROPPED, span
        else:
            self._attach(None, Node(*span))

    def _open(self, event: Any) -> None:
        start = event.start_mark.index
        if len(self.stack) >= DEEPEST:
            self._report(
                TOO_DEEP_OR_LARGE,
                (start, start + 1),
                f"nested deeper than {DEEPEST} levels; refused before parsing",
                help="let a handler read deep data from a file or a table",
            )
            raise _TooDeepError
        if len(self.documents) == 1:
            start = self._skip_properties(event)
        parent = self.stack[-1] if self.stack else None
        muted = parent is not None and (parent.muted or parent.key is _MERGED)
        value: Any = {} if type(event) is yaml.MappingStartEvent else []
        frame = _Frame(value, start, bool(event.flow_style), self._awaits_key(), muted)
        self.stack.append(frame)

    def _close(self, event: Any) -> None:
        frame = self.stack.pop()
        if len(self.documents) > 1:
            return
        if frame.flow and self.text.startswith(("[", "{"), frame.start):
            frame.node.end = event.end_mark.index
        parent = self.stack[-1] if self.stack else None
        if self._is_template(frame):
            self._take_template(frame, parent)
            return
        for key in frame.complex_keys:
            kind = "list" if type(key.value) is list else "mapping"
            self._report(
                NON_STRING_KEY,
                (key.start, key.node.end),
                f"a key is a {kind}; keys are strings",
                help="write a name; quote it if the brackets are part of it",
            )
        if frame.is_key and parent is not None:
            parent.complex_keys.append(frame)
            self._set_key(parent, _DROPPED, (frame.start, frame.node.end))
        else:
            self._attach(frame.value, frame.node)

    # Keys and values

    def _awaits_key(self) -> bool:
        frame = self.stack[-1] if self.stack else None
        return frame is not None and type(frame.value) is dict and frame.key is _NO_KEY

    def _take_key(self, text: str, plain: bool, span: Span) -> None:
        frame = self.stack[-1]
        key: Any = text
        if plain and text == "<<":
            self._report(
                MERGE_KEY,
                span,
                "the merge key `<<` is not allowed in flows",
                help="write the keys out, or use `defaults`",
            )
            key = _MERGED
        elif plain:
            value = self._plain(text, span, key=True)
            if type(value) is not str:
                what = _KINDS[type(value)]
                self._report(
                    NON_STRING_KEY,
                    span,
                    f"the key `{text}` is {what}; keys are strings" if text else "an empty key; keys are strings",
                    help=f'quote it: `"{text}"`',
                )
        self._set_key(frame, key, span)

    def _set_key(self, frame: _Frame, key: Any, span: Span) -> None:
        """Remember ``key`` for the value that follows; that of a key which was there before will be dropped."""
        frame.key, frame.key_span = key, span
        frame.node.end = max(frame.node.end, span[1])
        if type(key) is str and key in frame.value:
            assert frame.node.keys is not None
            first = self.source.position(*frame.node.keys[key])
            self._report(
                DUPLICATE_KEY,
                span,
                f"`{key}` appears again; first at {first.line}:{first.column}",
                related=[Related(first, "first here")],
                help="remove one of the two, or rename it",
            )
            frame.key = _DROPPED

    def _attach(self, value: Any, node: Node) -> None:
        """Put a finished value into the list or mapping around it."""
        if not self.stack:
            self.value, self.root = value, node
            return
        frame = self.stack[-1]
        children = frame.node.children
        frame.node.end = max(frame.node.end, node.end)
        if isinstance(children, list):
            frame.value.append(value)
            children.append(node)
            return
        key, frame.key = frame.key, _NO_KEY
        if type(key) is str and isinstance(children, dict) and frame.node.keys is not None:
            frame.value[key] = value
            children[key] = node
            frame.node.keys[key] = frame.key_span

    def _plain(self, text: str, span: Span, key: bool = False) -> Scalar:
        """The value of a plain scalar; of a key only what concerns texts is said."""
        if not key and text.startswith("${{") and text.endswith("}}"):
            return self._template(text[3:-2], span)
        value, remark = read_plain(text)
        if remark is not None and not (key and type(value) is not str):
            self._remark(remark, span)
        return value

    def _remark(self, remark: Remark, span: Span) -> None:
        edits = [self.source.edit(span, remark.instead)] if remark.instead is not None else []
        self.mistakes.append(self.source.diagnose(remark.rule, span, remark.message, help=remark.help, edits=edits))
        if remark.rule.severity is ERROR:
            self.spoilt.append(span)

    def _text(self, text: str, span: Span) -> str:
        """A quoted or block scalar, which can hold by escapes what PostgreSQL cannot."""
        if is_holdable(text):
            return text
        self.mistakes += escape_mistakes(self.source, *span)
        self.spoilt.append(span)
        return holdable(text)

    # What flows may not hold

    def _skip_properties(self, event: Any) -> int:
        """Report anchor and tag of a value; the offset at which the value itself begins."""
        start: int = event.start_mark.index
        at = start
        for _ in range((event.anchor is not None) + (event.tag is not None)):
            found = _PROPERTY.match(self.text, at)
            if found is None:
                break
            at = found.end()
            if found[1][0] == "&":
                self._report(
                    ANCHOR_OR_ALIAS,
                    found.span(1),
                    f"the anchor `{found[1]}` is not allowed in flows",
                    help="use `defaults`, or write the value where it is used",
                )
            else:
                self._report(
                    TAG,
                    found.span(1),
                    f"the tag `{found[1]}` is not allowed in flows",
                    help="remove it; quote the value if the text begins with `!`",
                )
                self.spoilt.append((start, event.end_mark.index))
        if at == start:
            return start
        space = _SPACE.match(self.text, at)
        begin = space.end() if space else at
        end: int = event.end_mark.index
        return at if type(event) is yaml.ScalarEvent and begin >= end else begin

    def _is_template(self, frame: _Frame) -> bool:
        """Whether a mapping is `{{ x }}`: its one key is a mapping in braces, and nothing has a value."""
        if not frame.flow or len(frame.complex_keys) != 1 or frame.value or type(frame.value) is not dict:
            return False
        inner = frame.complex_keys[0]
        begins = inner.flow and inner.start == frame.start + 1 and self.text.startswith("{{", frame.start)
        ends = self.text[inner.node.end - 1 : frame.node.end] == "}}"
        return begins and ends and type(inner.value) is dict and list(inner.value.values()) == [None]

    def _take_template(self, frame: _Frame, parent: _Frame | None) -> None:
        span = frame.start, frame.node.end
        value = self._template(self.text[span[0] + 2 : span[1] - 2], span)
        if frame.is_key and parent is not None:
            self._set_key(parent, _DROPPED, span)
        else:
            self._attach(value, Node(*span))

    def _template(self, inside: str, span: Span) -> str | None:
        """Report `{{ x }}`; the reference that it means, or None where that cannot be told."""
        reference = as_reference(inside)
        message, help_text = template_words(reference)
        edits = [self.source.edit(span, reference)] if reference else ()
        self._report(TEMPLATE_BRACES, span, message, help=help_text, edits=edits, spoils=True)
        return reference

    def _report_tabs(self) -> None:
        """Report tabs that libyaml let pass as indentation; inside quotes and block scalars they are text."""
        for span in self.tabs:
            if not any(start < span[0] and span[1] <= end for start, end in self.quoted):
                self.mistakes.append(tab_mistake(self.source, span))

    def _report(self, rule: Rule, span: Span, message: str, *, spoils: bool = False, **more: Any) -> None:
        self.mistakes.append(self.source.diagnose(rule, span, message, **more))
        if spoils:
            self.spoilt.append(span)
