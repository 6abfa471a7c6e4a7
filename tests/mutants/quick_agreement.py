"""The engines side by side for half a minute, always the same way: the fast test that most wrongs do not survive."""

from __future__ import annotations

import psycopg
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sql.test_interpreter_agrees import machine


def test_the_engines_agree(db: psycopg.Connection) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine(db),
        settings=settings(
            max_examples=150,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
