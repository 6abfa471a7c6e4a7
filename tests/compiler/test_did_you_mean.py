"""Near names: what counts as near, in which order, and how it is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.compiler.did_you_mean import did_you_mean, either, listing
from flowc.compiler.near_names import near

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


def slips(a: str, b: str) -> int:
    """The distance by its definition: a table with a row for each beginning of ``a``."""
    table = [[i + j for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(st.text("abc", min_size=9, max_size=14), st.lists(st.text("abc", min_size=6, max_size=17), max_size=6))
def test_near_is_what_takes_at_most_three_slips_or_begins_alike(word: str, others: list[str]) -> None:
    def rank(other: str) -> int:
        begins_alike = other.startswith(word) or word.startswith(other)
        return slips(word, other) if slips(word, other) <= 3 else 4 if begins_alike else 9

    expected = sorted((rank(other), min(slips(word, other), 7), other) for other in {*others} - {word})
    assert near(word, others, 9) == [other for far, _, other in expected if far < 9]


def test_long_names_are_compared_to_their_ends() -> None:
    middle = "ab" * 50_000
    assert near(f"x{middle}y", [f"z{middle}w", f"z{middle}abw"]) == [f"z{middle}w"]
