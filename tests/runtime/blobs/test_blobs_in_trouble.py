"""Kills, missing and flipped bytes, full disks, pruned runs: clear errors, nothing lost or collected too early."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from flowc import Blob, Context, Handlers, Worker, start
from flowc.db import queries
from flowc.db.rows import Reply
from flowc.runtime.blobs.trouble import BlobMissing
from flowc.runtime.blobs.warehouse import Warehouse
from flowc.runtime.outcome import Completed
from flowc.runtime.settling import Result, array_of, result_of, settle_apart
from tests.conftest import Clock
from tests.runtime.conftest import Engine

FLOW = "flow: f\nsteps: {make: {retry: {max_attempts: 2, base_delay: 1s, jitter: 0}}, look: {depends_on: [make]}}"
LARGE = "x" * 100_000
LEASE = timedelta(seconds=30)


def handlers_of(**functions: Callable[..., Any]) -> Handlers:
    handlers = Handlers()
    for name, function in functions.items():
        handlers.register(function, name=name)
    return handlers


def length(make: str) -> int:
    return len(make)


def blobs(engine: Engine) -> dict[int, int]:
    """How many runs refer to each blob, by its size."""
    return {blob.size: blob.runs for blob in queries.blobs(engine.conn)}


KILLED = """
import os, signal, sys
from flowc import Context, Handlers, Worker
from flowc.runtime.blobs.trouble import BlobMissing
from flowc.runtime.blobs.warehouse import Warehouse

handlers = Handlers()

@handlers.register
def make(ctx: Context) -> str:
    return "x" * (100_000 + ctx.attempt)

put = Warehouse.put

def put_and_die(self, data, media_type):
    put(self, data, media_type)
    os.kill(os.getpid(), signal.SIGKILL)

Warehouse.put = put_and_die
Worker(sys.argv[1], handlers, drain=True).run()
"""


def test_a_worker_killed_between_blob_and_commit_loses_nothing(engine: Engine, clock: Clock) -> None:
    clock.set("2030-01-01 00:00Z")
    engine.deploy(FLOW)
    run_id = engine.start("f")
    killed = subprocess.run([sys.executable, "-c", KILLED, engine.dsn], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert blobs(engine) == {100_003: 0}

    clock.advance("1 minute")
    assert queries.expire_leases(engine.conn, 0) == 1
    clock.advance("1 minute")

    def make(ctx: Context) -> str:
        return "x" * (100_000 + ctx.attempt)

    engine.work(handlers_of(make=make, look=length))
    assert engine.output(run_id) == {"look": 100_002}
    assert blobs(engine) == {100_003: 0, 100_004: 1}

    clock.advance("2 days")
    depot = Warehouse(engine.dsn)
    assert depot.collect() == (1, 100_003)
    depot.close()
    assert blobs(engine) == {100_004: 1}


def test_blobs_go_with_the_last_run_that_refers_to_them(engine: Engine, clock: Clock, store: str) -> None:
    clock.set("2030-01-01 00:00Z")
    engine.deploy(FLOW)
    handlers = handlers_of(make=lambda: LARGE, look=lambda make: None)
    depot = Warehouse(engine.dsn, store)
    engine.start("f")
    engine.work(handlers, blobs=store)
    clock.advance("10 days")
    engine.start("f")
    engine.work(handlers, blobs=store)
    assert blobs(engine) == {100_002: 2}
    clock.advance("1 day")
    assert queries.prune(engine.conn) == 0
    clock.advance("20 days")
    assert (queries.prune(engine.conn), depot.collect(), blobs(engine)) == (1, (0, 0), {100_002: 1})
    clock.advance("20 days")
    assert (queries.prune(engine.conn), depot.collect(), blobs(engine)) == (1, (1, 100_002), {})
    assert queries.invariants(engine.conn) == []
    depot.close()


@pytest.mark.parametrize("damage", ["delete from flowc._blob_chunks", "delete from flowc._blobs"])
def test_a_blob_that_is_gone_fails_its_reader_until_it_is_back(engine: Engine, clock: Clock, damage: str) -> None:
    clock.set("2030-01-01 00:00Z")
    engine.deploy("flow: f\nsteps: {make: , look: {depends_on: [make], retry: {max_attempts: 1}}}")
    run_id = engine.start("f")
    handlers = handlers_of(look=length)
    engine.work(handlers_of(make=lambda: LARGE))
    engine.conn.execute("create table public.kept as select * from flowc._blobs")
    engine.conn.execute("create table public.kept_chunks as select * from flowc._blob_chunks")
    engine.conn.execute(damage)  # type: ignore[call-overload]
    engine.work(handlers)
    error = engine.error(run_id)
    assert error["class"] in {"BlobMissing", "BlobCorrupt"}
    assert "blob " in error["message"]

    engine.conn.execute("delete from flowc._blobs; delete from flowc._blob_chunks")
    engine.conn.execute("insert into flowc._blobs select * from public.kept")
    engine.conn.execute("insert into flowc._blob_chunks select * from public.kept_chunks")
    assert queries.retry_run(engine.conn, run_id) == "started"
    engine.work(handlers)
    assert engine.output(run_id) == {"look": 100_000}


def test_flipped_bytes_fail_the_reader_and_are_said_to_be(engine: Engine, tmp_path: Path) -> None:
    engine.deploy("flow: f\nsteps: {make: , look: {depends_on: [make], retry: {max_attempts: 1}}}")
    run_id = engine.start("f")
    engine.work(handlers_of(make=lambda: LARGE), blobs=f"folder:{tmp_path}")
    [file] = [file for file in tmp_path.rglob("*") if file.is_file()]
    file.write_bytes(b"y" + file.read_bytes()[1:])
    engine.work(handlers_of(look=lambda make: None), blobs=f"folder:{tmp_path}")
    error = engine.error(run_id)
    assert (error["class"], error["message"]) == (
        "BlobCorrupt",
        f"blob {file.name} is corrupt: its bytes have another SHA-256; restore it from a backup, or retry the step",
    )


def test_a_full_disk_fails_the_attempt_and_the_next_finds_room(engine: Engine, clock: Clock, tmp_path: Path) -> None:
    clock.set("2030-01-01 00:00Z")
    engine.deploy(FLOW)
    run_id = engine.start("f")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        _one_attempt(engine, handlers_of(make=lambda: LARGE), f"folder:{tmp_path}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    [failed] = queries.task_errors(engine.conn, run_id)
    assert failed.class_ == "BlobNotStored"
    assert "a blob of 100,002 bytes cannot be stored in" in str(failed.message)
    assert "File too large; make room there" in str(failed.message)
    clock.advance("1 minute")
    engine.work(handlers_of(make=lambda: LARGE, look=length), blobs=f"folder:{tmp_path}")
    assert engine.output(run_id) == {"look": 100_000}


def _one_attempt(engine: Engine, handlers: Handlers, store: str) -> None:
    """Work until an attempt has failed: the next one waits for a clock that stands still."""
    worker: Worker

    def stop(event: Any) -> None:
        if event.kind == "failed":
            worker.stop()

    worker = Worker(engine.dsn, handlers, blobs=store, on_event=stop)
    worker.run()


def test_a_result_whose_blob_is_gone_is_not_counted_and_tried_again(engine: Engine, clock: Clock) -> None:
    clock.set("2030-01-01 00:00Z")
    engine.deploy(FLOW)
    run_id = engine.start("f")
    [task] = queries.poll_for_tasks(engine.conn, 0, "w", ["make"], 1, LEASE)
    mark = {"path": [], "blob_id": "0" * 64, "size": 1, "media_type": "application/json"}
    result = result_of(task, Completed(b"null", json.dumps([mark]).encode()))

    def settle(some: list[Result]) -> list[Reply]:
        return queries.settle_and_poll(engine.conn, 0, array_of(some), "w", [], 0, LEASE)

    with pytest.raises(psycopg.Error, match=f"blob {'0' * 64} is not stored") as refused:
        settle([result])
    assert settle_apart([result], refused.value, settle) == []
    [failed] = queries.task_errors(engine.conn, run_id)
    assert (failed.class_, failed.terminal) == ("InvalidOutput", False)


def test_a_huge_result_is_stored_as_bytes_and_refused_as_json_in_a_sentence(engine: Engine) -> None:
    engine.deploy("flow: f\nsteps: {raw: , text: {depends_on: [raw], on_failure: skip}, size: {depends_on: [raw]}}")
    run_id = engine.start("f")
    handlers = handlers_of(raw=lambda: os.urandom(1_000_000) * 100, text=lambda: "x" * 300_000_000)

    @handlers.register
    def size(raw: Blob) -> int:
        with raw.open() as file:
            return file.seek(0, os.SEEK_END)

    engine.work(handlers, concurrency=1)
    assert engine.output(run_id) == {"size": 100_000_000, "text": None}
    [failed] = queries.task_errors(engine.conn, run_id)
    assert failed.message == (
        "the result cannot be stored: `$` is 300,000,002 bytes of JSON; 67,108,864 is the most that is kept"
    )


def test_a_blob_that_says_it_is_json_and_is_none_is_refused_where_it_is_made(engine: Engine) -> None:
    engine.deploy("flow: f\ndefaults: {on_failure: skip}\nsteps: {cut: , nan: , good: }")
    run_id = engine.start("f")
    handlers = handlers_of(
        cut=lambda: {"a": [Blob(b'{"b": ', "application/json")]},
        nan=lambda: Blob(b'{"b": NaN}', "application/json"),
        good=lambda: Blob(b'{"b": 1}', "application/json"),
    )
    engine.work(handlers)
    [cut, nan] = sorted(queries.task_errors(engine.conn, run_id), key=lambda error: error.step_slug)
    assert {(error.class_, error.terminal) for error in (cut, nan)} == {("InvalidOutput", True)}
    assert "the blob at `$.a[0]` says that it is application/json, and cannot be read as that: " in str(cut.message)
    assert "`$.b` is NaN; JSON has no such number" in str(nan.message)


@pytest.mark.parametrize("media_type", ["", "a\0b", "a\nb", "ä/b", "x" * 256, 5, None])
def test_a_media_type_is_a_short_text(media_type: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="a Blob's media type is a text like `image/png`"):
        Blob(b"", media_type)


@pytest.mark.parametrize("blob_id", [5, None, b"", "", "0", "Z" * 64, "0" * 65])
def test_what_is_no_blobs_id_is_asked_of_nobody(blob_id: Any) -> None:
    with pytest.raises(BlobMissing, match="that is no blob's id"):
        Context(run_id="r", flow="f", step="s").get_blob(blob_id)


def test_a_secret_in_bytes_is_never_stored(engine: Engine) -> None:
    engine.deploy("flow: f\nsecrets: [TOKEN]\nsteps: {leak: {retry: {max_attempts: 1}}}")
    run_id = engine.start("f")
    handlers = handlers_of(leak=lambda ctx: b"\xff" + ctx.secrets["TOKEN"].reveal().encode() + b"\xff")
    engine.work(handlers, secrets={"TOKEN": "a-very-secret-value"})
    assert engine.error(run_id)["class"] == "SecretInOutput"
    assert queries.blobs(engine.conn) == []


def test_a_large_input_is_a_blob_and_the_handlers_and_the_engine_see_its_value(engine: Engine) -> None:
    engine.deploy("""
        flow: f
        input: {type: object, properties: {n: {type: integer, default: 3}}, additionalProperties: true}
        steps:
          whole:
          three: {run_if: {input: {n: 3}}, with: {text: $input.text}}
          each: {map: $input.items, handler: item}
        returns: {whole: $whole, three: $three, each: $each, n: $input.n, input: $input}
    """)
    value = {"text": LARGE, "items": [1, 2]}
    run_id = start(engine.conn, "f", value)
    row = engine.conn.execute("select input from flowc.runs").fetchone()
    assert row == ({"n": 3, "items": [1, 2]},)

    def whole(input: Blob) -> int:  # noqa: A002
        return len(input.json()["text"])

    engine.work(handlers_of(whole=whole, three=lambda text: len(str(text)), item=lambda item: item))
    output = engine.output(run_id)
    assert output["input"] == {"n": 3, "items": [1, 2]}
    del output["input"]
    assert output == {"whole": 100_000, "three": 100_000, "each": [1, 2], "n": 3}
    run = queries.run(engine.conn, run_id)
    assert run is not None
    [mark] = json.loads(run.output_blobs or "[]")
    assert (mark["path"], mark["media_type"]) == (["input"], "application/json")
    assert queries.invariants(engine.conn) == []
