"""YAML text to data with places, from the events of PyYAML's parser; what a flow file may not hold is refused here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from flowc.compiler.document import Node, Span
from flowc.compiler.source import Source
from flowc.compiler.stretches import Stretches
from flowc.compiler.text.controls import parsable
from flowc.compiler.text.reading import DEEPEST, Reading
from flowc.compiler.text.reports import TextReports
from flowc.compiler.text.scalars import read_plain
from flowc.compiler.text.tabs import tab_mistake, tabs_of
from flowc.compiler.text.yaml_syntax import explain

_PROPERTY = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*(![<][^>]*>|[&!][^\s,\[\]{}]*)")
_SPACE = re.compile(r"(?:[ \t\r\n]|(?<!\S)#[^\r\n]*)*")


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


# What stands in the place of a key: that one comes next, or that the value of the last one is read and dropped.
_NO_KEY, _DROPPED, _MERGED = object(), object(), object()


class _Frame:
    """A list or a mapping while it is being read; ``muted`` is what a merge key merges."""

    __slots__ = ("complex_keys", "flow", "is_key", "is_mapping", "key", "key_span", "muted", "node", "value")

    def __init__(self, is_mapping: bool, start: int, flow: bool, is_key: bool, *, muted: bool) -> None:
        self.value: Any = {} if is_mapping else []
        self.node = Node(start, start, {} if is_mapping else [], {} if is_mapping else None)
        self.is_mapping = is_mapping
        self.flow = flow
        self.is_key = is_key
        self.muted = muted
        self.key: Any = _NO_KEY
        self.key_span: Span = (start, start)
        self.complex_keys: list[_Frame] = []


class _Reader:
    """One reading of one text: the frames of the lists and mappings that are open, the innermost last."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text, self.restore = parsable(source.text)
        self.reports = TextReports(source)
        self.frames: list[_Frame] = []
        self.documents: list[int] = []
        self.value: Any = None
        self.root: Node | None = None
        self.tabs = tabs_of(source.text)
        self.quoted: list[Span] = []

    def read(self) -> Reading:
        """Read everything; the root is None where the text is no YAML or too deep."""
        takers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._take_scalar,
            yaml.AliasEvent: self._take_alias,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.DocumentStartEvent: self._start_document,
        }
        try:
            for event in _events(self.text):
                taker = takers.get(type(event))
                if taker is not None:
                    taker(event)
        except _TooDeepError:
            self.root = None
        except yaml.YAMLError as error:
            self.root = None
            self.reports.add(explain(self.source, error))
        else:
            self._report_tabs()
        if len(self.documents) > 1:
            self.reports.documents(len(self.documents), self.documents[1])
        return Reading(self.value, self.root, self.reports.mistakes, self.reports.spoilt)

    def _start_document(self, event: Any) -> None:
        self.documents.append(event.start_mark.index)

    def _take_scalar(self, event: Any) -> None:
        text: str = event.value
        style = event.style
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if len(self.documents) > 1:
            return
        if self.restore:
            text = text.translate(self.restore)
        if event.anchor is not None or event.tag is not None:
            start = min(self._skip_properties(event), end)
        if style:
            if style in "|>":
                end = start + len(self.text[start:end].rstrip())
            if self.tabs:
                self.quoted.append((start, end))
            text = self.reports.holdable(text, (start, end))
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.is_mapping and frame.key is _NO_KEY:
            self._take_key(frame, text, (start, end), plain=not style)
        else:
            self._attach(text if style else self._plain(text, (start, end)), Node(start, end))

    def _take_alias(self, event: Any) -> None:
        if len(self.documents) > 1:
            return
        span = event.start_mark.index, event.end_mark.index
        frame = self.frames[-1] if self.frames else None
        if frame is None or not (frame.muted or frame.key is _MERGED):
            self.reports.alias(span, self.text[slice(*span)])
        if frame is not None and frame.is_mapping and frame.key is _NO_KEY:
            frame.key, frame.key_span = _DROPPED, span
        else:
            self._attach(None, Node(*span))

    def _open(self, event: Any) -> None:
        start: int = event.start_mark.index
        if len(self.frames) >= DEEPEST:
            self.reports.too_deep(start)
            raise _TooDeepError
        if (event.anchor is not None or event.tag is not None) and len(self.documents) == 1:
            start = self._skip_properties(event)
        around = self.frames[-1] if self.frames else None
        is_key = around is not None and around.is_mapping and around.key is _NO_KEY
        muted = around is not None and (around.muted or around.key is _MERGED)
        is_mapping = type(event) is yaml.MappingStartEvent
        self.frames.append(_Frame(is_mapping, start, bool(event.flow_style), is_key, muted=muted))

    def _close(self, event: Any) -> None:
        frame = self.frames.pop()
        if len(self.documents) > 1:
            return
        node = frame.node
        if frame.flow and self.text.startswith(("[", "{"), node.start):
            node.end = event.end_mark.index
        value = frame.value
        if self._is_template(frame):
            value = self.reports.template(self.text[node.start + 2 : node.end - 2], (node.start, node.end))
            node = Node(node.start, node.end)
            frame.complex_keys.clear()
        for key in frame.complex_keys:
            self.reports.complex_key(key.value, (key.node.start, key.node.end))
        if not frame.is_key:
            self._attach(value, node)
            return
        around = self.frames[-1]
        if type(value) in (dict, list):
            around.complex_keys.append(frame)
        self._set_key(around, _DROPPED, (node.start, node.end))

    def _take_key(self, frame: _Frame, text: str, span: Span, *, plain: bool) -> None:
        key: Any = text
        if plain and text == "<<":
            self.reports.merge_key(span)
            key = _MERGED
        elif plain:
            value, remark = read_plain(text)
            if type(value) is not str:
                self.reports.scalar_key(text, value, span)
            elif remark is not None:
                self.reports.remark(remark, span)
        self._set_key(frame, key, span)

    def _set_key(self, frame: _Frame, key: Any, span: Span) -> None:
        """Remember ``key`` for the value that follows; that of a key which was there before will be dropped."""
        frame.node.end = max(frame.node.end, span[1])
        if type(key) is str and frame.node.keys and key in frame.node.keys:
            self.reports.repeated_key(key, span, frame.node.keys[key])
            key = _DROPPED
        frame.key, frame.key_span = key, span

    def _attach(self, value: Any, node: Node) -> None:
        """Put a finished value into the list or mapping around it."""
        if not self.frames:
            self.value, self.root = value, node
            return
        frame = self.frames[-1]
        around: Any = frame.node
        around.end = max(around.end, node.end)
        if not frame.is_mapping:
            frame.value.append(value)
            around.children.append(node)
            return
        key, frame.key = frame.key, _NO_KEY
        if type(key) is str:
            frame.value[key] = value
            around.children[key] = node
            around.keys[key] = frame.key_span

    def _plain(self, text: str, span: Span) -> Any:
        """The value of a plain scalar."""
        if text.startswith("${{") and text.endswith("}}"):
            return self.reports.template(text[3:-2], span)
        value, remark = read_plain(text)
        if remark is not None:
            self.reports.remark(remark, span)
        return value

    def _skip_properties(self, event: Any) -> int:
        """Report anchor and tag of a value; the offset at which the value itself begins."""
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        at = start
        for _ in range((event.anchor is not None) + (event.tag is not None)):
            found = _PROPERTY.match(self.text, at)
            if found is None:
                return start
            at = found.end()
            if found[1][0] == "&":
                self.reports.anchor(found.span(1), found[1])
            else:
                self.reports.tag(found.span(1), found[1], (start, end))
        space = _SPACE.match(self.text, at)
        begin = space.end() if space else at
        return at if type(event) is yaml.ScalarEvent and begin >= end else begin

    def _is_template(self, frame: _Frame) -> bool:
        """Whether a mapping is `{{ x }}`: its one key is a mapping in braces, and nothing has a value."""
        if not frame.flow or len(frame.complex_keys) != 1 or frame.value or not frame.is_mapping:
            return False
        inner = frame.complex_keys[0]
        begins = (
            inner.flow and inner.node.start == frame.node.start + 1 and self.text.startswith("{{", frame.node.start)
        )
        ends = self.text[inner.node.end - 1 : frame.node.end] == "}}"
        return begins and ends and inner.is_mapping and list(inner.value.values()) == [None]

    def _report_tabs(self) -> None:
        """Report tabs that libyaml let pass as indentation; inside quotes and block scalars they are text."""
        if not self.tabs:
            return
        texts = Stretches((start + 1, end) for start, end in self.quoted)
        for span in self.tabs:
            if not texts.any_around(*span):
                self.reports.add([tab_mistake(self.source, span)])
