"""Log lines for people and for machines tell of the task and never of a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from flowc import Context
from flowc.runtime import logs
from flowc.runtime.guard import Guard
from flowc.runtime.logs import FORMATS, JSONLines, Logging, log_to
from flowc.runtime.secrets import Secrets

VALUE = "correct-horse"


@pytest.fixture
def guard() -> Guard:
    known = Guard()
    known.learn("TOKEN", VALUE)
    return known


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where the log goes; afterwards logging is as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    monkeypatch.setattr(logs, "_chosen", [])
    yield io.StringIO()
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
    root.setLevel(level)


def context(guard: Guard, task_index: int | None = None) -> Context:
    secrets = Secrets("pages", ["TOKEN"], {"TOKEN": VALUE}, guard)
    return Context(run_id="r1", flow="pages", step="fetch", task_index=task_index, attempt=2, secrets=secrets)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_lines_have_the_task_the_worker_and_what_the_handler_added(guard: Guard, stream: io.StringIO) -> None:
    log_to(stream, guard, Logging("json", "info", "w1"))
    context(guard).log.info("got %d", 5, extra={"size": 7, "key": {1: object}})
    [line] = lines(stream)

    assert line.pop("time").endswith("+00:00")
    assert line.pop("key") == {"1": repr(object)}
    assert line == {
        "level": "info",
        "logger": "flowc.handler",
        "message": "got 5",
        "worker": "w1",
        "run_id": "r1",
        "flow": "pages",
        "step": "fetch",
        "task_index": None,
        "attempt": 2,
        "size": 7,
    }


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_logger_of_the_process_tells_a_secret(guard: Guard, stream: io.StringIO, form: str) -> None:
    log_to(stream, guard, Logging(form, "debug"))
    http = logging.getLogger("http.client")
    http.debug("Authorization: %s", VALUE)
    http.warning("see", extra={"headers": [VALUE.encode().hex()]})
    try:
        raise OSError(VALUE)
    except OSError:
        http.exception("lost", stack_info=True)
    context(guard).log.error(f"with {VALUE}")
    text = stream.getvalue()

    assert "Authorization: ***" in text
    assert "OSError: ***" in text
    assert VALUE not in text
    assert VALUE.encode().hex() not in text


def test_the_record_of_another_logger_stays_as_it_is_for_other_handlers(guard: Guard, stream: io.StringIO) -> None:
    log_to(stream, guard, Logging())
    seen: list[str] = []
    logger = logging.getLogger("flowc.test.logs")
    other = logging.Handler()
    other.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(other)
    logger.warning("a %s", VALUE)
    assert (seen, "a ***" in stream.getvalue()) == ([f"a {VALUE}"], True)


def test_console_lines_name_the_task_that_wrote_them(guard: Guard, stream: io.StringIO) -> None:
    log_to(stream, guard, Logging())
    context(guard, task_index=3).log.info("hello")
    logging.getLogger("other").info("plain")
    first, second = stream.getvalue().splitlines()
    assert first.endswith(" INFO flowc.handler: hello (pages.fetch[3] of run r1, attempt 2)")
    assert second.endswith(" INFO other: plain")


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_that_is_logged_speaks_to_a_terminal(guard: Guard, stream: io.StringIO, form: str) -> None:
    log_to(stream, guard, Logging(form))
    try:
        raise ValueError("\x1b]0;title\x07 \x9b31m \u202e")
    except ValueError as error:
        logging.getLogger("flowc.worker").exception("failed: %s", error)
    text = stream.getvalue()
    assert not set(text) & set("\x1b\x07\x9b\u202e")
    assert "failed: \\u001b]0;title\\u0007 \\u009b31m \\u202e" in text


def test_what_json_cannot_hold_is_written_as_text() -> None:
    ring: list[Any] = []
    ring.append(ring)
    record = logging.makeLogRecord({"msg": "half \ud800", "ring": ring})
    line = json.loads(JSONLines("w1").format(record))
    assert (line["message"], line["ring"]) == ("half \\ud800", "[[...]]")


def test_a_level_leaves_out_what_is_below_it(guard: Guard, stream: io.StringIO) -> None:
    log_to(stream, guard, Logging(level="warning"))
    logging.getLogger("flowc.worker").info("low")
    logging.getLogger("flowc.worker").warning("high")
    assert [line.split(": ")[1] for line in stream.getvalue().splitlines()] == ["high"]
