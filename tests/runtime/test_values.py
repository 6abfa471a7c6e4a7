"""From handler to handler through the database, values stay what they are, or are refused with the place in them."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from flowc import Handlers
from flowc.db import queries
from tests.runtime.conftest import Engine
from tests.runtime.random_values import as_json, bad_value, same, value

GROUPS, EACH, BAD = 480, 100, 2_000
FLOW = """
flow: values
steps:
  give: {map: $input.groups, with: {group: $item}, retry: {max_attempts: 1}}
  take: {map: $give, with: {group: $index, values: $item}, retry: {max_attempts: 1}}
  take_all: {with: {groups: $give}, retry: {max_attempts: 1}}
  spoil: {map: $input.bad, with: {seed: $item}, retry: {max_attempts: 1}, on_failure: skip}
"""


def test_50_000_values_come_to_the_next_handler_as_they_are_or_are_refused_with_a_place(engine: Engine) -> None:
    handlers = Handlers()
    given: dict[int, list[Any]] = {}
    wrong: list[tuple[Any, Any]] = []
    taken: dict[str, int] = Counter()

    def compare(group: int, values: list[Any]) -> int:
        wrong.extend((one, other) for one, other in zip(given[group], values, strict=True) if not same(one, other))
        return len(values)

    @handlers.register
    def give(group: int) -> Any:
        rng = random.Random(group)
        values = [value(rng, tame=group % 2 == 0) for _ in range(EACH)]
        given[group] = as_json(values)
        return values

    @handlers.register
    def take(group: int, values: list[Any]) -> None:
        taken["element"] += compare(group, values)

    @handlers.register
    def take_all(groups: list[list[Any]]) -> None:
        taken["whole"] += sum(compare(group, values) for group, values in enumerate(groups))

    @handlers.register
    def spoil(seed: int) -> Any:
        return bad_value(random.Random(seed))

    engine.deploy(FLOW)
    run_id = engine.start("values", {"groups": list(range(GROUPS)), "bad": list(range(BAD))})
    engine.work(handlers, concurrency=1)
    assert engine.status(run_id) == "completed", queries.run(engine.conn, run_id)
    assert wrong == []
    assert taken == {"element": GROUPS * EACH, "whole": GROUPS * EACH}
    refused = queries.task_errors(engine.conn, run_id)
    assert len(refused) == BAD
    assert [one for one in refused if one.class_ != "InvalidOutput" or "stored: `$" not in (one.message or "")] == []
