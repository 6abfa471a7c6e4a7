"""Deep graphs settle in one call, without recursion and without walking an edge twice."""

from __future__ import annotations

from typing import Any

from tests.simulate.building import FAILS, Play, branch, map_over, task

RUNGS = 1_000


def ladder(rungs: int) -> dict[str, dict[str, Any]]:
    steps = {"s0": task(on_failure="skip")}
    for rung in range(rungs):
        steps[f"l{rung}"] = task(depends_on=[f"s{rung}"])
        steps[f"r{rung}"] = task(depends_on=[f"s{rung}"])
        steps[f"s{rung + 1}"] = task(depends_on=[f"l{rung}", f"r{rung}"])
    return steps


def test_a_ladder_of_a_thousand_diamonds_is_skipped_in_one_call() -> None:
    play = Play(ladder(RUNGS), {"s0": FAILS})

    assert play.run.output == {f"s{RUNGS}": None}
    assert play.order == ["s0"]


def test_a_chain_of_a_thousand_empty_maps_completes_within_the_start() -> None:
    steps = {"m0": map_over([])}
    steps |= {f"m{n}": map_over(f"$m{n - 1}", depends_on=[f"m{n - 1}"]) for n in range(1, RUNGS)}
    play = Play(steps)

    assert play.run.output == {f"m{RUNGS - 1}": []}
    assert play.order == []


def test_hundreds_of_steps_join() -> None:
    parents = [f"s{n}" for n in range(300)]
    steps = dict.fromkeys(parents, task()) | {"joined": task(depends_on=parents)}

    assert Play(steps).order[-1] == "joined"


def test_sixty_branches_in_each_other() -> None:
    steps = {"b0": branch()} | {f"b{n}": branch(branch=f"b{n - 1}") for n in range(1, 60)}
    steps |= {"leaf": task(branch="b59"), "after": task(depends_on=["b0"])}

    assert Play(steps).order == ["leaf", "after"]
