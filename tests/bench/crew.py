"""Real workers as processes, which tell what they cost when they are stopped."""

from __future__ import annotations

import multiprocessing
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import Any, NamedTuple

from flowc.runtime.worker import Worker
from tests.bench.works import registry


class Spent(NamedTuple):
    """What a worker used since its first task: CPU seconds, how many tasks it did, its largest size in MB."""

    seconds: float
    tasks: int
    megabytes: float


@contextmanager
def at_work(url: str, workers: int, wide: int = 100) -> Iterator[list[Spent]]:
    """So many workers; what each spent is in the list after they were stopped."""
    context = multiprocessing.get_context("spawn")
    stop, told = context.Event(), context.Queue()
    processes = [context.Process(target=_work, args=(url, stop, told, wide)) for _ in range(workers)]
    for process in processes:
        process.start()
    spent: list[Spent] = []
    try:
        yield spent
    finally:
        stop.set()
        spent.extend(told.get(timeout=120) for _ in processes)
        for process in processes:
            process.join()


def _work(url: str, stop: Event, told: Any, wide: int) -> None:
    begun: list[float] = []
    count = [0]

    def tell(event: Any) -> None:
        if not begun:
            begun.append(_cpu_seconds())
        count[0] += event.kind == "completed"

    worker = Worker(url, registry(wide), batch=500, on_event=tell)

    def stop_when_told() -> None:
        stop.wait()
        worker.stop()

    threading.Thread(target=stop_when_told, daemon=True).start()
    worker.run()
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.put(Spent(_cpu_seconds() - begun[0] if begun else 0.0, max(count[0], 1), largest))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
