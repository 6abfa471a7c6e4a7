"""What is drawn of a definition, and the words for its conditions."""

from __future__ import annotations

from typing import Any

import pytest

from flowc.draw.picture import Edge, picture_of
from flowc.draw.text_width import columns
from flowc.draw.wording import condition, cut, folded, seen


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({}, ""),
        ({"run_if": [{"page": {"status": 200}}]}, "if page.status is 200"),
        ({"run_unless": [{"input": {"dry": True}}]}, "unless input.dry is true"),
        ({"run_if": [{"a": {"n": 1}}, {"b": "x", "a": {"n": None}}]}, 'if a.n is 1 or b is "x" and a.n is null'),
        ({"run_if": [{"a": {}}], "run_unless": [{"b": 0}]}, "if a has an output, unless b is 0"),
        (
            {"run_if": [{"a": {"tags": ["new", 1], "all": [], "o": {}}}]},
            'if a.tags has "new", 1 and a.all is a list and a.o is an object',
        ),
    ],
)
def test_a_condition_is_said_in_words(step: dict[str, Any], words: str) -> None:
    assert condition(step) == words


def test_edges_are_joins_and_conditions_and_a_condition_in_one_place_is_not_said_twice() -> None:
    steps = {
        "a": {"kind": "task"},
        "b": {"kind": "task", "run_if": [{"a": {"n": 1}}], "depends_on": ["c"], "join": "any"},
        "c": {"kind": "map", "map": "$a.items", "depends_on": ["a"], "max_parallel": 4, "handler": "other"},
        "d": {"kind": "task", "run_unless": [{"a": {"n": 1}, "input": {"dry": True}}]},
    }
    picture = picture_of({"flow": "f", "steps": steps}, ["a", "c", "b", "d"], {"a": "the first\nof them"})
    assert picture.edges == (
        Edge("a", "c", tests=False),
        Edge("c", "b", tests=False),
        Edge("a", "b", tests=True, label="n is 1"),
        Edge("a", "d", tests=True, label="unless n is 1"),
    )
    notes = {slug: node.notes for slug, node in picture.nodes.items()}
    assert notes == {
        "a": (),
        "b": ("join any",),
        "c": ("map $a.items, 4 at once",),
        "d": ("unless a.n is 1 and input.dry is true",),
    }
    assert picture.nodes["a"].tooltip == "a\nthe first of them"
    assert picture.nodes["c"].tooltip == "c\nmap over $a.items\nhandler other\ndepends on a"
    assert picture.nodes["b"].tooltip == "b\ndepends on c\njoin any: one of them completed\nruns if a.n is 1"


def test_text_that_is_not_seen_is_replaced_and_long_text_keeps_both_ends() -> None:
    assert seen("a\n b\x1b[2J\u202ec\ud800") == "a b\ufffd[2J\ufffdc\ufffd"
    assert cut("abcdefghij", 7) == "abcd…ij"
    assert cut("abcdefg", 7) == "abcdefg"
    assert folded("if website.status is 200 or input.force is true", 24, 1) == ["if website.status is …"]
    assert columns("a漢e\u0301") == 4
