"""Random texts in the tests: 20,000 of them; more by ``python -m tests.fuzz --texts N``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.judge import judge
from tests.fuzz.texts import Text, text

ROOT = Path(__file__).parents[2]
TEXTS = 20_000
BLOCK = 1_000
SEED = 3


@pytest.mark.parametrize("first", range(0, TEXTS, BLOCK))
def test_any_text_is_read_or_reported_at_its_place(first: int) -> None:
    for number in range(first, first + BLOCK):
        judgement = judge(text(SEED, number), thoroughly=number % 50 == 0)
        assert not judgement.wrong, f"python -m tests.fuzz --seed {SEED} --show {number}: {judgement.wrong}"


def test_a_number_is_the_same_text_for_ever() -> None:
    assert [text(SEED, number) for number in range(50)] == [text(SEED, number) for number in range(50)]
    assert len({text(SEED, number).data for number in range(50)}) > 45


def test_a_right_flow_and_a_wrong_one_are_judged_to_be_well_treated() -> None:
    for data in (b"flow: f\nsteps: {a: }\n", b"flow: f\nsteps: {a: {depends_on: [b]}}\n", b"\xff"):
        assert judge(Text("flow.yaml", data), thoroughly=True).wrong == ""


def test_the_command_says_how_many_texts_it_tried_and_what_it_found() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--texts", "60", "--workers", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("60 texts of seed 1 in ")
    assert done.stdout.endswith("; 0 findings\n")
