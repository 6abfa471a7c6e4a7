"""``flowc blob``: what a run shows of its blobs leads to their bytes, and what nobody needs is deleted."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from flowc import Blob, Handlers, Worker
from flowc.cli.references import how_to_read, with_references
from flowc.cli.words import size_of
from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from tests.cli.conftest import Flowc
from tests.conftest import Clock

PNG = b"\x89PNG\xff" * 100
LARGE = {"text": "ä" * 50_000}


def test_a_run_leads_to_its_blobs(flowc: Flowc, db: psycopg.Connection, clock: Clock, dsn: str, project: Path) -> None:
    clock.set("2030-01-01 00:00Z")
    db.execute(emit([define({"flow": "pictures", "steps": {"draw": {"kind": "task"}}})], plain=True).encode())
    (project / "in.json").write_text(json.dumps(LARGE))
    run_id = flowc("start", "pictures", "--input", "@in.json", "--db", dsn).stdout.strip()
    handlers = Handlers()
    handlers.register(lambda: Blob(PNG, "image/png"), name="draw")
    assert Worker(dsn, handlers, drain=True).run() == 0

    shown = flowc("show", run_id, "--db", dsn).stdout
    [drawn, given] = sorted(queries.blobs(db), key=lambda blob: blob.size)
    assert f"it is a blob of 100.0 kB, application/json: flowc blob get {given.blob_id[:16]}" in shown
    assert f"`draw` is a blob of 500 bytes, image/png: flowc blob get {drawn.blob_id[:16]}" in shown
    [listed] = [one for one in json.loads(flowc("blob", "ls", "--json", "--db", dsn).stdout) if one["size"] == 500]
    assert (listed["blob_id"], listed["runs"], listed["store"]) == (drawn.blob_id, 1, "table")
    assert json.loads(flowc("blob", "get", given.blob_id[:16], "--db", dsn).stdout) == LARGE
    written = flowc("blob", "get", drawn.blob_id, "--output", "cat.png", "--db", dsn)
    assert (project / "cat.png").read_bytes() == PNG
    assert written.stderr.endswith("cat.png: 500 bytes, image/png\n")

    clock.advance("60 days")
    pruned = flowc("prune", "--older-than", "30d", "--db", dsn)
    assert pruned.stderr.endswith("deleted 1 run\ndeleted 2 blobs, 100.5 kB\n")
    assert flowc("blob", "gc", "--db", dsn).stderr.endswith("deleted 0 blobs\n")


def test_what_is_no_blob_is_said_to_be_none(flowc: Flowc, db: psycopg.Connection, dsn: str) -> None:
    ids = {queries.put_blob(db, bytes([number]), "text/plain") for number in range(40)}
    [twice, *_] = [one[0] for one in sorted(ids) if sum(other[0] == one[0] for other in ids) > 1]
    said = {
        "no-id": "error: `no-id` is no blob's id\nhelp: `flowc blob ls",
        "0" * 64: f"error: there is no blob {'0' * 64}\nhelp: `flowc blob ls",
        twice: f"error: several blobs begin with {twice}\nhelp: give more of the id\n",
    }
    for given, sentence in said.items():
        refused = flowc("blob", "get", given, "--db", dsn)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert sentence in refused.stderr


def test_a_reference_stands_where_the_blob_does() -> None:
    mark = {"blob_id": "ab" * 32, "size": 70_000, "media_type": "image/png"}
    marks = json.dumps([{"path": ["a", "1"], **mark}, {"path": ["b"], **mark}, {"path": ["b", "x"], **mark}])
    shown = json.loads(with_references('{"a": [1, null], "b": null}', marks))
    assert shown == {"a": [1, mark], "b": mark}
    assert next(how_to_read(marks)) == f"`b` is a blob of 70.0 kB, image/png: flowc blob get {'ab' * 8}"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (999_950, "1.0 MB"),
        (3 * 10**9, "3.0 GB"),
    ],
)
def test_sizes_are_said_in_people_words(size: int, words: str) -> None:
    assert size_of(size) == words
