"""The sentences of the flow file's page one by one, on the SQL engine with the interpreter beside it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from flowc.db.connect import connect
from flowc.runtime.outcome import Failed
from flowc.simulate import LeasedTask
from tests.conftest import TEMPLATE, Postgres
from tests.simulate.building import branch, flow, map_over, task
from tests.sql.pair import Pair

FAILS = Failed({"class": "ValueError", "message": "no"}, retryable=False)
SOFT = {"on_failure": "skip"}
SKIPPED = task(run_if=[{"input": {"never": True}}])
BRANCH, DEPENDENCY, CONDITION, HANDLER = "branch_skipped", "dependency_skipped", "condition_unmet", "handler_failed"


class Scene:
    """A run of a flow on both engines, whose handlers answer what is said of their step, by default its slug."""

    def __init__(self, conn: psycopg.Connection, steps: Mapping[str, Any], **keys: Any) -> None:
        self.pair = Pair(conn, flow(steps, **keys))
        self.open: list[LeasedTask] = []

    def start(self, value: Any = None) -> str:
        """Start a run."""
        self.run_id = self.pair.start(value or {})
        self.pair.agree()
        return self.run_id

    def poll(self, limit: int = 100) -> list[tuple[str, int | None]]:
        """Lease tasks; which."""
        found = self.pair.poll(limit)
        self.open += found
        self.pair.agree()
        return sorted((one.step_slug, -1 if one.task_index is None else one.task_index) for one in found)

    def settle(self, *which: str | tuple[str, int], **outputs: Any) -> None:
        """Report on those of the leased tasks, or all of them, in one call."""
        mine = [
            one for one in self.open if not which or one.step_slug in which or (one.step_slug, one.task_index) in which
        ]
        self.open = [one for one in self.open if one not in mine]
        answers = self.pair.settle([(one, _answer(outputs.get(one.step_slug, one.step_slug), one)) for one in mine])
        assert answers == ["ok"] * len(mine)
        self.pair.agree()

    def finish(self, **outputs: Any) -> None:
        """Work until nothing is left to do."""
        while self.open or self.poll():
            self.settle(**outputs)
            self.pair.advance(timedelta(hours=1) if self.pair.model.next_due() else timedelta(0))

    def shown(self, *slugs: str) -> list[Any]:
        """The reason for which each step was skipped, else its status."""
        states: dict[str, Any] = dict(
            self.pair.conn.execute(
                "select step_slug, coalesce(skip_reason, status) from flowc.step_states where run_id = %s",
                [self.run_id],
            ).fetchall()
        )
        return [states[slug] for slug in slugs]

    def run(self, column: str) -> Any:
        """What the run's row says."""
        [(value,)] = self.pair.conn.execute(
            f"select {column} from flowc.runs where run_id = %s",
            [self.run_id],
        ).fetchall()
        return value


def _answer(output: Any, one: LeasedTask) -> Any:
    return output(one) if isinstance(output, Callable) else output  # type: ignore[arg-type]


Play = Callable[..., Scene]
numbers = itertools.count()


@pytest.fixture(scope="module")
def shared(servers: Callable[[int], Postgres]) -> Iterator[psycopg.Connection]:
    """One database for all scenes: planning the views takes longer than a scene."""
    with servers(18).database(TEMPLATE) as url, connect(url) as conn:
        yield conn


@pytest.fixture
def play(shared: psycopg.Connection) -> Iterator[Play]:
    """``play(steps, input, **flow)``: a run of a flow of its own, started."""
    scenes: list[Scene] = []

    def start(steps: Mapping[str, Any], value: Any = None, **keys: Any) -> Scene:
        scenes.append(Scene(shared, steps, flow=f"tested_{next(numbers)}", **keys))
        scenes[-1].start(value)
        return scenes[-1]

    shared.execute("update flowc._buckets set next_expiry_at = '-infinity'")
    yield start
    for scene in scenes:
        scene.pair.close()
    assert shared.execute("select * from flowc.invariants").fetchall() == []
    shared.execute("select flowc.prune(interval '-1 day')")


def parents(count: int) -> dict[str, Any]:
    """Steps whose fate the run's input tells: completed, skipped, or failed and skipped."""
    return {name: task(run_unless=[{"input": {name: "skipped"}}], **SOFT) for name in "pqr"[:count]}


JOINS: dict[str, Callable[[int, int], bool]] = {
    "all": lambda completed, count: completed == count,
    "any": lambda completed, count: completed > 0,
    "none": lambda completed, count: completed == 0,
    "settled": lambda completed, count: True,
}


def test_every_join_over_every_fate_of_its_parents_told_at_once_and_one_by_one(play: Play) -> None:
    steps = parents(3) | {
        join: task(depends_on=["p", "q", "r"], **({"join": join} if join != "all" else {})) for join in JOINS
    }
    scene = play(steps)
    scene.finish()
    for fates in itertools.product(("completed", "skipped", "failed"), repeat=3):
        for at_once in (True, False):
            value = dict(zip("pqr", fates, strict=True))
            scene.start(value)
            told = {name: FAILS for name, fate in value.items() if fate == "failed"}
            scene.poll()
            for name in () if at_once else "rqp":
                scene.settle(name, **told)
            scene.finish(**told)
            expected = ["completed" if met(fates.count("completed"), 3) else DEPENDENCY for met in JOINS.values()]
            assert scene.shown(*JOINS) == expected, (fates, at_once)
            assert scene.run("status") == "completed"
            scene.pair.runs.clear()  # looked at enough


CONDITIONS: list[tuple[Any, dict[str, Any], bool]] = [
    (None, {"a": None}, True),
    (1, {"a": 1.0}, True),
    (0, {"a": False}, False),
    ("", {"a": ""}, True),
    ([1, [2, 3], {"n": 4, "m": 5}], {"a": [{"n": 4}]}, True),
    ([1, [2, 3]], {"a": [[3]]}, True),
    ([1, 2], {"a": 1}, False),
    ({"n": None}, {"a": {"n": None}}, True),
    ({}, {"a": {"n": None}}, False),
    ({"n": {"m": [1, 2]}}, {"a": {"n": {"m": [2]}}}, True),
    (False, {"a": None}, False),
    (1, {"a": 1, "input": {"x": 2}}, True),
    (1, {"a": 1, "input": {"x": 3}}, False),
    (FAILS, {"a": None}, False),
    (FAILS, {"input": {"x": 2}}, True),
]


@pytest.mark.parametrize(("output", "pattern", "met"), CONDITIONS)
def test_of_run_if_and_run_unless_exactly_one_runs(play: Play, output: Any, pattern: Any, met: bool) -> None:
    steps = {
        "a": task(**SOFT),
        "yes": task(run_if=[pattern], depends_on=["a"], join="settled"),
        "no": task(run_unless=[pattern], depends_on=["a"], join="settled"),
        "either": task(run_if=[{"a": "other"}, pattern]),
        "neither": task(run_unless=[{"a": "other"}, pattern]),
    }
    for step in ("yes", "no"):
        if "a" in pattern:
            del steps[step]["depends_on"], steps[step]["join"]
    scene = play(steps, {"x": 2})
    scene.finish(a=output)
    sides = ["completed", CONDITION] if met else [CONDITION, "completed"]
    assert scene.shown("yes", "no") == sides
    assert scene.shown("either", "neither") == sides


def test_a_skipped_step_is_absent_from_conditions(play: Play) -> None:
    scene = play({"a": SKIPPED, "yes": task(run_if=[{"a": None}]), "no": task(run_unless=[{"a": None}])})
    scene.finish()
    assert scene.shown("a", "yes", "no") == [CONDITION, CONDITION, "completed"]


def test_an_unmet_condition_fails_the_run_where_it_is_to(play: Play) -> None:
    scene = play({"a": task(), "b": task(run_if=[{"a": 1}], on_unmet="fail", **SOFT), "c": task()})
    scene.poll()
    scene.settle("a", a=2)
    assert (scene.run("status"), scene.run("failed_step"), scene.run("error ->> 'class'")) == (
        "failed",
        "b",
        "ConditionUnmet",
    )
    assert scene.shown("a", "b", "c") == ["completed", "failed", "cancelled"]


def test_a_run_may_fail_within_its_start(play: Play) -> None:
    scene = play({"a": task(run_if=[{"input": {"x": 1}}], on_unmet="fail")}, {"x": 2})
    assert (scene.run("status"), scene.run("failed_step")) == ("failed", "a")


CLOSED = {
    "late": task(retry={"max_attempts": 1}),
    "b": branch(run_if=[{"input": {"open": True}}]),
    "inner": task(branch="b"),
    "after": task(branch="b", depends_on=["inner", "late"], join="settled"),
    "beside": task(branch="b", depends_on=["late"], join="none"),
    "nested": branch(branch="b", depends_on=["late"]),
    "deep": task(branch="nested"),
    "outside": task(depends_on=["b", "late"], join="settled"),
}


def test_in_a_closed_branch_all_is_skipped_whatever_its_join(play: Play) -> None:
    scene = play(CLOSED)
    assert scene.shown("b", "inner", "after") == [CONDITION, BRANCH, "created"]
    scene.finish()
    assert scene.shown("after", "beside", "nested", "deep", "outside") == [BRANCH] * 4 + ["completed"]


def test_a_branch_that_was_closed_is_closed_after_a_retry(play: Play) -> None:
    scene = play(CLOSED)
    scene.poll()
    scene.settle(late=FAILS)
    scene.pair.retry(scene.run_id)
    scene.pair.agree()
    scene.finish()
    assert scene.run("status") == "completed"
    assert scene.shown("after", "beside", "nested", "deep", "outside") == [BRANCH] * 4 + ["completed"]


def test_a_branch_as_a_dependency_completed_if_a_final_step_of_it_did(play: Play) -> None:
    steps = {
        "b": branch(),
        "first": task(branch="b"),
        "x": task(branch="b", depends_on=["first"], **SOFT),
        "y": task(branch="b", run_if=[{"input": {"y": True}}]),
        "yes": task(depends_on=["b"]),
        "no": task(depends_on=["b"], join="none"),
    }
    for value, x, expected in (({"y": True}, FAILS, True), ({}, 1, True), ({}, FAILS, False)):
        scene = play(steps, value)
        scene.finish(x=x)
        assert scene.shown("yes", "no") == (["completed", DEPENDENCY] if expected else [DEPENDENCY, "completed"])


def test_a_map_over_a_step_that_did_not_complete_is_skipped_whatever_its_join(play: Play) -> None:
    scene = play({"a": SKIPPED, "m": map_over("$a", depends_on=["a"], join="settled")})
    assert scene.shown("a", "m") == [CONDITION, DEPENDENCY]


@pytest.mark.parametrize("on_failure", ["fail", "skip"])
@pytest.mark.parametrize("source", [None, 1, "text", {"n": []}])
def test_a_map_over_what_is_no_array_fails_without_retry(play: Play, source: Any, on_failure: str) -> None:
    soft = SOFT if on_failure == "skip" else {}
    scene = play({"a": task(), "m": map_over("$a", depends_on=["a"], **soft), "after": task(depends_on=["m"])})
    scene.finish(a=source)
    if soft:
        assert scene.shown("m", "after") == [HANDLER, DEPENDENCY]
        assert (scene.run("status"), scene.run("skipped_failures")) == ("completed", 1)
    else:
        assert (scene.run("status"), scene.run("failed_step"), scene.run("error ->> 'class'")) == (
            "failed",
            "m",
            "NotAnArray",
        )


def test_of_a_map_each_failed_element_is_null_and_it_is_skipped_only_if_all_failed(play: Play) -> None:
    scene = play({"m": map_over("$input.items", **SOFT)}, {"items": [1, 2, 3]})
    scene.poll()
    for index in (2, 0, 1):
        scene.settle(("m", index), m=FAILS if index else "kept")
    assert scene.run("output") == {"m": ["kept", None, None]}
    assert scene.run("skipped_failures") == 2
    scene.start({"items": [1, 2, 3]})
    scene.poll()
    for index in (2, 0, 1):
        scene.settle(("m", index), m=FAILS)
    assert scene.shown("m") == [HANDLER]
    assert (scene.run("status"), scene.run("output")) == ("completed", {"m": None})


def test_a_map_over_nothing_completes_with_nothing_also_in_chains(play: Play) -> None:
    scene = play({"m": map_over([]), "n": map_over("$m", depends_on=["m"]), "after": task(depends_on=["n"])})
    assert scene.shown("m", "n") == ["completed", "completed"]
    scene.finish()
    assert scene.run("status") == "completed"


def test_a_window_opens_as_many_elements_as_have_settled(play: Play) -> None:
    scene = play({"m": map_over("$input.items", max_parallel=3)}, {"items": list(range(8))})
    assert scene.poll() == [("m", 0), ("m", 1), ("m", 2)]
    scene.settle(("m", 0), ("m", 2))
    assert scene.poll() == [("m", 3), ("m", 4)]
    scene.settle(("m", 1))
    assert scene.poll() == [("m", 5)]
    scene.finish(m=lambda one: one.item)
    assert scene.run("output") == {"m": ["m", "m", "m", 3, 4, 5, 6, 7]}


def test_a_wait_for_a_retry_keeps_its_place_in_the_window(play: Play) -> None:
    scene = play({"m": map_over("$input.items", max_parallel=2, retry={"jitter": 0})}, {"items": [1, 2, 3]})
    scene.poll()
    scene.settle(("m", 0), m=Failed({"class": "No"}, retryable=True))
    assert scene.poll() == []
    scene.settle(("m", 1))
    assert scene.poll() == [("m", 2)]
    scene.pair.advance(timedelta(seconds=1))
    assert scene.poll() == [("m", 0)]


def test_the_first_slug_of_several_failures_in_one_call_is_the_failed_step(play: Play) -> None:
    scene = play({slug: task() for slug in ("c", "a", "B")})
    for order in itertools.permutations(("B", "a", "c")):
        scene.start()
        scene.poll()
        scene.open.sort(key=lambda one: order.index(one.step_slug))
        scene.settle(B=FAILS, a=FAILS, c=FAILS)
        assert scene.run("failed_step") == "B"


def test_a_retry_tries_failed_elements_again_while_their_map_is_open_and_keeps_the_others(play: Play) -> None:
    scene = play(
        {"m": map_over("$input.items", **SOFT), "x": task(), "after": task(depends_on=["m"])}, {"items": [1, 2, 3]}
    )
    scene.poll()
    scene.settle(("m", 0), m="kept")
    scene.settle(("m", 1), m=FAILS)
    scene.settle("x", x=FAILS)
    assert scene.run("status") == "failed"
    scene.open.clear()
    scene.pair.retry(scene.run_id)
    scene.pair.agree()
    assert scene.poll() == [("m", 1), ("m", 2), ("x", -1)]
    scene.finish(m="again")
    assert scene.run("output") == {"after": "after", "x": "x"}
    [(kept,)] = scene.pair.conn.execute(
        "select output from flowc.step_states where run_id = %s and step_slug = 'm'", [scene.run_id]
    ).fetchall()
    assert kept == ["kept", "again", "again"]


def test_a_failed_element_that_waits_for_the_window_after_a_retry_is_to_be_tried_again(play: Play) -> None:
    steps = {"m": map_over("$input.items", max_parallel=2, **SOFT), "x": task()}
    scene = play(steps, {"items": [0, 1, 2, 3]})
    for index in (0, 2):
        scene.poll()
        scene.settle(("m", index), m=FAILS)
    scene.settle("x", x=FAILS)
    scene.open.clear()
    scene.pair.retry(scene.run_id)
    scene.pair.agree()
    assert scene.poll() == [("m", 0), ("m", 1), ("x", -1)]
    scene.finish(m=lambda one: one.item)
    assert scene.run("output") == {"m": [0, 1, 2, 3], "x": "x"}
    assert scene.run("skipped_failures") == 0


def test_a_retry_keeps_a_map_that_had_settled_with_its_nulls(play: Play) -> None:
    scene = play({"m": map_over([1, 2], **SOFT), "x": task(depends_on=["m"])})
    scene.poll()
    scene.settle(m=lambda one: FAILS if one.task_index else "kept")
    scene.poll()
    scene.settle(x=FAILS)
    scene.pair.retry(scene.run_id)
    scene.pair.agree()
    assert scene.poll() == [("x", -1)]


def test_returns_has_all_its_keys_and_paths_that_lead_nowhere_are_null(play: Play) -> None:
    returns = {"a": "$a", "none": "$gone", "field": "$a.n.0", "nowhere": "$a.n.7.x", "input": "$input.k", "text": "$$a"}
    scene = play({"a": task(), "gone": SKIPPED}, {"k": 0}, returns=returns)
    scene.finish(a={"n": [False]})
    assert scene.run("output") == {
        "a": {"n": [False]}, "none": None, "field": False, "nowhere": None, "input": 0, "text": "$a",
    }  # fmt: skip


def test_a_digit_is_an_index_in_an_array_and_a_key_in_an_object(play: Play) -> None:
    returns = {"list": "$a.0", "object": "$b.0", "minus": "$a.-1", "text": "$c.0"}
    scene = play({"a": task(), "b": task(), "c": task()}, returns=returns)
    scene.finish(a=["x"], b={"0": "y"}, c="text")
    assert scene.run("output") == {"list": "x", "object": "y", "minus": None, "text": None}


def test_a_run_with_nothing_to_do_is_completed_by_its_start(play: Play) -> None:
    scene = play({"a": SKIPPED, "m": map_over([]), "b": task(depends_on=["a"])})
    assert (scene.run("status"), scene.run("output")) == ("completed", {"b": None, "m": []})


def test_delay_is_waited_once_and_elements_share_it(play: Play) -> None:
    scene = play({"m": map_over([1, 2], delay=5000, retry={"jitter": 0, "base_delay": 1000})})
    assert scene.poll() == []
    scene.pair.advance(timedelta(seconds=5))
    assert scene.poll() == [("m", 0), ("m", 1)]
    scene.settle(m=Failed({"class": "No"}, retryable=True))
    scene.pair.advance(timedelta(seconds=1))
    assert scene.poll() == [("m", 0), ("m", 1)]


def test_outputs_survive_and_false_and_empty_ones_count_as_completed(play: Play) -> None:
    steps = {"a": task(), "after": task(depends_on=["a"])}
    outputs: tuple[Any, ...] = (0, False, "", None, [], {}, 2**53 - 1, -0.5, 10**30, {"deep": [[[{"": "\U0001f600"}]]]})
    for output in outputs:
        scene = play(steps, returns={"a": "$a", "after": "$after"})
        scene.finish(a=output)
        assert scene.run("output") == {"a": output, "after": "after"}
