"""A small wrong put into the engine or the worker, and which tests must notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

# The fast tests, by the word that mutants name them with.
TESTS = {
    "meaning": "tests/sql/test_meaning.py",
    "agreement": "tests/mutants/quick_agreement.py",
    "handing": "tests/sql/test_handing_over.py",
    "interleavings": "tests/sql/test_interleavings.py::"
    "test_two_calls_at_once_are_two_calls_one_after_the_other[pg18-read committed]",
    "crossing": "tests/sql/test_interleavings.py::test_batches_in_crossing_order_do_not_lock_each_other_out",
    "isolation": "tests/sql/test_interleavings.py::test_a_stricter_transaction_is_refused_with_a_word",
    "words": "tests/sql/test_single_words.py",
    "retiring": "tests/sql/test_retiring.py",
    "worker": "tests/runtime/test_worker.py",
    "process": "tests/runtime/test_worker_process.py",
    "pieces": "tests/runtime/test_crew_and_loop.py",
    "workshop": "tests/runtime/test_workshop.py",
    "stopping": "tests/runtime/test_stopping.py",
    "errors": "tests/runtime/test_failure.py",
    "encoding": "tests/runtime/test_encode.py",
    "sqlstate": "tests/db/test_sqlstate.py",
    "lost": "tests/chaos/test_lost_acknowledgements.py",
}


@dataclass(frozen=True)
class Mutant:
    """A wrong: in ``file``, ``old`` becomes ``new``; ``tests`` are tried in this order."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def matches(self) -> int:
        """How often the text stands in the file: once, or the mutant is out of date."""
        return (ROOT / self.file).read_text(encoding="utf-8").count(self.old)

    def apply(self, root: Path) -> None:
        """Put the wrong into a copy of the project."""
        file = root / self.file
        file.write_text(file.read_text(encoding="utf-8").replace(self.old, self.new), encoding="utf-8")


def sql(name: str, function: str, old: str, new: str, *tests: str) -> Mutant:
    """A wrong in a function of the engine."""
    return Mutant(
        name, f"sql/functions/{function}.sql", old, new, tests or ("words", "meaning", "agreement", "interleavings")
    )


def python(name: str, module: str, old: str, new: str, *tests: str) -> Mutant:
    """A wrong in a module of the runtime or the database's client."""
    return Mutant(name, f"flowc/{module}.py", old, new, tests or ("worker",))
