"""Conditions: patterns held against the input and the outputs of what completed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulate.building import FAILS, Play, task

TESTED = [None, False, 0, "", [], {}, [1], {"x": 1}, {"x": None}, {"x": {"y": 2}}, 1, "text"]
PATTERNS: list[list[Any]] = [
    [{"tested": 1}],
    [{"tested": None}],
    [{"tested": {"x": None}}],
    [{"tested": []}],
    [{"tested": {"x": 1}}, {"tested": {"x": {"y": 2}}}],
    [{"tested": 0}, {"input": {"n": 1}}],
]


@pytest.mark.parametrize("patterns", PATTERNS)
@pytest.mark.parametrize("output", [*TESTED, FAILS])
def test_of_run_if_and_run_unless_exactly_one_runs(patterns: list[Any], output: Any) -> None:
    steps = {
        "tested": task(on_failure="skip"),
        "yes": task(run_if=patterns),
        "no": task(run_unless=patterns),
    }
    became = Play(steps, {"tested": output}).became()

    assert sorted([became["yes"], became["no"]]) == ["completed", "condition_unmet"]


def test_a_pattern_matches_null_only_where_there_is_one() -> None:
    steps = {"tested": task(), "gone": task(run_if=[{"tested": 1}]), "b": task(run_if=[{"gone": None}])}

    assert Play(steps, {"tested": None}).became()["b"] == "condition_unmet"
    assert Play({"tested": task(), "b": task(run_if=[{"tested": None}])}, {"tested": None}).became()["b"] == "completed"


def test_a_list_is_true_when_some_pattern_matches_and_a_pattern_when_all_of_it_does() -> None:
    some = {"a": task(), "b": task(), "c": task(run_if=[{"a": 1}, {"b": 1}])}
    both = {"a": task(), "b": task(), "c": task(run_if=[{"a": 1, "b": 1}])}

    assert Play(some, {"a": 1, "b": 2}).became()["c"] == "completed"
    assert Play(both, {"a": 1, "b": 2}).became()["c"] == "condition_unmet"
    assert Play(both, {"a": 1, "b": 1}).became()["c"] == "completed"


def test_run_if_and_run_unless_both_have_to_agree() -> None:
    steps = {"a": task(), "b": task(run_if=[{"a": {"x": 1}}], run_unless=[{"a": {"y": 1}}])}

    assert Play(steps, {"a": {"x": 1}}).became()["b"] == "completed"
    assert Play(steps, {"a": {"x": 1, "y": 1}}).became()["b"] == "condition_unmet"
    assert Play(steps, {"a": {"y": 1}}).became()["b"] == "condition_unmet"


def test_a_condition_on_the_input_is_decided_at_the_start() -> None:
    steps = {"a": task(run_if=[{"input": {"n": 1}}])}

    assert Play(steps, input={"n": 1.0}).became()["a"] == "completed"
    assert Play(steps, input={"n": 2}).run.status == "completed"
    assert Play(steps, input={"n": 2}).run.output == {"a": None}


def test_an_unmet_condition_fails_the_run_where_it_should_and_on_failure_never_applies() -> None:
    steps = {"a": task(run_if=[{"input": {"n": 1}}], on_unmet="fail", on_failure="skip"), "b": task()}
    play = Play(steps)

    assert (play.run.status, play.run.failed_step) == ("failed", "a")
    assert play.run.error == {"class": "ConditionUnmet", "message": "the condition of `a` is not met"}
    assert play.became() == {"a": "failed", "b": "cancelled"}


def test_the_join_is_judged_before_the_condition() -> None:
    steps = {
        "a": task(on_failure="skip"),
        "b": task(depends_on=["a"], run_if=[{"input": {"n": 1}}], on_unmet="fail"),
    }
    play = Play(steps, {"a": FAILS})

    assert play.run.status == "completed"
    assert play.became()["b"] == "dependency_skipped"


def test_of_several_failures_in_one_settling_the_first_slug_is_named() -> None:
    unmet = task(run_if=[{"input": {"n": 1}}], on_unmet="fail")
    play = Play({"b": unmet, "a": unmet, "B": unmet})

    assert play.run.failed_step == "B"
