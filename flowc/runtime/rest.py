"""When a worker looks for tasks again after it found none: soon at first, then seldom, since it is called anyway."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

# Seconds until the next look. With wake-ups the early ones are for what came in the very moment of falling asleep.
_CALLED = (0.1, 1.0, 5.0, 45.0)
_UNCALLED = (0.05, 0.1, 0.2, 0.4, 0.8)
_BUSY_SECONDS = 0.05
# How long the engine is told to wake us, and how early that is renewed.
REGISTERED_SECONDS = 120.0
_RENEWED_SECONDS = 50.0


class Rest:
    """Plans the next look.

    Attributes:
        look_at: when to poll, on the clock's scale; the past is now.
        register: whether to tell the engine first that we sleep: who looks after that misses no wake-up.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looks = 0
        self._registered_until = 0.0
        self._dozed = False
        self.look_at = 0.0
        self.register = False

    @property
    def is_registered(self) -> bool:
        """Whether the engine would still wake us."""
        return self._clock() < self._registered_until

    def registered(self) -> None:
        """The engine knows that we sleep."""
        self.register = False
        self._registered_until = self._clock() + REGISTERED_SECONDS

    def called(self) -> None:
        """The engine woke us, and forgot us by that."""
        self._registered_until = 0.0
        self.found()
        self.look_at = self._clock()

    def found(self) -> None:
        """There were tasks."""
        self._looks = 0
        self._dozed = False

    def nothing_more(self, *, busy: bool, hears: bool) -> bool:
        """A look found less than was asked for; plans the next one.

        Args:
            busy: whether tasks are being performed: their results will bring the next look anyway.
            hears: whether we can be woken.

        Returns:
            Whether it is far enough away that something may fall due before.
        """
        now = self._clock()
        if busy and not self._dozed:
            self._dozed = True
            self.look_at = now + _BUSY_SECONDS
        elif hears and self._registered_until - now < _RENEWED_SECONDS:
            self.register = True
            self.look_at = now
        else:
            delays = _CALLED if hears else _UNCALLED
            delay = delays[min(self._looks, len(delays) - 1)] * random.uniform(0.9, 1.0)
            self._looks += 1
            self.look_at = now + delay
            return delay > _CALLED[0]
        return False

    def due_in(self, seconds: float) -> None:
        """Something falls due then: look by that time."""
        self.look_at = min(self.look_at, self._clock() + max(0.0, seconds))
