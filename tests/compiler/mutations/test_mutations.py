"""Each way to break a right flow is reported where it was broken; more by ``python -m tests.compiler.mutations``."""

from __future__ import annotations

import pytest

from tests.compiler.mutations.mutation import Operator
from tests.compiler.mutations.play import OPERATORS, play

SEED = 5
FLOWS = 12


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_what_is_broken_is_reported_at_its_place(operator: Operator) -> None:
    played = list(play(operator, SEED, FLOWS))
    assert len(played) >= 2
    for one in played:
        assert one.caught, one.shown()
