"""The order in which a deployed flow's steps are drawn."""

from __future__ import annotations

from flowc.cli.order import drawing_order


def test_a_step_comes_after_what_it_waits_for_and_equals_come_by_slug() -> None:
    body = {
        "steps": {
            "a": {"kind": "task", "depends_on": ["z"]},
            "b": {"kind": "task", "run_if": [{"a": {}, "input": {}}]},
            "c": {"kind": "task"},
            "z": {"kind": "task"},
        }
    }
    assert drawing_order(body) == ["c", "z", "a", "b"]


def test_a_step_comes_after_its_branch_and_after_all_steps_of_a_branch_that_it_waits_for() -> None:
    body = {
        "steps": {
            "after": {"kind": "task", "depends_on": ["outer"]},
            "inner": {"kind": "branch", "branch": "outer"},
            "outer": {"kind": "branch"},
            "x": {"kind": "task", "branch": "inner"},
        }
    }
    assert drawing_order(body) == ["outer", "inner", "x", "after"]
