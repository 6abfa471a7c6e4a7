"""How many tasks to ask for: enough that nobody waits for the database, so few that no task waits for a thread."""

from __future__ import annotations

# Tasks are fetched ahead for so much work; the wait that a slow handler can cause for those behind it.
_AHEAD_SECONDS = 0.02
_MEMORY = 0.9


class Intake:
    """The number of tasks that this worker holds at most: one a slot, and what is likely done in a moment.

    Starts small: nothing is fetched ahead before a handler showed how quick it is.

    Args:
        slots: how many tasks are performed at once.
        batch: the most tasks of one poll.
    """

    def __init__(self, slots: int, batch: int) -> None:
        self._slots = slots
        self._batch = batch
        self._seconds: float | None = None

    def learn(self, seconds: float) -> None:
        """A task took so long."""
        before = self._seconds
        self._seconds = seconds if before is None else seconds + (before - seconds) * _MEMORY

    def learn_at_least(self, seconds: float) -> None:
        """A task has been running for so long, and is not done yet."""
        if self._seconds is None or self._seconds < seconds:
            self._seconds = seconds

    @property
    def most(self) -> int:
        """The most tasks to hold."""
        if self._seconds is None:
            return self._slots
        ahead = self._slots * _AHEAD_SECONDS / max(self._seconds, 1e-6)
        return self._slots + min(int(ahead), 2 * self._batch)

    @property
    def worthwhile(self) -> int:
        """So many results, or free places, are worth a round trip of their own."""
        return max(1, min(self.most, self._batch) // 2)

    def room(self, held: int) -> int:
        """How many tasks to ask for, of ``held`` at present."""
        return max(0, min(self.most - held, self._batch))
