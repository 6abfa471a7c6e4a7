"""What the engine is measured with: three flows, and handlers that do nothing but return 200 bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.runtime.handlers import Handlers

OUTPUT = {"step": "s", "ok": True, "n": 12345, "pad": "x" * 150}  # about 200 bytes of JSON


def _task(**keys: Any) -> dict[str, Any]:
    return {"kind": "task", **keys}


WORKS: dict[str, dict[str, Any]] = {
    "chain3": {
        "first": _task(),
        "second": _task(depends_on=["first"]),
        "third": _task(depends_on=["second"]),
    },
    "diamond": {
        "website": _task(),
        **{name: _task(depends_on=["website"]) for name in ("sentiment", "summary", "tags")},
        "save": _task(depends_on=["sentiment", "summary", "tags"]),
    },
    "map100": {
        "list": _task(),
        "each": {"kind": "map", "map": "$list", "depends_on": ["list"], "with": {"item": "$item"}},
        "collect": _task(depends_on=["each"], **{"with": {}}),
    },
}


def registry(wide: int = 100) -> Handlers:
    """Handlers of all the works; a map gets a list of so many numbers."""
    handlers = Handlers()
    for steps in WORKS.values():
        for slug in steps:
            handlers.register(slug)(_handler(slug, wide))
    return handlers


def _handler(slug: str, wide: int) -> Callable[..., Any]:
    def work() -> dict[str, Any]:
        return OUTPUT

    def listing() -> list[int]:
        return list(range(wide))

    def element(item: int) -> dict[str, Any]:
        return OUTPUT

    return {"list": listing, "each": element}.get(slug, work)


def deploy(conn: psycopg.Connection) -> None:
    """Deploy all of them."""
    for name, steps in WORKS.items():
        conn.execute(emit([define({"flow": name, "steps": steps})], plain=True).encode())


def start(conn: psycopg.Connection, flow: str, runs: int, batch: int = 100) -> None:
    """Start so many runs, a batch at a time."""
    for begin in range(0, runs, batch):
        n = min(batch, runs - begin)
        conn.execute("select count(*) from flowc.start_flows(%s, array_fill('{}'::jsonb, array[%s]))", [flow, n])


def row(conn: psycopg.Connection, query: str, *values: Any) -> Any:
    """The one row of a query."""
    found = conn.execute(query.encode(), values).fetchone()
    assert found is not None
    return found
