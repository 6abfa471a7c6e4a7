"""Near names: what counts as near, in which order, and how it is said."""

from __future__ import annotations

import pytest

from flowc.compiler.did_you_mean import did_you_mean, either, listing, near

KEYS = ["depends_on", "description", "join", "run_if", "run_unless", "timeout", "retry", "handler", "output"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("tiemout", "timeout"),
        ("timout", "timeout"),
        ("dependsOn", "depends_on"),
        ("depends-on", "depends_on"),
        ("desc", "description"),
        ("runif", "run_if"),
        ("handlr", "handler"),
        ("Join", "join"),
    ],
)
def test_a_slip_finds_the_name_that_was_meant(word: str, meant: str) -> None:
    assert near(word, KEYS)[0] == meant


def test_what_is_far_from_everything_finds_nothing() -> None:
    assert near("colour", KEYS) == []
    assert near("x", ["y", "z"]) == []
    assert did_you_mean("zzz", KEYS) is None


def test_a_name_is_never_near_itself() -> None:
    assert near("join", ["join", "joins"]) == ["joins"]


def test_nearest_first_and_equals_by_name_whatever_the_order_given() -> None:
    names = ["website_c", "website_a", "websites", "website_b", "website_d"]
    assert near("website", names) == near("website", reversed(names)) == ["websites", "website_a", "website_b"]


def test_a_swap_of_two_neighbours_is_one_slip() -> None:
    assert near("ulr", ["url", "uri"]) == ["url"]


def test_the_question_offers_at_most_three() -> None:
    assert did_you_mean("webiste", ["website"]) == "did you mean `website`?"
    assert did_you_mean("ab", ["abc", "abd", "abe", "abf"]) == "did you mean `abc`, `abd` or `abe`?"


def test_lists_stop_at_eight() -> None:
    assert listing("abc") == "`a`, `b`, `c`"
    assert listing("abcdefghijkl") == "`a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` and 4 more"
    assert either(["a"]) == "`a`"
