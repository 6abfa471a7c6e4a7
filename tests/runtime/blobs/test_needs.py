"""What stays in a row of a value that goes to a blob: enough for conditions, maps and references, and no more."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from flowc import Context, Handlers, start
from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.compiler.pipeline import compile_file
from flowc.db import queries
from flowc.db.deploy import deploy
from flowc.db.rows import Run
from flowc.references import look_up, parse_reference, references_in
from flowc.runtime.blobs.marks import put_in_place, read_marks
from flowc.runtime.blobs.needs import needs_of, parts_of
from flowc.runtime.blobs.warehouse import Warehouse
from flowc.runtime.blobs.wishes import loaded
from flowc.simulate import run_flow
from flowc.simulate.containment import contains
from tests.runtime.conftest import Engine
from tests.simulate.random_flows import random_flow, random_input, random_output

VALUE: dict[str, Any] = {
    "n": 1,
    "text": "long",
    "deep": {"a": [10, {"b": 20}, 30], "c": 4},
    "list": [1, 2],
    "0": "a key",
}


@pytest.mark.parametrize(
    ("reads", "stays"),
    [
        ("returns: {x: $a.n}", {"n": 1}),
        ("returns: {x: $a}", None),
        ("returns: {x: $a.deep.a.1.b, y: $a.n}", {"deep": {"a": [None, {"b": 20}]}, "n": 1}),
        ("returns: {x: $a.list.7, y: $a.gone.x}", {"list": []}),
        ("returns: {x: [{y: $a.list}]}", {"list": [1, 2]}),
    ],
)
def test_what_references_read_stays(reads: str, stays: Any) -> None:
    assert kept(f"flow: f\nsteps: {{a: , b: {{depends_on: [a]}}}}\n{reads}") == stays


@pytest.mark.parametrize(
    ("reads", "stays"),
    [
        ("run_if: {a: {n: 1}}", {"n": 1}),
        ("run_unless: {a: {deep: {c: 5}}}", {"deep": {"c": 4}}),
        ("run_if: [{a: {text: x}}, {a: {gone: null}}]", {"text": "long"}),
        ("run_if: {a: {deep: x}}", {"deep": {}}),
        ("run_if: {a: {list: [1]}}", {"list": [1, 2]}),
        ("map: $a.list", {"list": [1, 2]}),
        ("with: {x: $a.text}", None),
    ],
)
def test_what_a_step_has_the_engine_read_stays(reads: str, stays: Any) -> None:
    assert kept(f"flow: f\nsteps:\n  a:\n  b:\n    {reads}\nreturns: {{b: $b}}") == stays


def kept(text: str) -> Any:
    definition = compile_file("flow.yaml", data=text.encode()).definition
    assert definition is not None
    needs = needs_of(definition.body).get("a")
    return None if needs is None else parts_of(VALUE, needs)


@pytest.mark.parametrize("seed", range(60))
def test_conditions_and_references_see_the_same_in_what_stays(seed: int) -> None:
    random = Random(seed)
    definition = random_flow(random, slug=f"f{seed}")
    found = needs_of(definition)
    for slug, step in definition["steps"].items():
        if step["kind"] != "task":
            continue
        value = random_output(random, definition, slug)
        stays = parts_of(value, found[slug]) if slug in found else None
        for other in definition["steps"].values():
            for pattern in (*other.get("run_if", ()), *other.get("run_unless", ())):
                if slug in pattern:
                    assert contains({"a": value}, {"a": pattern[slug]}) == contains({"a": stays}, {"a": pattern[slug]})
        for text in references_in([definition.get("returns"), [s.get("map") for s in definition["steps"].values()]]):
            name, path = parse_reference(text)
            if name == slug and path:
                assert look_up(stays, path) == look_up(value, path)


def test_runs_come_to_the_same_with_every_value_a_blob(engine: Engine) -> None:
    """Nothing inline that need not be, against the interpreter, which keeps JSON as it is."""
    for seed in range(30):
        definition = random_flow(Random(seed), slug=f"f{seed}")
        given = random_input(Random(seed))
        deploy(engine.conn, emit([define(definition)], plain=True))
        [run_id] = [start(engine.conn, definition["flow"], given)]
        engine.work(answering(definition, seed), inline_limit=0, secrets={"TOKEN": "x"})
        expected = run_flow(definition, answering(definition, seed), given, secrets={"TOKEN": "x"})
        row = queries.run(engine.conn, run_id)
        assert row is not None
        assert (row.status, row.failed_step) == (expected.status, expected.failed_step)
        assert whole(engine, row) == expected.output
    assert queries.invariants(engine.conn) == []
    assert len(queries.blobs(engine.conn)) > 10


def answering(definition: dict[str, Any], seed: int) -> Handlers:
    """Handlers of all names in a flow; each returns what its step's slug and the seed say, the same each time."""
    handlers = Handlers()
    names = {name for step in definition["steps"].values() for name in handlers_of(step)}

    def answer(ctx: Context, **given: Any) -> Any:
        drawn = random_output(Random(f"{seed} {ctx.step} {ctx.task_index}"), definition, ctx.step)
        return {**drawn, "pad": "x" * 99 + ctx.step, "given": given} if isinstance(drawn, dict) else drawn

    for name in {*names, *(slug for slug, step in definition["steps"].items() if "handler" not in step)}:
        handlers.register(answer, name=name)
    return handlers


def handlers_of(step: dict[str, Any]) -> list[str]:
    named = step.get("handler", [])
    return [named] if isinstance(named, str) else named


def whole(engine: Engine, run: Run) -> Any:
    """The output of a run, its blobs loaded."""
    depot = Warehouse(engine.dsn)
    marks = read_marks(json.loads(run.output_blobs or "[]"))
    value = loaded(put_in_place(json.loads(run.output or "null"), marks, depot.at))
    depot.close()
    return value
