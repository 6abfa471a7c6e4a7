"""The engines side by side for half a minute, always the same way: the fast test that most wrongs do not survive."""

from __future__ import annotations

import itertools

import psycopg
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sql.pair import START
from tests.sql.test_interpreter_agrees import SETTINGS, Engines


def test_the_engines_agree(db: psycopg.Connection) -> None:
    machine = type("Engines", (Engines,), {"conn": db, "numbers": itertools.count(), "clock": [START]})
    chosen = settings(SETTINGS, max_examples=80, database=None, derandomize=True, phases=[Phase.generate])
    run_state_machine_as_test(machine, settings=chosen)  # type: ignore[no-untyped-call]
