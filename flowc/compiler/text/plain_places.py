"""The places of a text that was skimmed: libyaml's nodes, wrapped as far as somebody asks.

Only for texts that `skim` could read: they are shallow, so that libyaml's composer may recurse, and hold no anchors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from flowc.compiler.document import Node, Span
from flowc.compiler.source import Source
from flowc.compiler.text.yaml import read_yaml

try:
    from yaml._yaml import CParser
except ImportError:
    CParser = None  # type: ignore[assignment,misc]


def plain_places(source: Source) -> Node:
    """The places of everything in a plainly written text."""
    if CParser is None:
        return read_yaml(source).root or Node(0, 0)
    composed = _Composer(source.text).get_single_node()
    return Node(0, 0) if composed is None else _PlainNode(composed, source.text)


class _PlainNode(Node):
    """A node whose children are made as they are asked for: most reports ask for one of a mapping's."""

    __slots__ = ("_composed", "_entries", "_made", "_text")

    def __init__(self, composed: Any, text: str) -> None:
        super().__init__(composed.start_mark.index, _end(composed, text))
        self._composed = composed
        self._text = text
        # What stands at each key or index, with the key before it: nodes of libyaml, and of those asked for ours.
        self._entries: Mapping[str | int, tuple[Any, Any]] | None = None
        self._made: dict[str | int, Node] = {}

    def child(self, step: str | int) -> Node | None:
        """What stands under a key or at an index; None where there is nothing."""
        made = self._made.get(step)
        if made is None:
            entry = self._entry(step)
            if entry is None:
                return None
            made = self._made[step] = _PlainNode(entry[1], self._text)
        return made

    def key_span(self, step: str | int) -> Span | None:
        """Where the key of a mapping stands; None where there is none, and in lists."""
        entry = self._entry(step)
        key = entry and entry[0]
        return (key.start_mark.index, key.end_mark.index) if key is not None else None

    def _entry(self, step: str | int) -> tuple[Any, Any] | None:
        if self._entries is None:
            self._entries = _entries(self._composed)
        return self._entries.get(step)


def _entries(composed: Any) -> Mapping[str | int, tuple[Any, Any]]:
    if type(composed) is yaml.MappingNode:
        return {entry[0].value: entry for entry in composed.value}
    if type(composed) is yaml.SequenceNode:
        return {index: (None, value) for index, value in enumerate(composed.value)}
    return {}


def _end(composed: Any, text: str) -> int:
    """Where the text of a node ends: of block texts and block collections before the lines that follow."""
    while type(composed) is not yaml.ScalarNode:
        if composed.flow_style or not composed.value:
            break
        last = composed.value[-1]
        composed = last[1] if type(composed) is yaml.MappingNode else last
    start: int = composed.start_mark.index
    end: int = composed.end_mark.index
    if type(composed) is yaml.ScalarNode and composed.style in ("|", ">"):
        return start + len(text[start:end].rstrip())
    return end


if CParser is not None:

    class _Composer(CParser):
        """libyaml's composer without PyYAML's resolver, which is slow and of YAML 1.1."""

        def descend_resolver(self, *_: Any) -> None:
            """Nothing to look up on the way down."""

        def ascend_resolver(self) -> None:
            """Nothing to look up on the way up."""

        def resolve(self, *_: Any) -> None:
            """No tags: values were read by skim."""
