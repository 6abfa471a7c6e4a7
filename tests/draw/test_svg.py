"""An SVG is read back from its text: nothing overlaps, every text is in its box, edges go from box to box."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from flowc.compiler.pipeline import compile_file
from flowc.draw import svg
from flowc.draw.picture import SIGNS, Picture, Run, State, picture_of
from flowc.draw.ranks import around
from tests.draw.ink import inked
from tests.draw.random_pictures import random_picture
from tests.draw.svg_geometry import Area, Page, read

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(14)


def example(**states: State) -> Picture:
    flow = compile_file(ROOT / "flows" / "analyze_website.yaml")
    assert flow.definition is not None
    assert flow.flow is not None
    run = Run("01a205f7-4cd8-7e91-8d1f-c41b44a70000", "started") if states else None
    return picture_of(flow.definition.body, list(flow.flow.steps), {}, run, states)


def overlapping(areas: list[Area]) -> list[tuple[Area, Area]]:
    return [(one, other) for one, other in combinations(areas, 2) if one.meets(other)]


@pytest.fixture(params=SEEDS, scope="module")
def drawn(request: pytest.FixtureRequest) -> tuple[Picture, Page]:
    picture = random_picture(request.param, hostile=request.param % 4 == 1)
    return picture, read(svg.render(picture))


def test_no_boxes_labels_and_headings_overlap(drawn: tuple[Picture, Page]) -> None:
    picture, page = drawn
    assert len(page.steps) + len(page.branches) == len(picture.nodes)
    headings = [area for slug in page.branches for area in page.texts[slug]]
    assert not overlapping([*page.steps.values(), *page.labels, *headings])
    assert not overlapping(page.others)
    for area in (*page.steps.values(), *page.branches.values(), *page.labels, *page.others):
        assert page.whole.holds(area)


def test_every_text_is_in_its_box(drawn: tuple[Picture, Page]) -> None:
    _, page = drawn
    for slug, texts in page.texts.items():
        box = (page.steps | page.branches)[slug]
        assert texts
        assert all(box.holds(text) for text in texts), slug
        assert not overlapping(texts)


def test_branches_hold_what_is_in_them_and_nothing_else(drawn: tuple[Picture, Page]) -> None:
    picture, page = drawn
    for slug, box in (page.steps | page.branches).items():
        inside = around(picture, picture.nodes[slug].branch)
        for branch, walls in page.branches.items():
            if branch in inside:
                assert walls.holds(box), (slug, branch)
            elif slug not in around(picture, branch):
                assert not walls.meets(box), (slug, branch)


def test_edges_go_from_the_foot_of_one_box_to_the_head_of_another_and_through_none(drawn: tuple[Picture, Page]) -> None:
    picture, page = drawn
    boxes = page.steps | page.branches
    assert [(way.source, way.target) for way in page.ways] == [(edge.source, edge.target) for edge in picture.edges]
    texts = [*page.labels, *(text for slug in page.branches for text in page.texts[slug])]
    for way in page.ways:
        source, target = boxes[way.source], boxes[way.target]
        (start_x, start_y), (end_x, end_y) = way.points[0], way.points[-1]
        assert (start_y, end_y) == (source.bottom, target.top)
        assert source.left < start_x < source.right
        assert target.left < end_x < target.right
        solid = [*page.steps.values(), *texts]
        assert not [
            box for box in solid for x, y in way.points if box.left < x < box.right and box.top < y < box.bottom
        ]


def test_no_two_edges_begin_or_end_at_one_point(drawn: tuple[Picture, Page]) -> None:
    _, page = drawn
    for end in (0, -1):
        assert len({way.points[end] for way in page.ways}) == len(page.ways)


def test_an_edge_to_a_branch_keeps_clear_of_one_that_goes_on_into_it() -> None:
    steps = {
        "first": {"kind": "task"},
        "inner": {"kind": "branch", "depends_on": ["first"]},
        "second": {"kind": "task", "branch": "inner", "depends_on": ["first"]},
    }
    page = read(svg.render(picture_of({"flow": "both", "steps": steps}, list(steps))))
    border, through = page.ways
    assert all(abs(x - border.points[-1][0]) > 4 for x, y in through.points if y >= border.points[-1][1])


def test_nobody_stands_in_the_gap_between_the_steps_of_a_branch() -> None:
    steps = {
        "first": {"kind": "task"},
        "inner": {"kind": "branch", "depends_on": ["first"]},
        "early": {"kind": "task", "branch": "inner"},
        **{f"other_{n}": {"kind": "task", "depends_on": [f"other_{n - 1}" if n else "first"]} for n in range(6)},
        "late": {"kind": "task", "branch": "inner", "depends_on": ["other_5"]},
    }
    page = read(svg.render(picture_of({"flow": "gap", "steps": steps}, list(steps))))
    walls = page.branches["inner"]
    assert page.steps["early"].bottom < page.steps["other_3"].top < page.steps["late"].top
    assert not [slug for slug, box in page.steps.items() if slug.startswith("other") and walls.meets(box)]


def test_branches_stand_below_what_they_wait_for() -> None:
    steps: dict[str, dict[str, object]] = {f"source_{n}": {"kind": "task"} for n in range(4)}
    for n in (2, 0, 3, 1):
        steps[f"branch_{n}"] = {"kind": "branch", "depends_on": [f"source_{n}"]}
        steps |= {f"step_{n}_{m}": {"kind": "task", "branch": f"branch_{n}"} for m in range(2)}
    page = read(svg.render(picture_of({"flow": "fan", "steps": steps}, list(steps))))
    sources = sorted(range(4), key=lambda n: page.steps[f"source_{n}"].left)
    assert sources == sorted(range(4), key=lambda n: page.branches[f"branch_{n}"].left)


def test_edges_of_a_ladder_do_not_cross() -> None:
    steps: dict[str, dict[str, object]] = {f"top_{n}": {"kind": "task"} for n in range(6)}
    steps |= {f"low_{n}": {"kind": "task", "depends_on": [f"top_{n}"]} for n in (3, 0, 5, 2, 4, 1)}
    page = read(svg.render(picture_of({"flow": "ladder", "steps": steps}, list(steps))))
    assert all(way.points[0][0] == way.points[-1][0] for way in page.ways)


def test_the_same_picture_has_the_same_bytes() -> None:
    for seed in SEEDS[:2]:
        assert svg.render(random_picture(seed)) == svg.render(random_picture(seed))


def test_hostile_text_is_shown_and_stays_text() -> None:
    text = svg.render(random_picture(8, hostile=True))
    assert "<script" not in text
    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(re.findall(r"<style>", text)) == 1


def test_a_run_has_signs_a_legend_and_the_progress_of_maps() -> None:
    text = svg.render(example(website=State("completed"), subpages=State("started", 3, 12), summary=State("failed")))
    assert '<g class="step failed" data-slug="summary"><title>summary: failed</title>' in text
    for status, words in (("completed", "1 completed"), ("started", "1 started"), ("failed", "1 failed")):
        assert f'>{SIGNS[status]}</text><text class="key" ' in text
        assert f">{words}</text>" in text
    assert ">3 of 12</text>" in text
    track, done = re.search(r'class="track" .*?width="(\d+)".*?class="done" .*?width="(\d+)"', text).groups()  # type: ignore[union-attr]
    assert int(done) == int(track) // 4
    assert " skipped</text>" not in text
    assert "legend" not in svg.render(example())


def test_maps_conditions_and_joins_are_told_apart() -> None:
    text = svg.render(example())
    assert text.count('class="sheet"') == 1
    assert text.count('class="edge tests"') == 2
    assert ">unless website.status is 200</text>" in text
    assert ">join any</text>" in text
    assert "<title>website → if_success: status is 200</title>" in text


def test_dark_screens_have_colours_of_their_own() -> None:
    text = svg.render(example(website=State("completed")))
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    for selector in (".ground", ".name", ".edge path", ".tip", ".completed .face", ".branch rect"):
        assert selector in light
        assert selector in dark


def test_a_renderer_puts_no_ink_of_a_text_outside_its_box() -> None:
    resvg = pytest.importorskip("resvg_py", reason="the picture is not rendered: resvg-py is not installed")
    text = svg.render(example(website=State("completed"), subpages=State("started", 3, 12), summary=State("failed")))
    page = read(text)
    only_texts = re.sub(r"<(rect|path) [^>]*/>", "", re.sub(r"<marker.*?</marker>", "", text))
    ink = list(inked(bytes(resvg.svg_to_bytes(svg_string=only_texts, sans_serif_family="DejaVu Sans"))))
    if not ink:
        pytest.skip("the picture is not rendered: there are no fonts")
    boxes = [area for areas in page.texts.values() for area in areas] + page.labels + page.others
    signs = 22 * len(SIGNS)  # the legend's signs, in boxes of their own
    rows: dict[int, list[Area]] = {}
    for box in boxes:
        for y in range(int(box.top) - 1, int(box.bottom) + 2):
            rows.setdefault(y, []).append(box)
    outside = [(x, y) for x, y in ink if not any(box.left - 1 <= x <= box.right for box in rows.get(y, ()))]
    legend = page.whole.bottom - 24 - 24
    assert not [(x, y) for x, y in outside if y < legend]
    assert len(outside) < signs * 4


def test_the_picture_of_the_readme_is_current() -> None:
    stored = (ROOT / "docs" / "analyze_website.svg").read_text(encoding="utf-8")
    assert stored == svg.render(example()), "flowc graph flows/analyze_website.yaml -o docs/analyze_website.svg"
    assert "(docs/analyze_website.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
