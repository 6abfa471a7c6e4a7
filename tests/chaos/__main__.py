"""``python -m tests.chaos --runs 10000``: many runs in all kinds of trouble; exit code 1 if one took harm."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.mayhem import Mayhem

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--patience", type=float, default=3600.0, help="seconds after which what has not ended is stuck"
    )
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="flowc-chaos-", dir="/tmp"))
    folder.chmod(0o755)  # as root, the server runs as another user
    print(f"seed {arguments.seed}, {folder}", flush=True)
    report = Mayhem(folder, arguments.runs, arguments.seed, arguments.patience).play()
    print(report)
    if report.flawless:
        shutil.rmtree(folder)
    sys.exit(not report.flawless)
