"""The terminal drawing: boxes where they fit, a tree where not; never wider than the terminal where that can be."""

from __future__ import annotations

import pytest

from flowc.draw import ascii as drawing
from flowc.draw.picture import State, picture_of
from flowc.draw.text_width import columns
from tests.draw.random_pictures import random_picture
from tests.draw.test_svg import example

EXAMPLE = """\
analyze_website_v1
                              ┌─────────┐
                              │ website │
                              └───┬─┬───┘
                         ╭┄┄┄┄┄┄┄┄╯ ╰┄┄┄┄┄┄┄┄╮
                         ┆                   ┆
                   status is 200   unless status is 200
                         ┆                   ╰┄┄┄┄┄┄┄┄┄┄┄┄┄╮
                         ┆                                 ▼
                         ▼                               ╭─ if_failure ───────╮
╭─ if_success ─────────────────────────────────────────╮ │ unless             │
│ if website.status is                                 │ │ website.status is  │
│ 200                                                  │ │ 200                │
│                              ┌─────────────────────┐ │ │                    │
│  ┌───────────┐  ┌─────────┐  │ ⧉ subpages          │ │ │  ┌───────────────┐ │
│  │ sentiment │  │ summary │  │ map $website.links, │ │ │  │ notify_sentry │ │
│  └─────┬─────┘  └────┬────┘  │ 10 at once          │ │ │  └───────────────┘ │
│        │             │       └──────────┬──────────┘ │ │                    │
│        │             │                  │            │ ╰────────────────────╯
│        │             ╰─╮ ╭──────────────╯            │
│        ╰─────────────╮ │ │                           │
│                      ▼ ▼ ▼                           │
│                 ┌────────────┐                       │
│                 │ save_to_db │                       │
│                 │ join any   │                       │
│                 └────────────┘                       │
╰──────────────────────────────────────────────────────╯
"""
TREE = """\
analyze_website_v1
├─ website
├─ if_success  if website.status is 200
│  │  ← website (status is 200)
│  ├─ sentiment
│  ├─ summary
│  ├─ subpages
│  │     map $website.links, 10 at once
│  └─ save_to_db  join any  ← sentiment,
│        subpages, summary
└─ if_failure
   │  unless website.status is 200
   │  ← website (unless status is 200)
   └─ notify_sentry
"""


def test_the_example_fits_eighty_columns() -> None:
    assert drawing.render(example()) == EXAMPLE


def test_a_narrow_terminal_gets_a_tree() -> None:
    assert drawing.render(example(), 40) == TREE


def test_a_typewriter_has_the_same_drawing_of_other_signs() -> None:
    text = drawing.render(example(summary=State("failed")), 90, typewriter=True)
    assert text.isascii()
    assert [len(line) for line in text.splitlines()] == [
        len(line) for line in drawing.render(example(summary=State("failed")), 90).splitlines()
    ]
    assert "| ! summary |" in text


def test_a_run_is_signed_in_colour_where_there_is_colour() -> None:
    picture = example(website=State("completed"), subpages=State("started", 3, 12))
    plain = drawing.render(picture)
    assert "│ ✓ website │" in plain
    assert "│ ▸ ⧉ subpages " in plain
    assert "│ 3 of 12 " in plain
    assert plain.endswith("\n\n▸ 1 started  ✓ 1 completed\n")
    assert "\x1b" not in plain
    assert "│ \x1b[0m\x1b[32m✓ website\x1b[0m │" in drawing.render(picture, color=True)
    tree = drawing.render(picture, 40, color=True)
    assert "├─ \x1b[32m✓ website completed\x1b[0m\n" in tree
    assert "├─ \x1b[36m▸ subpages started, 3 of 12\x1b[0m\n" in tree


@pytest.mark.parametrize("seed", range(20))
def test_every_step_is_drawn_whole_within_the_terminal(seed: int) -> None:
    picture = random_picture(seed, 14, hostile=seed % 2 == 0)
    text = drawing.render(picture)
    assert all(columns(line) <= 80 for line in text.splitlines())
    assert all(character.isprintable() or character == "\n" for character in text)
    for slug, node in picture.nodes.items():
        sign = f"{node.state.sign} " if node.state else ""
        boxed = "⧉ " if node.kind == "map" and "│ " + sign + "⧉ " + slug in text else ""
        assert f"─ {sign}{slug}" in text or f"│ {sign}{boxed}{slug} " in text
    if "▼" in text:
        assert text.count("▼") >= len({edge.target for edge in picture.edges})


def test_wide_characters_take_two_columns() -> None:
    steps = {
        "a": {"kind": "map", "map": "$input.名前"},
        "b": {"kind": "task", "run_if": [{"a": {"名前": "漢字"}}]},
    }
    lines = drawing.render(picture_of({"flow": "f", "steps": steps}, ["a", "b"])).splitlines()
    assert "│ map $input.名前 │" in lines[3]
    assert {columns(line) for line in lines[1:5]} == {columns(lines[1])}
    assert '名前 is "漢字"' in lines[6]


def test_many_steps_are_a_tree_of_one_row_each() -> None:
    steps = {f"step_{number}": {"kind": "task"} for number in range(3000)}
    text = drawing.render(picture_of({"flow": "f", "steps": steps}, list(steps)), 10_000)
    assert text.count("\n") == 3001
