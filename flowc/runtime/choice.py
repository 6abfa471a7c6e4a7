"""Which executor a worker has its handlers called by, from the word that names it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor as Engine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flowc.errors import FlowcError, UsageError
from flowc.runtime.blobs.warehouse import Warehouse
from flowc.runtime.child import Hello
from flowc.runtime.elsewhere import Keeping, Order
from flowc.runtime.encode import encode
from flowc.runtime.executors import Executor, IsLost, MakeExecutor, Report
from flowc.runtime.guard import Guard
from flowc.runtime.leases import Lease
from flowc.runtime.logs import chosen
from flowc.runtime.pool import Pool, factory_of
from flowc.runtime.processes import ProcessCrew
from flowc.runtime.sources import Sources

THREAD: Final = "thread"
PROCESS: Final = "process"

# ``thread``, ``process``, ``module:factory``, or the factory itself.
Choice = str | Callable[[], Engine]


@dataclass(frozen=True, slots=True)
class Setting:
    """What executors that work in other processes need to know.

    Attributes:
        size: how many tasks at once.
        target: the handlers, as ``module:attribute``; None where only this process has them.
        secrets: values by name.
        guard: the worker's.
        definition_of: the definition of a flow that a leased task is of.
        ahead: by how much the database's clock is ahead of ours.
        on_trouble: told when the executor is gone for good.
        blobs: where blobs are.
    """

    size: int
    target: str | None
    secrets: Mapping[str, str]
    guard: Guard
    definition_of: Callable[[str], Mapping[str, Any]]
    ahead: Callable[[], timedelta]
    on_trouble: Callable[[FlowcError], None]
    blobs: Warehouse | None = None


def maker_of(choice: Choice, setting: Setting) -> MakeExecutor | None:
    """What makes the executor; None for this process's own threads and event loop.

    Raises:
        UsageError: there is no such executor, or it needs to know what the worker was not told.
        HandlersError: a module cannot be imported.
    """
    if choice == THREAD:
        return None
    if isinstance(choice, str) and choice != PROCESS and ":" not in choice:
        raise UsageError(f"there is no executor `{choice}`", help="thread, process, or module:factory")
    if setting.target is None:
        raise UsageError(
            "handlers in other processes must be found there", help="give the worker their `module:attribute`"
        )
    if choice == PROCESS:
        return _Processes(setting, setting.target)
    if not isinstance(setting.secrets, Sources):
        raise UsageError(
            "secrets of an executor's processes are found there", help="give the worker what `open_sources` returns"
        )
    factory = factory_of(choice) if isinstance(choice, str) else choice
    return _Pools(setting, setting.target, factory, setting.secrets.specs)


class _Orders:
    """Makes orders; a flow's definition is written once."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._written: dict[str, bytes] = {}

    def __call__(self, lease: Lease) -> Order:
        flow = lease.task.flow_slug
        if flow not in self._written:
            self._written[flow] = encode(self._setting.definition_of(flow))
        return Order(lease.task, self._written[flow], self._setting.ahead())


@dataclass(frozen=True, slots=True)
class _Processes:
    setting: Setting
    target: str

    def __call__(self, is_lost: IsLost, report: Report) -> Executor:
        return ProcessCrew(
            self.setting.size,
            order=_Orders(self.setting),
            is_lost=is_lost,
            report=report,
            hello=lambda: Hello(list(sys.path), self.target, chosen(), self.setting.blobs),
            guard=self.setting.guard,
        )


@dataclass(frozen=True, slots=True)
class _Pools:
    setting: Setting
    target: str
    factory: Callable[[], Engine]
    sources: tuple[str, ...]

    def __call__(self, is_lost: IsLost, report: Report) -> Executor:
        blobs = self.setting.blobs
        return Pool(
            self.setting.size,
            self.factory,
            order=_Orders(self.setting),
            target=self.target,
            sources=self.sources,
            keeping=None if blobs is None else Keeping(blobs.store, blobs.inline_limit),
            is_lost=is_lost,
            report=report,
            on_trouble=self.setting.on_trouble,
            guard=self.setting.guard,
        )
