"""The mutants are up to date: each wrong still has its one place. Killing them is for `python -m tests.mutants`."""

from __future__ import annotations

import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import ROOT, TESTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_has_one_place_and_tests_that_are_there(mutant: Mutant) -> None:
    assert mutant.matches == 1
    assert mutant.old != mutant.new
    assert all((ROOT / TESTS[word].split("::", maxsplit=1)[0]).exists() for word in mutant.tests)


def test_mutants_have_names_of_their_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
