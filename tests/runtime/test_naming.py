"""Each attempt says which worker it was, and which code that ran."""

from __future__ import annotations

import os
import re

import pytest

from flowc import Handlers
from flowc.db import queries
from flowc.errors import UsageError
from flowc.runtime.naming import own_name
from tests.runtime.conftest import Engine


def test_each_attempt_keeps_the_version_of_the_code(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWC_CODE_VERSION", "v1.2-4f2a9c1")
    engine.deploy("flow: one\nsteps: {good: , bad: {on_failure: skip, retry: {max_attempts: 1}}}")
    handlers = Handlers()
    handlers.register(lambda: 1, name="good")
    handlers.register(lambda: 1 / 0, name="bad")
    run = engine.start("one")
    engine.work(handlers)

    workers = {task.worker for task in queries.step_tasks(engine.conn, run)}
    workers |= {error.worker for error in queries.task_errors(engine.conn, run)}
    [name] = workers
    assert re.fullmatch(rf".+:{os.getpid()}:[0-9a-f]{{6}}@v1\.2-4f2a9c1", str(name))


@pytest.mark.parametrize("version", ["two words", "a\nb", "x" * 65, "ä"])
def test_what_is_no_version_is_refused(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("FLOWC_CODE_VERSION", version)
    with pytest.raises(UsageError, match="FLOWC_CODE_VERSION holds no version"):
        own_name()


def test_without_a_version_a_worker_has_a_name_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWC_CODE_VERSION", raising=False)
    assert re.fullmatch(r".+:\d+:[0-9a-f]{6}", own_name())
