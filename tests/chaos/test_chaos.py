"""Workers, connections and servers that are killed all the time: no run is lost, stuck, wrong or counted twice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.mayhem import Mayhem


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another account, which runs the server, can enter."""
    path = Path(tempfile.mkdtemp(prefix="flowc-chaos-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_five_hundred_runs_come_through_all_kinds_of_trouble(folder: Path) -> None:
    report = Mayhem(folder, runs=500, seed=1, patience=300).play()
    assert report.flawless, str(report)
    assert report.ends == {"completed": 455, "failed": 45}
    assert report.expired > 0
    assert len(report.troubles) >= 3
    assert report.looks > 3
