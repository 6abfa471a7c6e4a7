"""Performing a task in another process than the worker's: what is sent there, and what is done with it there."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flowc.db.rows import Task
from flowc.errors import UsageError
from flowc.runtime.blobs.depot import Depot
from flowc.runtime.blobs.warehouse import Warehouse
from flowc.runtime.encode import decode
from flowc.runtime.guard import Guard
from flowc.runtime.handlers import Handlers, load
from flowc.runtime.outcome import Outcome
from flowc.runtime.perform import perform
from flowc.runtime.plan import Plans
from flowc.runtime.sources import Sources, open_sources
from flowc.runtime.transactions import Transactions

_URL = "FLOWC_DATABASE_URL"


class Keeping(NamedTuple):
    """Where new blobs go, as ``Warehouse`` takes it, and the bytes of JSON up to which a value stays in its row."""

    store: str
    inline_limit: int


class Order(NamedTuple):
    """A task for another process.

    Attributes:
        task: the leased task.
        definition: its flow's, as JSON.
        ahead: by how much the database's clock is ahead of this machine's.
    """

    task: Task
    definition: bytes
    ahead: timedelta


class Bench:
    """Performs orders in this process.

    Args:
        handlers: the registry.
        values: secrets by name.
        guard: looks for them in what the handlers return and raise.
        blobs: where blobs are; without, every value stays in its row.
    """

    def __init__(self, handlers: Handlers, values: Mapping[str, str], guard: Guard, blobs: Depot | None = None) -> None:
        self._blobs = blobs
        self._definitions: dict[str, Mapping[str, Any]] = {}
        url = os.environ.get(_URL) or values.get(_URL)
        transactions = Transactions(url, f"process {os.getpid()}") if url else None
        self._plans = Plans(handlers, values, self._definitions.get, guard, transactions)

    def perform(self, order: Order) -> Outcome:
        """Call the handlers of a task's step; never raises for what they do.

        Raises:
            KeyError: there is no such handler here.
            UsageError: it needs blobs, and there is no way to them.
        """
        task = order.task
        if task.blobs is not None and self._blobs is None:
            raise UsageError(f"the task brings blobs, and {_URL} is not set where it is performed")
        if task.flow_slug not in self._definitions:
            self._definitions[task.flow_slug] = decode(order.definition)
        plan = self._plans.of(task.flow_slug, task.step_slug)
        return perform(task, plan, now=lambda: datetime.now(UTC) + order.ahead, blobs=self._blobs)


def perform_elsewhere(target: str, sources: tuple[str, ...], keeping: Keeping | None, order: Order) -> Outcome:
    """Perform an order where an executor of the user's has it called: it loads handlers and secrets there, once.

    No secret travels: each process opens the sources, and connects to the database for blobs, by itself.

    Args:
        target: the handlers, as ``module:attribute``.
        sources: where the secrets are, as ``open_sources`` takes them.
        keeping: how blobs are kept; None where there are none.
        order: the task.

    Raises:
        FlowcError: the handlers, the secrets or, for a task with blobs, the database's address are not found there.
        KeyError: there is no such handler.
    """
    return _bench(target, sources, keeping, order.definition).perform(order)


@functools.lru_cache(maxsize=256)
def _bench(target: str, sources: tuple[str, ...], keeping: Keeping | None, _definition: bytes) -> Bench:
    """One for each definition: workers of several databases may use one executor, and slugs are theirs."""
    return Bench(*_opened(target, sources, keeping))


@functools.lru_cache(maxsize=8)
def _opened(
    target: str, sources: tuple[str, ...], keeping: Keeping | None
) -> tuple[Handlers, Sources, Guard, Depot | None]:
    values = open_sources(sources)
    blobs = Warehouse(values[_URL], *keeping) if keeping is not None and _URL in values else None
    return load(target), values, Guard(), blobs
