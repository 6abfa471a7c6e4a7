"""The steps of a picture as a tree, each with what it waits for, as wide as the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowc.draw.picture import Edge, Node, Picture
from flowc.draw.text_width import columns

_LEAST = 24  # columns for words, however deep the tree


def listing(picture: Picture, width: int, paint: Mapping[str, str]) -> list[str]:
    """The rows of the tree; what is too long goes on below, under its words."""
    waits: dict[str, list[Edge]] = {}
    for edge in picture.edges:
        waits.setdefault(edge.target, []).append(edge)
    return list(_below(picture, None, "", width, (waits, paint)))


def _below(
    picture: Picture,
    branch: str | None,
    guides: str,
    width: int,
    more: tuple[Mapping[str, list[Edge]], Mapping[str, str]],
) -> Iterator[str]:
    waits, paint = more
    members = picture.inside.get(branch, [])
    for node in members:
        last = node is members[-1]
        inner = guides + ("   " if last else "│  ")
        words = [_name(node), *node.notes, *_awaited(waits.get(node.slug, []))]
        rows = _folded(words, max(width - columns(inner), _LEAST))
        hang = inner + ("│  " if node.kind == "branch" else "   ")
        for number, row in enumerate(rows):
            shown = _painted(row, node, paint) if number == 0 else row
            yield (guides + ("└─ " if last else "├─ ") if number == 0 else hang) + shown
        yield from _below(picture, node.slug, inner, width, more)


def _name(node: Node) -> str:
    if node.state is None:
        return node.slug
    return f"{node.state.sign} {node.slug} {node.state.words}"


def _painted(row: str, node: Node, paint: Mapping[str, str]) -> str:
    name = _name(node)
    if not paint or node.state is None or not row.startswith(name):
        return row
    return f"{paint[node.state.status]}{name}{paint['']}{row[len(name) :]}"


def _awaited(edges: list[Edge]) -> Iterator[str]:
    """What a step waits for, word for word, so that it can be folded."""
    joined = [edge.source for edge in edges if not edge.tests]
    tested = [f"{edge.source} ({edge.label})" if edge.label else edge.source for edge in edges if edge.tests]
    for number, name in enumerate([*joined, *tested]):
        comma = "," if number + 1 < len(joined) + len(tested) else ""
        yield f"{'← ' if number == 0 else ' '}{name}{comma}"


def _folded(words: list[str], width: int) -> Iterator[str]:
    """Words side by side, two spaces apart, on as many rows as they need; the rows after the first are narrower."""
    row = ""
    for word in words:
        between = "" if not row else word[:1] if word.startswith(" ") else "  "
        bare = word.strip()
        if row and columns(row + between + bare) > width:
            yield row
            row, width = bare, max(width - 3, _LEAST)
        else:
            row += between + bare
    yield row
