"""One worker process: ``python -m tests.chaos.worker URL``; its name is in the environment."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from flowc import Worker
from tests.chaos.handlers import LEASE_SECONDS, WORKER, handlers

if __name__ == "__main__":
    lease = timedelta(seconds=LEASE_SECONDS)
    sys.exit(Worker(sys.argv[1], handlers, concurrency=24, batch=100, lease=lease, worker_id=os.environ[WORKER]).run())
