"""A flow file as data with positions: what was written, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowc.compiler.source import Source
from flowc.compiler.stretches import Stretches
from flowc.diagnostic import Diagnostic, Edit, Position, Related, Rule

# Where a value stands in the data: keys of mappings and indexes of lists, from the root.
Path = tuple[str | int, ...]
# Offsets in the text, the end exclusive.
Span = tuple[int, int]


class Node:
    """The place of one value in the text, and of what it holds.

    ``children`` and ``keys`` (the spans of a mapping's keys) have the shape of the value; a null that nobody wrote
    out has an empty span.
    """

    __slots__ = ("children", "end", "keys", "start")

    def __init__(
        self,
        start: int,
        end: int,
        children: dict[str, Node] | list[Node] | None = None,
        keys: dict[str, Span] | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.children = children
        self.keys = keys

    def child(self, step: str | int) -> Node | None:
        """What stands under a key or at an index; None where there is nothing."""
        children = self.children
        if isinstance(children, dict):
            return children.get(step) if isinstance(step, str) else None
        if isinstance(children, list) and isinstance(step, int) and 0 <= step < len(children):
            return children[step]
        return None

    def key_span(self, step: str | int) -> Span | None:
        """Where the key of a mapping stands; None where there is none, and in lists."""
        return self.keys.get(step) if self.keys and isinstance(step, str) else None


class Document:
    """A flow file that could be read: ``value`` is plain JSON data, never to be changed; equal parts may be one object.

    Places are looked up only when somebody asks: ``root`` is called at the first question.
    ``spoilt`` are the spans of values that a diagnostic of FL1xx says cannot be meant as they were read.
    """

    __slots__ = ("_places", "_root", "_spans", "source", "spoilt", "value")

    def __init__(
        self, source: Source, value: Any, root: Node | Callable[[], Node], spoilt: Sequence[Span] = ()
    ) -> None:
        self.source = source
        self.value = value
        self.spoilt = tuple(spoilt)
        self._root = root
        self._spans: Stretches[int] | None = None
        self._places: Stretches[tuple[int, int]] | None = None

    @property
    def file(self) -> str:
        """The name of the file, as it was given."""
        return self.source.file

    @property
    def is_json(self) -> bool:
        """Whether it was read as JSON, where every text stands in quotes."""
        return self.file.lower().endswith(".json")

    @property
    def text(self) -> str:
        """The decoded text, without a byte order mark."""
        return self.source.text

    def position(self, path: Path) -> Position:
        """Where the value at ``path`` stands; that of the nearest existing ancestor where there is none.

        A null that nobody wrote out stands where its key (or its dash) does.
        """
        return self.source.position(*self.span(path))

    def key_position(self, path: Path) -> Position:
        """Where the key that ends ``path`` stands; an element of a list stands for its own key."""
        return self.source.position(*self.span(path, key=True))

    def written(self, path: Path, *, key: bool = False) -> str:
        """The very text of a value (or of its key), quotes and all."""
        start, end = self.span(path, key=key)
        return self.text[start:end]

    def is_spoilt(self, path: Path) -> bool:
        """Whether an FL1xx already says that the value at ``path``, or one around it, is not what was meant."""
        return bool(self.spoilt) and self._spoilt_spans().any_around(*self.span(path))

    def explains(self, diagnostic: Diagnostic) -> bool:
        """Whether the diagnostic only follows from what an FL1xx says of its place."""
        if not self.spoilt:
            return False
        if self._places is None:
            self._places = Stretches((self.source.place(start), self.source.place(end)) for start, end in self.spoilt)
        place = diagnostic.position
        return self._places.any_around((place.line, place.column), (place.end_line, place.end_column))

    def holds_spoilt(self, path: Path) -> bool:
        """Whether an FL1xx says of something in the value at ``path`` that it is not what was meant."""
        return bool(self.spoilt) and self._spoilt_spans().any_inside(*self.span(path))

    def _spoilt_spans(self) -> Stretches[int]:
        if self._spans is None:
            self._spans = Stretches(self.spoilt)
        return self._spans

    def diagnose(
        self,
        rule: Rule,
        path: Path,
        message: str,
        *,
        label: str = "",
        help: str | None = None,  # noqa: A002 - the word of the reports
        related: Sequence[Related] = (),
        key: bool = False,
        edits: Sequence[Edit] = (),
    ) -> Diagnostic:
        """A diagnostic at the value of ``path``, or at its key."""
        span = self.span(path, key=key)
        return self.source.diagnose(rule, span, message, label=label, help=help, related=related, edits=edits)

    def related(self, path: Path, label: str, *, key: bool = True) -> Related:
        """A second place of a report: the key at ``path`` (or its value) with what to say of it."""
        return Related(self.source.position(*self.span(path, key=key)), label)

    def edit(self, path: Path, text: str, *, key: bool = False) -> Edit:
        """The replacement of a value (or of its key) by ``text``."""
        return self.source.edit(self.span(path, key=key), text)

    def span(self, path: Path, *, key: bool = False) -> Span:
        """The offsets of a value or of its key; those of the nearest existing ancestor where there is none."""
        node = self._tree()
        around, last = node, None
        for step in path:
            inner = node.child(step)
            if inner is None:
                key = False
                break
            around, node, last = node, inner, step
        if last is not None and (key or node.start == node.end):
            key_span = around.key_span(last)
            if key_span is not None:
                return key_span
        if node.start == node.end and node.start > 0:
            return node.start - 1, node.end
        return node.start, node.end

    def _tree(self) -> Node:
        root = self._root
        if not isinstance(root, Node):
            root = self._root = root()
        return root
