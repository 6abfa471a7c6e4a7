"""The checker: a thousand realistic flows cold and with its cache, one file, large and hostile files, and its peers."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.check_flows import write_flows
from tests.bench.check_hostile import hostile_flows, large_flows
from tests.bench.check_peers import peers, write_actions
from tests.bench.child import YARDSTICK, Cost, cost_of, median

_FLOWC = (sys.executable, "-m", "flowc", "check")
_CACHE = ".flowc_cache"
# What issue 3 asks for, in seconds of CPU; megabytes below.
GOALS = {"cold": 2.0, "warm": 0.3, "one file": 0.15, **dict.fromkeys(large_flows(), 2.0)}
MEGABYTES = 200


def measure(files: int, seed: int, repeat: int) -> dict[str, Any]:
    """Medians of ``repeat`` rounds: CPU and wall seconds, megabytes, CPU as a multiple of the yardstick's."""
    with tempfile.TemporaryDirectory(prefix="flowc-bench-") as name:
        folder = Path(name)
        written = write_flows(folder / "flows", files, seed)
        size = sum(file.stat().st_size for file in written) // files
        write_actions(folder, files, seed, size)
        large = _write(folder / "large", large_flows())
        hostile = _write(folder / "hostile", hostile_flows())
        # Files that changed a moment ago are not taken from the cache: they rest while the rounds begin.
        commands: dict[str, Callable[[], Cost]] = {
            "yardstick": lambda: cost_of(YARDSTICK, folder),
            "one file": lambda: _check(folder, "flows/flow_0000.yaml", "--no-cache"),
            "cold": lambda: _check(folder, "flows", "--no-cache"),
            "cold, writes cache": lambda: _cold(folder),
            "warm": lambda: _check(folder, "flows"),
            "one file, warm": lambda: _check(folder, "flows/flow_0000.yaml"),
            **{name: _checking(folder, file, 0) for name, file in large.items()},
            **{f"mistakes: {name}": _checking(folder, file, None) for name, file in hostile.items()},
            **{name: _running(folder, command) for name, command in peers(folder / "flows", folder).items()},
        }
        rounds = [{what: run() for what, run in commands.items()} for _ in range(repeat)]
    medians = {what: median([each[what] for each in rounds]) for what in commands}
    yardstick = medians["yardstick"].cpu
    return {
        "files": files,
        "seed": seed,
        "repeat": repeat,
        "bytes_a_file": size,
        "figures": {what: {**cost._asdict(), "yardsticks": cost.cpu / yardstick} for what, cost in medians.items()},
    }


def table(result: Mapping[str, Any]) -> str:
    """The figures for people: with the goals, and how many times as long as flowc the peers take."""
    figures = result["figures"]
    rows = [f"{result['files']} flows of {result['bytes_a_file']:,} bytes, medians of {result['repeat']}"]
    rows.append(f"{'':<34}{'CPU s':>8}{'wall s':>8}{'MB':>6}{'yardsticks':>12}  ")
    for name, row in figures.items():
        note = ""
        if name in GOALS:
            kept = row["cpu"] <= GOALS[name] and row["megabytes"] <= MEGABYTES
            note = f"goal {GOALS[name]:.2f} s, {MEGABYTES} MB: {'kept' if kept else 'MISSED'}"
        elif name in ("check-jsonschema", "zizmor", "actionlint"):
            note = f"{row['cpu'] / figures['cold']['cpu']:.1f} times flowc's CPU, cold"
        rows.append(
            f"{name:<34}{row['cpu']:>8.3f}{row['wall']:>8.3f}{row['megabytes']:>6.0f}{row['yardsticks']:>12.2f}  {note}"
        )
    return "\n".join(row.rstrip() for row in rows)


def _write(folder: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Write texts as files; their names below the folder around, by what they are."""
    folder.mkdir()
    written = {}
    for number, (name, text) in enumerate(texts.items()):
        file = folder / f"{number:02}.yaml"
        file.write_text(text, encoding="utf-8")
        written[name] = f"{folder.name}/{file.name}"
    return written


def _cold(folder: Path) -> Cost:
    shutil.rmtree(folder / _CACHE, ignore_errors=True)
    return _check(folder, "flows")


def _check(folder: Path, *arguments: str, code: int | None = 0) -> Cost:
    return _expect(cost_of([*_FLOWC, *arguments], folder), code, arguments)


def _checking(folder: Path, file: str, code: int | None) -> Callable[[], Cost]:
    return lambda: _check(folder, file, "--no-cache", code=code)


def _running(folder: Path, command: Sequence[str]) -> Callable[[], Cost]:
    return lambda: cost_of(command, folder)


def _expect(cost: Cost, code: int | None, arguments: Sequence[str]) -> Cost:
    """Hold an exit code against what it must be (None: 0 or 1): a figure of a check that failed says nothing."""
    if cost.code not in ((0, 1) if code is None else (code,)):
        raise SystemExit(f"flowc check {' '.join(arguments)} ended with {cost.code}")
    return cost
