"""``python -m tests.bench engine``, ``python -m tests.bench check``: measure, and print a table and JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    what = parser.add_subparsers(required=True)
    _add_engine(what.add_parser("engine", help="the engine, on a PostgreSQL of its own"))
    _add_check(what.add_parser("check", help="the checker, in processes of its own, beside its peers"))
    options = parser.parse_args()
    machine = {"processor": platform.machine(), "cpus": os.cpu_count(), "load_before": os.getloadavg()[0]}
    figures = options.run(options)
    figures = json.dumps({**figures, "machine": {**machine, "load_after": os.getloadavg()[0]}})
    if options.json is not None:
        options.json.write_text(figures + "\n", encoding="utf-8")
    print(figures)


def _add_engine(parser: argparse.ArgumentParser) -> None:
    works = ("chain3", "diamond", "map100")
    parts = ("load", "alone", "starts", "idle", "map", "queued", "stored")
    parser.add_argument(
        "--part", choices=parts, nargs="*", default=parts[:3], help="what to measure (default: load alone starts)"
    )
    parser.add_argument("--work", choices=works, nargs="*", default=works, help="which flows (default: all)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each flow runs at full load (default 20)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default 2)")
    parser.add_argument("--repeat", type=int, default=1, help="rounds; the table shows medians (default 1)")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="drivers of other engines, for the same chain3")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.set_defaults(run=_engine)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=1000, help="how many flows (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="what the flows are made from (default 0)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds; the table shows medians (default 3)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.set_defaults(run=_check)


def _engine(options: argparse.Namespace) -> dict[str, Any]:
    from tests.bench.engine import measure, table

    figures = measure(
        options.part,
        options.work,
        seconds=options.seconds,
        workers=options.workers,
        repeat=options.repeat,
        peers=options.peers,
    )
    print(table(figures))
    return figures


def _check(options: argparse.Namespace) -> dict[str, Any]:
    from tests.bench.check import measure, table

    figures = measure(options.files, options.seed, options.repeat)
    print(table(figures))
    return figures


if __name__ == "__main__":
    main()
