"""``python -m tests.bench engine``: measure the engine on a PostgreSQL of its own, and print a table and JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform

from tests.bench.engine import WORKS, measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", choices=["engine"])
    parser.add_argument("--work", choices=[*WORKS], nargs="*", default=[*WORKS], help="which flows (default: all)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each flow runs at full load (default 20)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default 2)")
    parser.add_argument("--repeat", type=int, default=1, help="rounds; the table shows medians (default 1)")
    options = parser.parse_args()
    figures = measure(options.work, options.seconds, options.workers, options.repeat)
    machine = {"machine": platform.machine(), "cpus": os.cpu_count(), "load": os.getloadavg()[0]}
    print(f"{'work':<10}{'server ms/step':>15}{'worker ms/step':>15}{'steps/s':>10}{'WAL B/step':>12}")
    for name, row in figures["full_load"].items():
        print(
            f"{name:<10}{row['server_ms']:>15.4f}{row['worker_ms']:>15.4f}{row['steps_s']:>10.0f}{row['wal_bytes']:>12.0f}"
        )
    print(f"one run alone: p50 {figures['alone']['p50_ms']:.1f} ms, p95 {figures['alone']['p95_ms']:.1f} ms")
    print(f"a start: {figures['start']['single_ms']:.3f} ms, in a batch of 100: {figures['start']['batch_ms']:.4f} ms")
    print(json.dumps({**figures, **machine}))


if __name__ == "__main__":
    main()
