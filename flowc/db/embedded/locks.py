"""Locks on files: the kernel releases them when their holders are gone, however they went."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

_PAUSE = 0.005


class FileLock:
    """A lock on the file at ``path``, made where it is missing; two objects exclude each other within a process too.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self.descriptor = os.open(path, flags, 0o600)

    def share(self) -> None:
        """Hold the lock together with others; waits for an exclusive holder."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take or upgrade to the lock alone; False when somebody else holds it, and then nothing is held."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            return False
        return True

    def wait_exclusive(self, seconds: float) -> bool:
        """Take the lock alone, waiting up to ``seconds`` for its holders; False when they kept it."""
        end = time.monotonic() + seconds
        while not self.try_exclusive():
            if time.monotonic() > end:
                return False
            time.sleep(_PAUSE)
        return True

    def release(self) -> None:
        """Let go of the lock and keep the file open."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of this handle; the lock stays with processes that inherited the descriptor."""
        os.close(self.descriptor)
