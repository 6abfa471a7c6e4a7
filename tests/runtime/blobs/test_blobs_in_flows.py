"""Large values in real runs: they go to blobs, whoever reads them gets the value, and nothing drags them along."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from flowc import Blob, Context, Handlers
from flowc.db import queries
from tests.runtime.conftest import Engine

LARGE = {"text": "ä" * 40_000, "n": 7, "tags": ["a", "b"]}
PNG = b"\x89PNG\xff" * 100


def handlers_of(**functions: Callable[..., Any]) -> Handlers:
    handlers = Handlers()
    for name, function in functions.items():
        handlers.register(function, name=name)
    return handlers


def marks_of(engine: Engine, run_id: str) -> dict[str, Any]:
    rows = engine.conn.execute("select step_slug, blobs from flowc.step_states where run_id = %s", [run_id])
    return {slug: blobs for slug, blobs in rows if blobs is not None}


def assert_sound(engine: Engine) -> None:
    assert queries.invariants(engine.conn) == []


def test_a_large_output_is_a_blob_that_the_next_handler_gets_as_its_value(engine: Engine, store: str) -> None:
    engine.deploy("flow: f\nsteps: {make: , look: {depends_on: [make]}, lazy: {depends_on: [make]}}")
    seen: list[Any] = []

    def look(make: Any) -> None:
        seen.append(make)

    async def lazy(make: Blob) -> list[Any]:
        return [make.size, make.media_type, make.json() == LARGE]

    run_id = engine.start("f")
    engine.work(handlers_of(make=lambda: LARGE, look=look, lazy=lazy), blobs=store)
    written = json.dumps(LARGE, ensure_ascii=False, separators=(",", ":")).encode()
    assert seen == [LARGE]
    assert engine.output(run_id) == {"lazy": [len(written), "application/json", True], "look": None}
    [mark] = marks_of(engine, run_id)["make"]
    assert mark == {
        "path": [],
        "blob_id": sha256(written).hexdigest(),
        "size": len(written),
        "media_type": "application/json",
    }
    [blob] = queries.blobs(engine.conn)
    assert (blob.blob_id, blob.runs, blob.store) == (mark["blob_id"], 1, store)
    assert engine.conn.execute("select max(pg_column_size(output)) < 100 from flowc._done").fetchone() == (True,)
    assert_sound(engine)


def test_the_limit_counts_bytes_of_json(engine: Engine) -> None:
    engine.deploy("flow: f\nsteps: {under: , over: , wide: }")
    run_id = engine.start("f")
    engine.work(
        handlers_of(
            under=lambda: "x" * (64 * 1024 - 2), over=lambda: "x" * (64 * 1024 - 1), wide=lambda: "ä" * (32 * 1024)
        )
    )
    assert set(marks_of(engine, run_id)) == {"over", "wide"}


def test_what_conditions_maps_and_returns_read_stays_in_the_row(engine: Engine) -> None:
    engine.deploy("""
        flow: f
        steps:
          make:
          yes: {run_if: {make: {n: 7, tags: [b]}}}
          no: {run_unless: {make: {n: 7}}}
          each: {map: $make.links, handler: item}
          part: {with: {n: $make.deep.0.n, text: $make.text}}
        returns: {n: $make.n, deep: $make.deep.0, gone: $make.no.such, each: $each, part: $part, make: $make}
    """)
    run_id = engine.start("f")
    made = {**LARGE, "links": [1, 2], "deep": [{"n": 5}, {"n": 6}]}
    engine.work(
        handlers_of(
            make=lambda: made,
            yes=lambda: 1,
            no=lambda: 1,
            item=lambda item: item * 2,
            part=lambda n, text: [n, len(text)],
        )
    )
    [mark] = marks_of(engine, run_id)["make"]
    output = engine.output(run_id)
    kept = output.pop("make")  # what the engine reads, and nothing else
    assert kept == {"n": 7, "tags": ["a", "b"], "links": [1, 2], "deep": [{"n": 5}]}
    assert output == {"n": 7, "deep": {"n": 5}, "gone": None, "each": [2, 4], "part": [5, 40_000]}
    run = queries.run(engine.conn, run_id)
    assert run is not None
    assert json.loads(run.output_blobs or "null") == [{**mark, "path": ["make"]}]
    states = dict(
        engine.conn.execute("select step_slug, status from flowc.step_states where run_id = %s", [run_id]).fetchall()
    )
    assert (states["yes"], states["no"]) == ("completed", "skipped")
    assert_sound(engine)


def length(item: Any) -> int:
    return len(item)


def test_a_map_makes_blobs_and_another_one_goes_over_them(engine: Engine, store: str) -> None:
    engine.deploy("""
        flow: f
        steps:
          draw: {map: [0, 1, 2, 3]}
          size: {map: $draw, max_parallel: 2}
          text: {map: $draw, handler: text}
          all: {depends_on: [draw]}
          first: {with: {first: $draw.1.text, tags: $draw.3}}
          pick: {map: ["$draw", "$draw.2", {x: $draw.0}]}
    """)

    def draw(item: int) -> Any:
        return [b"raw", {"text": "y" * 70_000}, "small", Blob(PNG, "image/png")][item]

    def size(item: Blob) -> list[Any]:
        return [item.size, item.media_type]

    def all_of(draw: list[Any]) -> list[str]:
        return [type(one).__name__ for one in draw]

    def first(first: str, tags: bytes) -> list[Any]:
        return [len(first), tags == PNG]

    def pick(item: Any) -> Any:
        return {list: len, dict: sorted, str: len}[type(item)](item)

    run_id = engine.start("f")
    engine.work(
        handlers_of(
            draw=draw,
            size=size,
            text=length,
            all=all_of,
            first=first,
            pick=pick,
        ),
        blobs=store,
    )
    assert engine.output(run_id) == {
        "all": ["bytes", "dict", "str", "bytes"],
        "first": [70_000, True],
        "pick": [4, 5, ["x"]],
        "size": [
            [3, "application/octet-stream"],
            [70_011, "application/json"],
            [7, "application/json"],
            [len(PNG), "image/png"],
        ],
        "text": [3, 1, 5, len(PNG)],
    }
    assert [mark["path"] for mark in marks_of(engine, run_id)["draw"]] == [["0"], ["1"], ["3"]]
    assert_sound(engine)


def test_blobs_within_values_go_from_step_to_step(engine: Engine) -> None:
    engine.deploy("""
        flow: f
        steps:
          page:
          whole: {depends_on: [page]}
          part: {with: {picture: $page.pictures.0}}
          on: {depends_on: [page]}
        returns: {first: $page.pictures.0, page: $page, on: $on, title: $page.title}
    """)

    def page() -> dict[str, Any]:
        return {"title": "Cat", "pictures": [Blob(PNG, "image/png"), b"raw"], "text": "z" * 70_000}

    def whole(page: dict[str, Any], ctx: Context) -> None:
        assert [page["pictures"], len(page["text"])] == [[PNG, b"raw"], 70_000]

    def part(picture: Blob) -> None:
        assert (picture.media_type, picture.bytes()) == ("image/png", PNG)

    def on(page: Blob) -> Any:
        return {"again": page.json()["title"]}

    run_id = engine.start("f")
    handlers = handlers_of(page=page, whole=whole, part=part, on=on)
    engine.work(handlers)
    error = engine.error(run_id)
    assert error["message"] == ("`page`: it holds blobs besides its JSON: take the value itself, or a part of it")
    on_value = handlers_of(page=page, whole=whole, part=part, on=lambda page: {"again": page["pictures"]})
    run_id = engine.start("f")
    engine.work(on_value)
    assert engine.output(run_id)["title"] == "Cat"
    run = queries.run(engine.conn, run_id)
    assert run is not None
    found = {".".join(mark["path"]): mark["media_type"] for mark in json.loads(run.output_blobs or "[]")}
    assert found == {
        "first": "image/png",
        "page": "application/json",
        "page.pictures.0": "image/png",
        "page.pictures.1": "application/octet-stream",
        "on.again.0": "application/octet-stream",
        "on.again.1": "application/octet-stream",
    }
    assert_sound(engine)
