"""The interpreter's containment is PostgreSQL's own, asked for thousands of pairs."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from flowc.db.connect import connect
from flowc.simulate.containment import contains
from tests.simulate.test_containment import DOES_NOT_HOLD, HOLDS

SCALARS = (None, True, False, 0, 1, 1.0, -0.0, 2, "", "a", "b", 1e2, 100, 0.1, 1e23, 10**23, 2**53 + 1, float(2**53))


def random_value(rng: Random, depth: int = 0) -> Any:
    kind = rng.random()
    if depth > 3 or kind < 0.45:
        return rng.choice(SCALARS)
    if kind < 0.75:
        return [random_value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return {rng.choice("abc"): random_value(rng, depth + 1) for _ in range(rng.randint(0, 3))}


def part_of(rng: Random, value: Any) -> Any:
    """A pattern that the value mostly holds."""
    if isinstance(value, list) and value:
        return rng.choice(value) if rng.random() < 0.1 else [part_of(rng, rng.choice(value)) for _ in range(2)]
    if isinstance(value, dict):
        return {key: part_of(rng, item) for key, item in value.items() if rng.random() < 0.7}
    return value if rng.random() < 0.9 else random_value(rng, 3)


@pytest.mark.each_postgres
def test_postgres_agrees(empty_dsn: str) -> None:
    rng = Random(1)
    pairs = [*HOLDS, *DOES_NOT_HOLD]
    for _ in range(5_000):
        value = random_value(rng)
        pairs.append((value, part_of(rng, value) if rng.random() < 0.8 else random_value(rng)))
    texts = [[json.dumps(pair[side]) for pair in pairs] for side in (0, 1)]
    with connect(empty_dsn) as conn:
        asked = conn.execute(
            "select value::jsonb @> pattern::jsonb from unnest(%s::text[], %s::text[]) with ordinality"
            " as pairs (value, pattern, number) order by number",
            texts,
        )
        answers = [answer for (answer,) in asked.fetchall()]

    assert [pair for pair, answer in zip(pairs, answers, strict=True) if contains(*pair) != answer] == []
    assert 1_000 < answers.count(True) < 4_500
