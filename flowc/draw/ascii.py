"""A picture for the terminal: boxes and arrows where they fit, else a tree of the steps with what each waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TypeAlias

from flowc.draw.canvas import DASHED, ROUND, Canvas
from flowc.draw.columns import Spaces
from flowc.draw.elements import Size, Sizes
from flowc.draw.layout import Heights, Layout, Turns, lay_out
from flowc.draw.listing import listing
from flowc.draw.picture import SIGNS, Node, Picture
from flowc.draw.text_width import columns
from flowc.draw.tracks import tracks

_Cell: TypeAlias = tuple[int, int]
_FOLDS = (34, 20)  # columns of what stands in boxes, where there is room and where not
_MOST_DRAWN = 80  # steps; more are a list, whatever their width
_COLOURS = {
    "": "\x1b[0m",
    "faint": "\x1b[2m",
    "created": "\x1b[2m",
    "started": "\x1b[36m",
    "completed": "\x1b[32m",
    "skipped": "\x1b[2m",
    "failed": "\x1b[31m",
    "cancelled": "\x1b[33m",
}
_TYPEWRITER = str.maketrans(
    {**dict.fromkeys("╵╷│┆", "|"), **dict.fromkeys("╴╶─", "-"), "┄": ".", "▼": "v", "←": "<", "→": ">", "…": "~"}
    | dict.fromkeys("┘┐┤└┌├┴┬┼╯╮╰╭", "+")
    | {"·": ".", "▸": ">", "✓": "+", "–": "-", "✗": "!", "×": "x", "⧉": "#"}
)


def render(picture: Picture, width: int = 80, *, color: bool = False, typewriter: bool = False) -> str:
    """The text of a drawing.

    Args:
        picture: what is drawn.
        width: the columns of the terminal.
        color: colour the statuses of a run.
        typewriter: ASCII only.
    """
    paint = _COLOURS if color else {}
    drawn = next((rows for fold in _FOLDS if (rows := _boxes(picture, width, fold, paint))), None)
    rows = [_title(picture), *(drawn or listing(picture, width, paint))]
    if picture.run:
        counts = [node.state.status for node in picture.nodes.values() if node.state]
        rows += ["", "  ".join(f"{SIGNS[status]} {counts.count(status)} {status}" for status in picture.statuses())]
    text = "".join(f"{row}\n" for row in rows)
    return text.translate(_TYPEWRITER) if typewriter else text


def _title(picture: Picture) -> str:
    return picture.flow if picture.run is None else f"{picture.flow}  {picture.run.run_id}  {picture.run.status}"


def _boxes(picture: Picture, width: int, fold: int, paint: Mapping[str, str]) -> list[str]:
    """The rows of a drawing with boxes; none if it is too wide."""
    if len(picture.nodes) > _MOST_DRAWN:
        return []
    sizes = Sizes(partial(_step_size, fold), partial(_heading_size, fold), lambda label: Size(columns(label) + 2, 1))
    layout = lay_out(picture, sizes, Spaces(boxes=1, edges=1, walls=2), Heights(_gap, wall=1, port=2))
    if layout.width > width:
        return []
    canvas = Canvas(layout.width + 1, layout.height + 1)
    _draw_branches(canvas, picture, layout, fold)
    _draw_lines(canvas, layout)
    for slug, box in layout.steps.items():
        node = picture.nodes[slug]
        for number, (row, style) in enumerate(_rows(node, fold), 1):
            canvas.write(box.x + 2, box.y + number, row, style)
    rows = canvas.rows(paint)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _gap(turns: Turns) -> int:
    """A row for each track, and one for the arrows."""
    return 1 + max(tracks(turns).values(), default=-1) + 1 if turns else 0


def _step_size(fold: int, node: Node) -> Size:
    rows = [row for row, _ in _rows(node, fold)]
    return Size(max(map(columns, rows)) + 4, len(rows) + 2)


def _heading_size(fold: int, node: Node) -> Size:
    rows = [row for row, _ in _rows(node, fold)]
    return Size(max(columns(rows[0]) + 2, *map(columns, rows[1:]), 0), max(len(rows), 2))


def _rows(node: Node, fold: int) -> Iterator[tuple[str, str]]:
    """The lines of a box, each with its style."""
    status = node.state.status if node.state else ""
    mark = "⧉ " if node.kind == "map" else ""
    yield f"{node.state.sign + ' ' if node.state else ''}{mark}{node.slug}", status
    for line in node.lines(max(fold, len(node.slug))):
        yield line, "faint"


def _draw_branches(canvas: Canvas, picture: Picture, layout: Layout, fold: int) -> None:
    for slug, box in layout.branches.items():
        right, bottom = box.x + box.width - 1, box.bottom - 1
        canvas.across(box.x, right, box.y, ROUND)
        canvas.across(box.x, right, bottom, ROUND)
        canvas.down(box.x, box.y, bottom, ROUND)
        canvas.down(right, box.y, bottom, ROUND)
        (name, style), *lines = _rows(picture.nodes[slug], fold)
        canvas.write(box.x + 2, box.y, f" {name} ", style)
        for number, (line, faint) in enumerate(lines, 1):
            canvas.write(box.x + 2, box.y + number, line, faint)


def _draw_lines(canvas: Canvas, layout: Layout) -> None:
    turns: dict[int, list[tuple[int, int]]] = {}
    for line in layout.lines:
        for above, below in zip(line.points, line.points[1:], strict=False):
            turns.setdefault(below.top, []).append((above.x, below.x))
    rows = {top: tracks(each) for top, each in turns.items()}
    for box in layout.steps.values():
        right, bottom = box.x + box.width - 1, box.bottom - 1
        canvas.across(box.x, right, box.y)
        canvas.across(box.x, right, bottom)
        canvas.down(box.x, box.y, bottom)
        canvas.down(right, box.y, bottom)
    for line in layout.lines:
        kind = DASHED if line.edge.tests else ROUND
        canvas.down(line.points[0].x, line.points[0].top - 1, line.points[0].bottom, kind)
        for above, below in zip(line.points, line.points[1:], strict=False):
            _draw_turn(canvas, (above.x, above.bottom - 1), (below.x, below.top), rows[below.top], kind)
            canvas.down(below.x, below.top - 1, below.bottom - 1, kind)
        end = line.points[-1]
        canvas.write(end.x, end.bottom - 1, "▼")
        if line.label:
            canvas.write(line.label.x + 1, line.label.y, line.edge.label)


def _draw_turn(
    canvas: Canvas,
    start: tuple[int, int],
    end: tuple[int, int],
    rows: dict[tuple[int, int], int],
    kind: Mapping[int, str],
) -> None:
    """Draw an edge between two ranks: down to its track, along it, and down to the next rank."""
    (x, y), (to_x, to_y) = start, end
    if x == to_x:
        canvas.down(x, y, to_y - 1, kind)
        return
    track = to_y - 2 - max(rows.values()) + rows[x, to_x]
    canvas.down(x, y, track, kind)
    canvas.across(min(x, to_x), max(x, to_x), track, kind)
    canvas.down(to_x, track, to_y - 1, kind)
