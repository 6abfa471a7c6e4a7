"""The handlers of the mixed flow: each start leaves a line in the ledger, some fail, all take a tenth of a lease."""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random
from typing import Any

from flowc import Handlers, Permanent
from flowc.runtime.context import Context
from tests.chaos.ledger import Ledger

LEASE_SECONDS = 1.0
# With these the tests of the lost acknowledgements, which have no time to lose, run the flow, too.
SECONDS, LEDGER, WORKER = "FLOWC_CHAOS_SECONDS", "FLOWC_CHAOS_LEDGER", "FLOWC_CHAOS_WORKER"

handlers = Handlers()


def perform(ctx: Context) -> None:
    """Leave a line, work a while, and now and then fail, at random but alike for the same attempt."""
    if LEDGER in os.environ:
        Ledger(Path(os.environ[LEDGER])).write(ctx, os.environ[WORKER])
    chance = Random(f"{ctx.run_id} {ctx.step} {ctx.task_index} {ctx.attempt}")
    time.sleep(float(os.environ.get(SECONDS, "0")) * chance.uniform(0.5, 1.5))
    if LEDGER in os.environ and chance.random() < 0.05:
        raise ConnectionError("the weather is bad")


@handlers.register
def begin(input: dict[str, Any], ctx: Context) -> dict[str, Any]:  # noqa: A002 - the flow's word
    perform(ctx)
    return {"n": input["n"], "parts": list(range(input["n"] % 5))}


@handlers.register
def part(item: int, ctx: Context) -> int:
    perform(ctx)
    if item == 3:
        raise Permanent("three is no number")
    return item * item


@handlers.register
def parity(begin: dict[str, Any], ctx: Context) -> dict[str, Any]:
    perform(ctx)
    return {"even": begin["n"] % 2 == 0}


@handlers.register
def soft(begin: dict[str, Any], ctx: Context) -> str:
    perform(ctx)
    if begin["n"] % 3 == 0:
        raise Permanent("no multiples of three")
    return "soft"


@handlers.register
def even(ctx: Context) -> str:
    perform(ctx)
    return "even"


@handlers.register
def even_too(even: str, ctx: Context) -> str:
    perform(ctx)
    return even + " too"


@handlers.register
def odd(ctx: Context) -> str:
    perform(ctx)
    return "odd"


@handlers.register
def fatal(input: dict[str, Any], ctx: Context) -> None:  # noqa: A002 - the flow's word
    perform(ctx)
    if input["n"] % 11 == 10:
        raise Permanent("eleven is too many")


@handlers.register
def after(ctx: Context) -> str:
    perform(ctx)
    return "not odd"


@handlers.register
def after_any(ctx: Context) -> str:
    perform(ctx)
    return "after one"


@handlers.register
def last(after: str | None, after_any: str | None, even_too: str | None, odd: str | None, ctx: Context) -> str:
    perform(ctx)
    return f"{after}, {after_any}, {even_too}, {odd}"
