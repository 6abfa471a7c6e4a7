"""``python -m tests.mutants``: puts each small wrong into a copy of the project, lets its tests notice, keeps score."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import ROOT, TESTS, Mutant

_COPIED = ("flowc", "sql", "schemas", "tests", "flows", "pyproject.toml")
_FAILED = 1  # what pytest answers when a test failed, and nothing else
_SECONDS = 600


def main() -> int:
    """Play the chosen mutants; 0 if none survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("-k", action="append", metavar="WORDS", help="only mutants whose names have this in them")
    parser.add_argument("-n", type=int, default=2, metavar="N", help="so many at once")
    arguments = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if any(words in mutant.name for words in arguments.k or [""])]
    if wrong := [mutant.name for mutant in chosen if mutant.matches != 1]:
        sys.exit(f"out of date: {wrong}")
    begun = time.monotonic()
    # Nobody's edits meanwhile shall kill a mutant: all copies are made of one.
    with _copy_of(ROOT) as whole, ThreadPoolExecutor(arguments.n) as threads:
        words = sorted({word for mutant in chosen for word in mutant.tests})
        results = threads.map(lambda word: _run(whole, word), words)
        if sick := [word for word, result in zip(words, results, strict=True) if result != 0]:
            sys.exit(f"these tests fail without any wrong: {sick}; run them by hand: {[TESTS[word] for word in sick]}")
        survivors = list(threads.map(lambda mutant: _play(mutant, whole), chosen)).count(None)
    print(f"{len(chosen) - survivors} of {len(chosen)} killed, in {time.monotonic() - begun:.0f} s")
    return survivors > 0


def _play(mutant: Mutant, whole: Path) -> str | None:
    """The tests that killed the mutant; None if it survived."""
    begun = time.monotonic()
    with _copy_of(whole) as root:
        mutant.apply(root)
        killer = next((word for word in mutant.tests if _run(root, word) == _FAILED), None)
    seconds = time.monotonic() - begun
    print(f"{'killed by ' + killer if killer else 'SURVIVED':24} {seconds:4.0f} s  {mutant.name}", flush=True)
    return killer


@contextmanager
def _copy_of(whole: Path) -> Iterator[Path]:
    """A copy of the project; another account, which runs the test server, can enter it."""
    with tempfile.TemporaryDirectory(prefix="flowc-mutant-", dir="/tmp") as folder:
        root = Path(folder)
        root.chmod(0o755)
        for name in _COPIED:
            if (whole / name).is_dir():
                shutil.copytree(whole / name, root / name, ignore=shutil.ignore_patterns("__pycache__", ".flowc"))
            else:
                shutil.copy(whole / name, root / name)
        yield root


def _run(root: Path, word: str) -> int:
    """What pytest answers; a test that hangs has failed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "-x", "-q", "--tb=no", TESTS[word]]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return _FAILED
    if done.returncode not in {0, _FAILED}:
        print(f"{word}: pytest answers {done.returncode}\n{done.stdout.decode()[-2000:]}", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
