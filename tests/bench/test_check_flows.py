"""The flows of the benchmark: the same from the same seed, of the size that is said, and right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flowc.compiler.pipeline import compile_file
from flowc.compiler.text.reading import LARGEST
from flowc.compiler.text.skim import skim
from tests.bench.check_flows import STEPS, write_flows
from tests.bench.check_hostile import hostile_flows, large_flows
from tests.bench.check_peers import write_actions


def test_flows_from_one_seed_are_the_same_and_clean(tmp_path: Path) -> None:
    first, again, other = (write_flows(tmp_path / name, 8, seed) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    texts = [[file.read_text(encoding="utf-8") for file in files] for files in (first, again, other)]
    assert texts[0] == texts[1] != texts[2]
    for file in [*first, *other]:
        compilation = compile_file(file)
        assert compilation.diagnostics == []
        assert compilation.flow is not None
        assert len(compilation.flow.steps) == STEPS
        assert 12_000 < file.stat().st_size < 24_000


def test_flows_as_people_write_them_are_skimmed(tmp_path: Path) -> None:
    texts = [file.read_text(encoding="utf-8") for file in write_flows(tmp_path, 60, 0)]
    assert any(re.search(r"with: \{[^}\n]*\n", text) for text in texts), "none goes on in brackets on a later line"
    assert all(skim(text) for text in texts)


def test_actions_have_the_size_of_flows(tmp_path: Path) -> None:
    write_actions(tmp_path, 3, 0, 16_000)
    sizes = [file.stat().st_size for file in tmp_path.rglob("*.yaml")]
    assert len(sizes) == 3
    assert all(16_000 <= size < 19_000 for size in sizes)


@pytest.mark.parametrize("texts", [large_flows, hostile_flows])
def test_large_and_hostile_flows_are_read_at_all(texts: object) -> None:
    assert callable(texts)
    for name, text in texts().items():
        assert len(text.encode()) <= LARGEST, name
