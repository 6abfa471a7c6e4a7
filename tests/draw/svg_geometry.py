"""What stands where in an SVG, read from its text alone: the boxes of steps, branches and texts, the way of edges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from flowc.draw.text_width import text_width

_SVG = "{http://www.w3.org/2000/svg}"
_SIZES = {"title": 16, "name": 13, "sign": 13, "small": 11, "label": 11, "key": 11}
_STEPS_OF_A_CURVE = 12


class Area(NamedTuple):
    """A rectangle on the page."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Whether they have more than a side in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: Area) -> bool:
        """Whether the other is within this one."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


class Way(NamedTuple):
    """An edge: its ends by slug, points along it, where it begins and ends."""

    source: str
    target: str
    points: list[tuple[float, float]]


class Page(NamedTuple):
    """All of a picture; ``texts`` are those of each step and branch, ``labels`` those of edges."""

    whole: Area
    steps: dict[str, Area]
    branches: dict[str, Area]
    texts: dict[str, list[Area]]
    labels: list[Area]
    others: list[Area]
    ways: list[Way]


def read(svg: str) -> Page:
    """The page that an SVG draws."""
    root = ET.fromstring(svg)
    page = Page(Area(0, 0, float(root.attrib["width"]), float(root.attrib["height"])), {}, {}, {}, [], [], [])
    for element, shift in _placed(root, (0.0, 0.0)):
        kind = element.get("class", "").split(" ")[0]
        slug = element.get("data-slug")
        if slug is not None:
            boxes = [_area(each, shift) for each in element.iter(f"{_SVG}rect") if each.get("class") in _FACES]
            (page.steps if kind == "step" else page.branches)[slug] = _around(boxes)
            page.texts[slug] = [_text(each, shift) for each in element.iter(f"{_SVG}text")]
        elif kind == "edge":
            [path] = element.iter(f"{_SVG}path")
            page.ways.append(
                Way(element.attrib["data-source"], element.attrib["data-target"], list(_points(path, shift)))
            )
            page.labels.extend(_text(each, shift) for each in element.iter(f"{_SVG}text"))
        elif element.tag == f"{_SVG}text" and kind in {"title", "key", "small"}:
            page.others.append(_text(element, shift))
    return page


_FACES = {"face", "sheet", None}


def _placed(element: ET.Element, shift: tuple[float, float]) -> Iterator[tuple[ET.Element, tuple[float, float]]]:
    """Every element with how far it is moved; what belongs to a step, a branch or an edge comes with that only."""
    found = re.fullmatch(r"translate\((-?\d+) (-?\d+)\)", element.get("transform", ""))
    if found:
        shift = (shift[0] + float(found[1]), shift[1] + float(found[2]))
    yield element, shift
    if element.get("data-slug") is None and element.get("data-source") is None:
        for child in element:
            yield from _placed(child, shift)


def _area(element: ET.Element, shift: tuple[float, float]) -> Area:
    x, y = float(element.get("x", 0)) + shift[0], float(element.get("y", 0)) + shift[1]
    return Area(x, y, x + float(element.attrib["width"]), y + float(element.attrib["height"]))


def _around(areas: list[Area]) -> Area:
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


def _text(element: ET.Element, shift: tuple[float, float]) -> Area:
    size = _SIZES[element.attrib["class"]]
    x, y = float(element.get("x", 0)) + shift[0], float(element.get("y", 0)) + shift[1]
    return Area(x, y - 0.8 * size, x + text_width(element.text or "", size), y + 0.25 * size)


def _points(path: ET.Element, shift: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Points along a path of M, V and C; a gap in it, where its label stands, has none."""
    x = y = 0.0
    for letter, numbers in re.findall(r"([MVC])([-\d. ]+)", path.attrib["d"]):
        values = [float(each) for each in numbers.split()]
        if letter == "M":
            x, y = values
            yield x + shift[0], y + shift[1]
        elif letter == "V":
            for step in range(1, _STEPS_OF_A_CURVE + 1):
                yield x + shift[0], y + (values[0] - y) * step / _STEPS_OF_A_CURVE + shift[1]
            y = values[0]
        else:
            for step in range(1, _STEPS_OF_A_CURVE + 1):
                at = step / _STEPS_OF_A_CURVE
                weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at**2 * (1 - at), at**3)
                xs, ys = (x, *values[0::2]), (y, *values[1::2])
                yield (
                    sum(w * each for w, each in zip(weights, xs, strict=True)) + shift[0],
                    sum(w * each for w, each in zip(weights, ys, strict=True)) + shift[1],
                )
            x, y = values[4], values[5]
