"""A branch is one gate and one dependency."""

from __future__ import annotations

import pytest

from flowc.simulate.definition import read
from tests.simulate.building import FAILS, Play, branch, flow, map_over, task

NEVER = [{"input": {"never": True}}]


def test_a_closed_branch_skips_all_that_is_in_it_whatever_its_join() -> None:
    steps = {
        "group": branch(run_if=NEVER),
        "a": task(branch="group"),
        "settled": task(branch="group", depends_on=["a"], join="settled"),
        "none": task(branch="group", depends_on=["a"], join="none"),
    }

    assert Play(steps).became() == {
        "group": "condition_unmet",
        "a": "branch_skipped",
        "settled": "branch_skipped",
        "none": "branch_skipped",
    }


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"run_if": NEVER}, "condition_unmet"),
        ({"depends_on": ["skipped"]}, "dependency_skipped"),
    ],
)
def test_a_closed_branch_closes_the_branches_in_it_three_deep(keys: dict[str, object], reason: str) -> None:
    steps = {
        "skipped": task(run_if=NEVER),
        "outer": branch(**keys),
        "middle": branch(branch="outer"),
        "inner": branch(branch="middle"),
        "leaf": task(branch="inner"),
    }

    became = Play(steps).became()
    assert became["outer"] == reason
    assert {became[slug] for slug in ("middle", "inner", "leaf")} == {"branch_skipped"}


def test_each_gate_on_the_way_in_is_judged_for_itself() -> None:
    steps = {
        "outer": branch(),
        "beside": task(branch="outer"),
        "middle": branch(branch="outer", run_if=[{"beside": 1}]),
        "leaf": task(branch="middle"),
    }

    assert Play(steps, {"beside": 1}).became()["leaf"] == "completed"
    assert Play(steps, {"beside": 2}).became() == {
        "outer": "dependency_skipped",  # `beside` completed, but `middle` depends on it: only `leaf` is final
        "beside": "completed",
        "middle": "condition_unmet",
        "leaf": "branch_skipped",
    }


def test_an_open_gate_leaves_the_steps_in_it_to_their_own_dependencies() -> None:
    steps = {
        "skipped": task(run_if=NEVER),
        "group": branch(depends_on=["skipped"], join="settled"),
        "a": task(branch="group"),
        "b": task(branch="group", depends_on=["skipped"]),
    }

    became = Play(steps).became()
    assert became["a"] == "completed"
    assert became["b"] == "dependency_skipped"


def test_a_step_in_a_closed_branch_still_waits_for_its_dependencies() -> None:
    steps = {
        "slow": task(),
        "group": branch(run_if=NEVER),
        "a": task(branch="group", depends_on=["slow"]),
        "after": task(depends_on=["group"], join="none"),
    }
    play = Play(steps)

    assert play.order == ["slow", "after"]
    assert play.became()["a"] == "branch_skipped"


def test_who_depends_on_a_branch_waits_for_all_of_its_steps() -> None:
    steps = {
        "group": branch(),
        "early": task(branch="group"),
        "late": task(branch="group", delay=60_000),
        "after": task(depends_on=["group"]),
    }

    assert Play(steps).order == ["early", "late", "after"]


def test_a_branch_counts_as_completed_if_one_of_its_final_steps_completed() -> None:
    steps = {
        "group": branch(),
        "a": task(branch="group"),
        "b": task(branch="group", depends_on=["a"], on_failure="skip"),
        "after": task(depends_on=["group"]),
    }

    assert Play(steps).became()["after"] == "completed"
    failed = Play(steps, {"b": FAILS}).became()  # `a` completed, but it is not final
    assert failed["group"] == failed["after"] == "dependency_skipped"


def test_a_nested_branch_counts_with_its_final_steps() -> None:
    steps = {
        "outer": branch(),
        "inner": branch(branch="outer"),
        "deep": task(branch="inner"),
        "beside": task(branch="outer", on_failure="skip"),
        "after": task(depends_on=["outer"]),
    }

    assert Play(steps, {"beside": FAILS}).became()["after"] == "completed"


@pytest.mark.parametrize(
    ("steps", "final"),
    [
        ({"a": task(), "b": task(depends_on=["a"])}, ["b"]),
        ({"a": task(), "b": task(run_if=[{"a": 1}])}, ["b"]),
        ({"a": task(), "g": branch(depends_on=["a"]), "b": task(branch="g")}, ["b"]),
        ({"g": branch(), "a": task(branch="g"), "b": task(depends_on=["g"])}, ["b"]),
        ({"g": branch(), "a": task(branch="g"), "b": task(branch="g"), "c": task(depends_on=["a"])}, ["b", "c"]),
        ({"g": branch(), "h": branch(branch="g"), "a": task(branch="h"), "b": task(branch="g")}, ["a", "b"]),
    ],
)
def test_a_step_is_final_unless_another_depends_on_it_or_on_a_branch_around_it(
    steps: dict[str, dict[str, object]], final: list[str]
) -> None:
    assert list(read(flow(steps)).final) == final


def test_a_step_outside_may_depend_on_one_inside() -> None:
    steps = {
        "group": branch(run_if=NEVER),
        "inside": task(branch="group"),
        "outside": task(depends_on=["inside"], join="settled"),
    }
    play = Play(steps, {"outside": lambda leased: leased.inputs})

    assert play.run.output == {"outside": {"inside": None}}


def test_a_branch_has_no_output_and_its_steps_see_what_it_waited_for() -> None:
    steps = {
        "a": task(),
        "b": task(),
        "group": branch(depends_on=["a"], run_if=[{"b": "b"}]),
        "inside": task(branch="group"),
        "after": task(depends_on=["group"]),
    }
    play = Play(steps, {"inside": lambda leased: leased.inputs, "after": lambda leased: leased.inputs})

    assert play.states["inside"].output == {"a": "a", "b": "b"}
    assert play.states["after"].output == {}
    assert play.states["group"].output is None


def test_a_branch_fails_the_run_when_it_says_so() -> None:
    steps = {"group": branch(run_if=NEVER, on_unmet="fail"), "a": task(branch="group"), "b": task()}
    play = Play(steps)

    assert (play.run.status, play.run.failed_step) == ("failed", "group")
    assert play.became() == {"group": "failed", "a": "cancelled", "b": "cancelled"}


def test_a_map_over_nothing_completes_its_branch() -> None:
    steps = {"group": branch(), "m": map_over([], branch="group"), "after": task(depends_on=["group"])}

    assert Play(steps).became() == {"group": "completed", "m": "completed", "after": "completed"}
