"""What a program costs, from process start to its end: CPU, wall clock and memory of a child process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

# A fixed piece of work in the same interpreter: what a figure is of it repeats where a machine is shared.
YARDSTICK = (sys.executable, "-S", "-c", "n = 0\nfor i in range(3_000_000):\n    n += len(str(i)) ^ (i & 7)")


class Cost(NamedTuple):
    """User and system seconds, seconds of wall clock, megabytes of resident memory at most, and the exit code."""

    cpu: float
    wall: float
    megabytes: float
    code: int


def cost_of(command: Sequence[str], folder: Path) -> Cost:
    """Run a program in ``folder``, its output thrown away.

    Raises:
        OSError: it cannot be started.
    """
    began = time.perf_counter()
    nowhere = subprocess.DEVNULL
    # As installed: modules are compiled once, not at each start.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=folder, stdin=nowhere, stdout=nowhere, stderr=nowhere, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, process.returncode)


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of each figure; the exit code of the first."""
    cpu, wall, megabytes = (statistics.median(column) for column in list(zip(*costs, strict=True))[:3])
    return Cost(cpu, wall, megabytes, costs[0].code)
