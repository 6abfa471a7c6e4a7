"""Stretches around and inside others, held against looking at each of them."""

from __future__ import annotations

from random import Random

import pytest

from flowc.compiler.stretches import Stretches


@pytest.mark.parametrize("seed", range(50))
def test_it_says_what_a_look_at_each_says(seed: int) -> None:
    rng = Random(seed)

    def stretch() -> tuple[int, int]:
        start = rng.randrange(30)
        return start, start + rng.randrange(12)

    stretches = [stretch() for _ in range(rng.randrange(12))]
    known = Stretches(stretches)
    for _ in range(60):
        start, end = stretch()
        assert known.any_around(start, end) == any(first <= start and end <= last for first, last in stretches)
        assert known.any_inside(start, end) == any(start <= first and last <= end for first, last in stretches)
