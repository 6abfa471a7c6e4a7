"""Worker processes that are killed, stopped and replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.chaos.handlers import LEASE_SECONDS, LEDGER, SECONDS, WORKER

ROOT = Path(__file__).parents[2]


class Fleet:
    """So many workers on one database; their names are numbers that are never used again."""

    def __init__(self, url: str, ledger: Path, log: Path, size: int) -> None:
        self._url = url
        self._log = log.open("ab")
        self._environment = {
            **os.environ,
            LEDGER: str(ledger),
            SECONDS: str(LEASE_SECONDS / 10),
            "PYTHONPATH": str(ROOT),
        }
        self._count = 0
        self.stopped: dict[str, float] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for _ in range(size):
            self.launch()

    def launch(self) -> None:
        """One more worker."""
        self._count += 1
        name = f"worker-{self._count}"
        command = [sys.executable, "-m", "tests.chaos.worker", self._url]
        environment = {**self._environment, WORKER: name}
        self.processes[name] = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd=ROOT
        )

    def kill(self, name: str) -> None:
        """Kill one as power cuts do, and put another in its place."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()
        self.launch()

    def stop(self, name: str, at: float) -> None:
        """Let one stand still."""
        self.processes[name].send_signal(signal.SIGSTOP)
        self.stopped[name] = at

    def go_on(self, name: str) -> None:
        """Let one that stands still go on, as if nothing had been."""
        del self.stopped[name]
        self.processes[name].send_signal(signal.SIGCONT)

    def replace_ended(self) -> list[str]:
        """Put others in the place of those that ended by themselves: their names."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in ended:
            del self.processes[name]
            self.launch()
        return ended

    def close(self) -> None:
        """Ask all to end, and wait for them."""
        for name in list(self.stopped):
            self.go_on(name)
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
