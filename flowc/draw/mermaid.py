"""A picture as a flowchart of Mermaid, for what shows Markdown: branches as subgraphs, states as classes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowc.draw.colours import LIGHT
from flowc.draw.picture import Edge, Node, Picture

# All else is written as an entity: in Mermaid a quote, `%%`, `;` or `style …:` ends or changes more than a label.
_PLAIN = re.compile(r"[^A-Za-z0-9 _.,=+$/()!?*'–→✓✗×▸·…-]")
# Its lexer takes any line with `direction` for one, in a label too; its Markdown takes these beginnings for lists.
_DIRECTION = re.compile(r"(?<=directio)n(?=\s)|^[-+*](?=\s)|(?<=^\d)\.(?=\s)")


def render(picture: Picture) -> str:
    """The text of a flowchart, from top to bottom."""
    lines = ["flowchart TD", *_members(picture, None, 1)]
    lines += [f"    {_edge(edge)}" for edge in picture.edges]
    return "\n".join([*lines, *_classes(picture)]) + "\n"


def _members(picture: Picture, branch: str | None, depth: int) -> Iterator[str]:
    indent = "    " * depth
    for node in picture.inside[branch]:
        if node.kind == "branch":
            yield f'{indent}subgraph {_id(node.slug)}["{_label(node)}"]'
            yield from _members(picture, node.slug, depth + 1)
            yield f"{indent}end"
        else:
            opening, closing = ("[[", "]]") if node.kind == "map" else ("[", "]")
            yield f'{indent}{_id(node.slug)}{opening}"{_label(node)}"{closing}'


def _id(slug: str) -> str:
    # `end`, `style` and other slugs are words of Mermaid's own.
    return f"s_{slug}"


def _label(node: Node) -> str:
    sign = f"{node.state.sign} " if node.state else ""
    return "<br/>".join(_escaped(line) for line in (sign + node.slug, *node.lines()))


def _edge(edge: Edge) -> str:
    arrow = "-.->" if edge.tests else "-->"
    label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
    return f"{_id(edge.source)} {arrow}{label} {_id(edge.target)}"


def _classes(picture: Picture) -> Iterator[str]:
    for status in picture.statuses():
        colour = LIGHT[status]
        yield f"    classDef {status} fill:{colour.fill},stroke:{colour.line},color:{colour.text}"
        members = [_id(node.slug) for node in picture.nodes.values() if node.state and node.state.status == status]
        yield f"    class {','.join(members)} {status}"


def _escaped(text: str) -> str:
    return _DIRECTION.sub(_entity, _PLAIN.sub(_entity, text))


def _entity(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};"
