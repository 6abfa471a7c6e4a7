"""A picture as a graph in Graphviz's language: branches as clusters, states as colours."""

from __future__ import annotations

from collections.abc import Iterator

from flowc.draw.colours import LIGHT, PLAIN_LIGHT
from flowc.draw.picture import Edge, Node, Picture

_HEAD = """\
  compound=true
  fontname="Helvetica"
  node [shape=box, style="rounded,filled", fillcolor="#ffffff", color="#57606a", fontname="Helvetica"]
  edge [color="#57606a", fontname="Helvetica", fontsize=10]
"""


def render(picture: Picture) -> str:
    """The text of a directed graph, from top to bottom."""
    lines = list(_members(picture, None, 1)) + [f"  {_edge(picture, edge)}" for edge in picture.edges]
    return f"digraph {_quoted(picture.flow)} {{\n{_HEAD}" + "".join(f"{line}\n" for line in lines) + "}\n"


def _members(picture: Picture, branch: str | None, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for node in picture.inside[branch]:
        label, tooltip = _label(node), _quoted(node.tooltip)
        if node.kind == "branch":
            yield f"{indent}subgraph {_quoted('cluster_' + node.slug)} {{"
            yield f'{indent}  label={label}; tooltip={tooltip}; style="{_style(node)}"; {_paint(node)}'
            yield from _members(picture, node.slug, depth + 1)
            yield f"{indent}}}"
        else:
            more = ", peripheries=2" if node.kind == "map" else ""
            yield f"{indent}{_quoted(node.slug)} [label={label}, tooltip={tooltip}{more}{_filled(node)}]"


def _style(node: Node) -> str:
    return "rounded,filled" if node.state else "rounded"


def _paint(node: Node) -> str:
    colour = LIGHT[node.state.status] if node.state else PLAIN_LIGHT
    return f'fillcolor="{colour.fill}"; color="{colour.line}"; fontcolor="{colour.text}"'


def _filled(node: Node) -> str:
    return ", " + _paint(node).replace(";", ",") if node.state else ""


def _label(node: Node) -> str:
    sign = f"{node.state.sign} " if node.state else ""
    return _quoted("\n".join((sign + node.slug, *node.lines())))


def _edge(picture: Picture, edge: Edge) -> str:
    """An edge; Graphviz draws one of a cluster as one of a step in it, cut off at the cluster's border."""
    marks = []
    if picture.nodes[edge.source].kind == "branch":
        marks.append(f"ltail={_quoted('cluster_' + edge.source)}")
    if picture.nodes[edge.target].kind == "branch":
        marks.append(f"lhead={_quoted('cluster_' + edge.target)}")
    if edge.tests:
        marks += ["style=dashed", f"label={_quoted(edge.label)}"]
    ends = f"{_quoted(_step_in(picture, edge.source, -1))} -> {_quoted(_step_in(picture, edge.target, 0))}"
    return f"{ends} [{', '.join(marks)}]" if marks else ends


def _step_in(picture: Picture, slug: str, place: int) -> str:
    """The step itself, or the first (0) or last (-1) one in a branch."""
    while picture.nodes[slug].kind == "branch":
        slug = picture.inside[slug][place].slug
    return slug


def _quoted(text: str) -> str:
    """A string of the language; within it backslashes begin escapes, and ampersands entities."""
    escaped = text.replace("\\", "\\\\").replace("&", "&amp;").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n") + '"'
