"""Attempts are kept with the version of the code that made them: a word of the operator's, or a digest of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc import Handlers
from flowc.db import queries
from flowc.errors import UsageError
from flowc.runtime.code_version import VARIABLE, code_version_of
from tests.runtime.conftest import Engine


def registry(folder: Path, **files: str) -> Handlers:
    """The handlers of some files, each of which defines the function ``work``."""
    handlers = Handlers()
    for name, text in files.items():
        file = folder / f"{name}.py"
        file.write_text(text)
        space = {"__file__": str(file), "__name__": name}
        exec(compile(text, str(file), "exec"), space)
        handlers.register(space["work"], name=name)
    return handlers


ONE, TWO = "def work(): return 1\n", "def work(): return 2\n"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_the_digest_is_that_of_the_texts_wherever_they_lie(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    digest = code_version_of(registry(tmp_path / "here", a=ONE, b=TWO))
    assert digest == code_version_of(registry(tmp_path / "there", b=ONE, a=TWO))
    assert digest is not None
    assert len(digest) == 12
    assert digest != code_version_of(registry(tmp_path / "here", a=ONE, b=ONE))


def test_what_is_chosen_comes_before_the_environment_and_that_before_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = registry(tmp_path, a=ONE)
    monkeypatch.setenv(VARIABLE, "v1.2")
    assert code_version_of(handlers) == "v1.2"
    assert code_version_of(handlers, "v1.3") == "v1.3"
    monkeypatch.setenv(VARIABLE, "")
    assert code_version_of(handlers) == code_version_of(handlers, "")
    assert code_version_of(handlers) not in {None, ""}


def test_handlers_without_a_file_have_no_version() -> None:
    handlers = Handlers()
    handlers.register(eval("lambda: 1", {}), name="typed")
    assert code_version_of(handlers) is None


@pytest.mark.parametrize("word", ["two\nlines", "\x1b[31m", "x" * 201])
def test_a_version_that_could_not_be_shown_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match=r"the code's version is at most 200 printable characters"):
        code_version_of(Handlers(), word)


def test_each_attempt_is_kept_with_its_worker_s_code(engine: Engine) -> None:
    handlers = Handlers()

    @handlers.register
    def first() -> None:
        raise ValueError("no")

    engine.deploy("{flow: failing, steps: {first: {retry: {max_attempts: 1}}}}")
    run_id = engine.start("failing")
    engine.work(handlers, code_version="commit 1a2b3c")
    [error] = queries.task_errors(engine.conn, run_id)
    assert (error.class_, error.code_version) == ("ValueError", "commit 1a2b3c")
