"""A picture as an SVG that needs no fonts and no scripts, and looks right on light and dark screens."""

from __future__ import annotations

from collections.abc import Iterator

from flowc.draw.colours import DARK, LIGHT, PLAIN_DARK, PLAIN_LIGHT, Colour
from flowc.draw.columns import Spaces
from flowc.draw.elements import Size, Sizes
from flowc.draw.layout import Box, Crossing, Heights, Layout, Line, Turns, lay_out
from flowc.draw.picture import SIGNS, Node, Picture
from flowc.draw.text_width import text_width
from flowc.draw.wording import cut

_TITLE, _NAME, _SMALL = 16, 13, 11  # sizes of type
_ROW = 15  # the height of a small line
_PAD = 12
_SIGN = 16  # the room of a status's sign
_SHEET = 4  # how far the second sheet of a map looks out
_BAR = 6
_MARGIN = 24
_HEAD = 34
_LEGEND = 34
_LONGEST_SLUG = 40
_SPACES = Spaces(boxes=26, edges=14, walls=14)
_GAPS = (12, 26, 64)  # between ranks: without edges, at least, at most
_SLOPE = 7  # in hundredths of how far edges go sideways


def render(picture: Picture) -> str:
    """The text of an SVG document; the same bytes for the same picture."""
    layout = lay_out(picture, Sizes(_step_size, _heading_size, _label_size), _SPACES, Heights(_gap, wall=12, port=16))
    title = picture.flow if picture.run is None else f"{picture.flow}  {picture.run.run_id}  {picture.run.status}"
    legend = list(_legend(picture))
    width = max(layout.width, text_width(title, _TITLE), _legend_width(picture)) + 2 * _MARGIN
    height = layout.height + 2 * _MARGIN + _HEAD + (_LEGEND if legend else 0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{_escaped(title)}">',
        f"<style>\n{_style(picture)}</style>",
        '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="tip" d="M0 0.8 7.4 4 0 7.2 1.8 4z"/></marker>',
        f'<rect class="ground" width="{width}" height="{height}" rx="10"/>',
        f'<g transform="translate({_MARGIN} {_MARGIN + _TITLE})">{"".join(_title(picture))}</g>',
        f'<g transform="translate({_MARGIN + (width - 2 * _MARGIN - layout.width) // 2} {_MARGIN + _HEAD})">',
        *_drawing(picture, layout),
        "</g>",
    ]
    if legend:
        lines += [f'<g class="legend" transform="translate({_MARGIN} {height - _MARGIN - 12})">', *legend, "</g>"]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _step_size(node: Node) -> Size:
    rows = node.lines()
    widest = max((text_width(row, _SMALL) for row in rows), default=0)
    name = text_width(_name(node), _NAME) + (_SIGN if node.state else 0)
    bar = _BAR if _has_bar(node) else 0
    sheet = _SHEET if node.kind == "map" else 0
    return Size(max(name, widest) + 2 * _PAD + sheet, 32 + _ROW * len(rows) + bar + sheet)


def _heading_size(node: Node) -> Size:
    rows = node.lines()
    widest = max((text_width(row, _SMALL) for row in rows), default=0)
    name = text_width(_name(node), _NAME) + (_SIGN if node.state else 0)
    return Size(max(name, widest) + 2, 24 + _ROW * len(rows))


def _gap(turns: Turns) -> int:
    """How high the room between two ranks is: the farther its edges go sideways, the higher."""
    if not turns:
        return _GAPS[0]
    return min(_GAPS[1] + max(abs(start - end) for start, end in turns) * _SLOPE // 100, _GAPS[2])


def _label_size(label: str) -> Size:
    return Size(text_width(label, _SMALL) + 8, 18)


def _name(node: Node) -> str:
    return cut(node.slug, _LONGEST_SLUG)


def _has_bar(node: Node) -> bool:
    return node.state is not None and bool(node.state.total)


def _title(picture: Picture) -> Iterator[str]:
    yield f'<text class="title">{_escaped(picture.flow)}</text>'
    if picture.run:
        x = text_width(picture.flow, _TITLE) + 12
        yield f'<text class="small" x="{x}">{_escaped(f"{picture.run.run_id}  {picture.run.status}")}</text>'


def _drawing(picture: Picture, layout: Layout) -> Iterator[str]:
    for slug, box in layout.branches.items():
        yield _branch(picture.nodes[slug], box, layout.headings[slug])
    for line in layout.lines:
        yield _edge(line)
    for slug, box in layout.steps.items():
        yield _step(picture.nodes[slug], box)


def _branch(node: Node, box: Box, heading: Box) -> str:
    status = f" {node.state.status}" if node.state else ""
    return (
        f'<g class="branch{status}" data-slug="{node.slug}"><title>{_escaped(node.tooltip)}</title>'
        f'<rect {_at(box)} rx="10"/>{"".join(_words(node, heading.x, heading.y + 18))}</g>'
    )


def _step(node: Node, box: Box) -> str:
    status = f" {node.state.status}" if node.state else ""
    sheet = _SHEET if node.kind == "map" else 0
    face = Box(box.x, box.y, box.width - sheet, box.height - sheet)
    behind = f'<rect class="sheet" {_at(Box(box.x + sheet, box.y + sheet, face.width, face.height))} rx="6"/>'
    return (
        f'<g class="step{status}" data-slug="{node.slug}"><title>{_escaped(node.tooltip)}</title>'
        f'{behind if sheet else ""}<rect class="face" {_at(face)} rx="6"/>'
        f"{''.join(_words(node, face.x + _PAD, face.y + 21))}{_bar(node, face)}</g>"
    )


def _words(node: Node, x: int, y: int) -> Iterator[str]:
    """The sign, the slug and the small lines, from a left edge and a first line on."""
    if node.state:
        yield f'<text class="sign" x="{x}" y="{y}">{node.state.sign}</text>'
    yield f'<text class="name" x="{x + (_SIGN if node.state else 0)}" y="{y}">{_escaped(_name(node))}</text>'
    for number, row in enumerate(node.lines(), 1):
        yield f'<text class="small" x="{x}" y="{y + number * _ROW}">{_escaped(row)}</text>'


def _bar(node: Node, face: Box) -> str:
    """How much of a map is done."""
    if not _has_bar(node) or node.state is None:
        return ""
    whole = face.width - 2 * _PAD
    done = whole * (node.state.done or 0) // (node.state.total or 1)
    y = face.bottom - _BAR - 5
    track = f'<rect class="track" x="{face.x + _PAD}" y="{y}" width="{whole}" height="4" rx="2"/>'
    return f'{track}<rect class="done" x="{face.x + _PAD}" y="{y}" width="{done}" height="4" rx="2"/>'


def _edge(line: Line) -> str:
    edge = line.edge
    told = f"{edge.source} → {edge.target}" + (f": {edge.label}" if edge.label else "")
    label = ""
    if line.label:
        label = f'<text class="label" x="{line.label.x + 4}" y="{line.label.y + 13}">{_escaped(edge.label)}</text>'
    return (
        f'<g class="edge{" tests" if edge.tests else ""}" data-source="{edge.source}" data-target="{edge.target}">'
        f'<title>{_escaped(told)}</title><path d="{_path(line)}" marker-end="url(#arrow)"/>{label}</g>'
    )


def _path(line: Line) -> str:
    """Straight down where an edge passes a rank, in a curve between two ranks: it crosses no box and no label."""
    first, *others = line.points
    parts = [f"M{first.x} {first.top}", _down(first, None)]
    x, y = first.x, first.bottom
    for point in others:
        middle = (y + point.top) // 2
        parts.append(f"V{point.top}" if point.x == x else f"C{x} {middle} {point.x} {middle} {point.x} {point.top}")
        parts.append(_down(point, line.label))
        x, y = point.x, point.bottom
    return "".join(parts)


def _down(point: Crossing, label: Box | None) -> str:
    """The way past a rank, interrupted by the edge's label where that stands there."""
    if label is not None and point.top <= label.y < point.bottom:
        return f"V{label.y}M{point.x} {label.bottom}V{point.bottom}"
    return f"V{point.bottom}" if point.bottom > point.top else ""


def _legend(picture: Picture) -> Iterator[str]:
    """A mark for each status that occurs, with the number of steps that have it."""
    x = 0
    for status in picture.statuses():
        words = _counted(picture, status)
        yield (
            f'<g class="step {status}"><rect class="face" x="{x}" y="-9" width="22" height="18" rx="4"/>'
            f'<text class="sign" x="{x + 5}" y="5">{SIGNS[status]}</text>'
            f'<text class="key" x="{x + 28}" y="4">{words}</text></g>'
        )
        x += 28 + text_width(words, _SMALL) + 18


def _legend_width(picture: Picture) -> int:
    return sum(46 + text_width(_counted(picture, status), _SMALL) for status in picture.statuses())


def _counted(picture: Picture, status: str) -> str:
    number = sum(node.state is not None and node.state.status == status for node in picture.nodes.values())
    return f"{number} {status}"


def _style(picture: Picture) -> str:
    """The rules of light screens, and those that are others on dark ones."""
    dark = "".join(f"  {rule}\n" for rule in _colours(picture, DARK, PLAIN_DARK, "#0d1117", "#8b949e"))
    light = "".join(f"{rule}\n" for rule in _colours(picture, LIGHT, PLAIN_LIGHT, "#ffffff", "#59636e"))
    return (
        "text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif }\n"
        f".title {{ font-size: {_TITLE}px; font-weight: 500 }}\n"
        f".name, .sign {{ font-size: {_NAME}px }}\n"
        f".small, .label, .key {{ font-size: {_SMALL}px }}\n"
        ".edge path { fill: none; stroke-width: 1.3 }\n"
        ".edge.tests path { stroke-dasharray: 5 4 }\n"
        ".skipped .face, .skipped .sheet { stroke-dasharray: 3 3 }\n"
        f"{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"
    )


def _colours(picture: Picture, of: dict[str, Colour], plain: Colour, ground: str, faint: str) -> Iterator[str]:
    yield f".ground {{ fill: {ground} }}"
    yield f".title, .name, .sign {{ fill: {plain.text} }}"
    yield f".small, .label, .key {{ fill: {faint} }}"
    yield f".edge path {{ stroke: {plain.line} }}"
    yield f".tip {{ fill: {plain.line} }}"
    yield f".face, .sheet {{ fill: {plain.fill}; stroke: {plain.line} }}"
    yield f".branch rect {{ fill: {faint}; fill-opacity: 0.07; stroke: {faint}; stroke-opacity: 0.45 }}"
    for status in picture.statuses():
        colour = of[status]
        yield f".{status} .face, .{status} .sheet {{ fill: {colour.fill}; stroke: {colour.line} }}"
        yield f".step.{status} .name, .step.{status} .small, .{status} .sign {{ fill: {colour.text} }}"
        yield f".{status} .done {{ fill: {colour.line} }}"
        yield f".{status} .track {{ fill: {colour.line}; fill-opacity: 0.25 }}"
        yield f".branch.{status} > rect {{ fill: {colour.line}; stroke: {colour.line} }}"


def _at(box: Box) -> str:
    return f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
