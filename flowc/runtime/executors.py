"""What a worker asks of whatever calls its handlers: threads, an event loop, processes, an executor of the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from flowc.runtime.leases import Lease
from flowc.runtime.outcome import Outcome

# Whether a task is not ours any more when its turn comes.
IsLost = Callable[[Lease], bool]
# Told once for each performed lease, from any thread: the outcome, and how many seconds it took.
Report = Callable[[Lease, Outcome, float], None]


class Executor(Protocol):
    """Performs leased tasks, a bounded number at a time, and reports each."""

    @property
    def slots(self) -> int:
        """How many tasks it performs at once."""

    def submit(self, leases: Iterable[Lease]) -> None:
        """Perform these as soon as there is a free slot, in this order."""

    def waiting(self) -> int:
        """How many tasks wait for a slot."""

    def running(self) -> list[Lease]:
        """The tasks whose handlers are at work, those past their time included."""

    def nudge(self) -> None:
        """Called every few milliseconds while tasks are held: put those that wait behind a blocked one elsewhere."""

    def take_back(self) -> list[Lease]:
        """All tasks that wait; they will not be performed."""

    def give_up(self, lease: Lease) -> bool:
        """Stop a task whose time is over; False if it cannot be stopped and keeps its slot."""

    def cancel(self, lease: Lease) -> None:
        """A task is not ours any more, e.g. because its run was cancelled: stop its handler, where that is possible."""

    def close(self) -> None:
        """Start nothing more; do not wait for what runs."""


# Makes the executor of a workshop.
MakeExecutor = Callable[[IsLost, Report], Executor]
