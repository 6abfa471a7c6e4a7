"""A worker is known as long as it works, for people and for `flowc doctor`."""

from __future__ import annotations

import psycopg
import pytest

from flowc import Handlers
from flowc.runtime import keeper
from tests.runtime.conftest import Engine

FLOW = """
flow: look
secrets: [LOOK_TOKEN]
steps:
  look: {retry: {max_attempts: 1}}
"""
SEEN = "select worker_id, alive, handlers, queues, secrets, seen_at > started_at from flowc.workers"


def test_a_worker_is_signed_in_while_it_works_and_signed_out_when_it_stops(engine: Engine) -> None:
    handlers = Handlers()
    seen = []

    @handlers.register
    def look() -> None:
        with psycopg.connect(engine.dsn) as conn:
            seen.extend(conn.execute(SEEN).fetchall())

    engine.deploy(FLOW)
    run_id = engine.start("look")
    engine.work(handlers, worker_id="w", queues=["default"], secrets={"LOOK_TOKEN": "x", "OTHER": "y"})
    assert engine.status(run_id) == "completed"
    assert seen == [("w", True, ["look"], ["default"], ["LOOK_TOKEN"], False)]
    assert engine.conn.execute(SEEN).fetchall() == []


def test_a_worker_says_again_that_it_lives(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = Handlers()

    @handlers.register
    def look() -> None:
        with psycopg.connect(engine.dsn, autocommit=True) as conn:
            while not conn.execute(SEEN + " where seen_at > started_at").fetchone():
                pass

    engine.deploy(FLOW)
    run_id = engine.start("look")
    monkeypatch.setattr(keeper, "_SIGN_SECONDS", 0.0)
    engine.work(handlers, secrets={"LOOK_TOKEN": "x"})
    assert engine.status(run_id) == "completed"
