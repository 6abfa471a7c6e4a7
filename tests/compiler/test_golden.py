"""Golden pairs: what `check` says and what `compile` prints, byte for byte, under two hash seeds.

`pytest tests/compiler --golden-update` rewrites the `.out` and `.sql` files; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from flowc.compiler.checks import RULES
from tests.compiler.golden_outputs import SUFFIXES

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "tests/golden/check"
COMPILE = ROOT / "tests/golden/compile"
OK = ROOT / "tests/golden/ok"
EXAMPLES = ROOT / "flows"
SEEDS = ("0", "1")
# These need several flows, or what was released before.
OF_A_FOLDER = {"FL319", "FL901", "FL902", "FL903", "FL907"}


def _flows(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    return [path for path in found if ".handlers" not in path.suffixes]


@cache
def _outputs(seed: str) -> dict[str, dict[str, str]]:
    """What comes out of every flow, computed in a process of its own with this hash seed."""
    folders = [str(folder) for folder in (CHECK, COMPILE, OK, EXAMPLES)]
    program = [sys.executable, str(Path(__file__).with_name("golden_outputs.py")), *folders]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(program, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def _compare(path: Path, suffix: str, update: bool) -> None:
    expected = path.with_suffix(suffix)
    if update:
        expected.write_text(_outputs(SEEDS[0])[str(path.parent)][path.name], encoding="utf-8")
    for seed in SEEDS:
        assert _outputs(seed)[str(path.parent)][path.name] == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", _flows(CHECK), ids=lambda path: path.name)
def test_a_report_is_the_golden_one(path: Path, golden_update: bool) -> None:
    _compare(path, ".out", golden_update)


@pytest.mark.parametrize("path", _flows(COMPILE), ids=lambda path: path.name)
def test_the_sql_is_the_golden_one(path: Path, golden_update: bool) -> None:
    _compare(path, ".sql", golden_update)


@pytest.mark.parametrize("path", [*_flows(OK), *_flows(EXAMPLES)], ids=lambda path: path.name)
def test_a_right_flow_gives_no_report(path: Path) -> None:
    for seed in SEEDS:
        assert _outputs(seed)[str(path.parent)][path.name].startswith("\\set ON_ERROR_STOP on\n")


def test_every_rule_of_a_single_file_has_a_golden_pair() -> None:
    reports = "".join(path.read_text(encoding="utf-8") for path in CHECK.glob("*.out"))
    assert {code for code in RULES if f"[{code}]" not in reports} <= OF_A_FOLDER


def test_every_golden_output_has_its_flow() -> None:
    for folder, suffix in ((CHECK, ".out"), (COMPILE, ".sql")):
        outputs = {path.stem for path in folder.glob(f"*{suffix}")}
        assert outputs == {path.stem for path in _flows(folder)}
