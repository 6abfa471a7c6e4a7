"""Conditions that exclude each other: what is said of many alternatives at once is what is so of each alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowc.compiler.checks.demands import Demand, Patterns, exclude

_ANSWERS = (1, 1.0, True, "1", None, [1])
ASKED = st.lists(
    st.sampled_from([{"a": {"x": answer}} for answer in _ANSWERS]) | st.just({"a": {"y": 1}}), min_size=1, max_size=4
).map(tuple)


@given(ASKED, ASKED)
def test_two_conditions_that_are_met_exclude_each_other_where_all_alternatives_do(
    some: Patterns, others: Patterns
) -> None:
    expected = all(_exclude((one,), True, (other,), True) for one in some for other in others)
    assert _exclude(some, True, others, True) == expected


@given(ASKED, ASKED)
def test_a_condition_that_is_not_met_excludes_one_each_of_whose_alternatives_would_meet_it(
    some: Patterns, others: Patterns
) -> None:
    expected = all(any(_exclude((one,), True, (other,), False) for other in others) for one in some)
    assert _exclude(some, True, others, False) == expected
    assert _exclude(others, False, some, True) == expected


def _exclude(some: Patterns, is_met: bool, others: Patterns, other_is_met: bool) -> bool:
    return exclude(Demand("s", "run_if", some, is_met), Demand("t", "run_if", others, other_is_met))
