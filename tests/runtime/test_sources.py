"""Secrets come from the environment, folders, dotenv files and callables, the first that has a name first."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowc.errors import FlowcError, UsageError
from flowc.runtime.sources import open_sources

Module = Callable[..., str]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Module:
    """``module(a=…)``: the name of a module that has these attributes."""

    def make(**attributes: Any) -> str:
        made = types.ModuleType("flowc_test_vault")
        vars(made).update(attributes)
        monkeypatch.setitem(sys.modules, made.__name__, made)
        return made.__name__

    return make


def test_without_a_source_the_environment_is_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWC_TEST_TOKEN", "of the environment")
    assert open_sources([])["FLOWC_TEST_TOKEN"] == "of the environment"


def test_of_two_sources_that_have_a_name_the_first_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "TOKEN").write_text("of the folder")
    (tmp_path / "OTHER").write_text("other")
    monkeypatch.setenv("TOKEN", "of the environment")

    assert open_sources([f"folder:{tmp_path}", "env"])["TOKEN"] == "of the folder"
    second = open_sources(["env", f"folder:{tmp_path}"])
    assert (second["TOKEN"], second["OTHER"]) == ("of the environment", "other")


def test_a_file_is_a_secret_without_the_line_end_that_editors_put_there(tmp_path: Path) -> None:
    for name, content in {"A": b"a", "B": b"b\n", "C": b"c\r\n", "D": b" d \n\n", "E": "\xe9\n".encode()}.items():
        (tmp_path / name).write_bytes(content)

    assert dict(open_sources([f"folder:{tmp_path}"])) == {"A": "a", "B": "b", "C": "c", "D": " d \n", "E": "\xe9"}


def test_what_cannot_be_a_secret_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "TOKEN").write_text("t")
    (tmp_path / ".hidden").write_text("h")
    (tmp_path / "no-name").write_text("n")
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "BINARY").write_bytes(b"\xff\xfe")
    (tmp_path / "LARGE").write_bytes(b"x" * (1024 * 1024 + 1))
    (tmp_path / "GONE").symlink_to("nowhere")

    found = open_sources([f"folder:{tmp_path}"])
    assert dict(found) == {"TOKEN": "t"}
    assert not [name for name in ("no-name", "../x", "BINARY", "GONE", "FOLDER", "LARGE") if name in found]


def test_what_kubernetes_mounts_is_read_anew_when_it_is_exchanged(tmp_path: Path) -> None:
    for version in ("1", "2"):
        (tmp_path / f"..{version}").mkdir()
        (tmp_path / f"..{version}" / "TOKEN").write_text(f"version {version}")
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "TOKEN").symlink_to("..data/TOKEN")
    found = open_sources([f"folder:{tmp_path}"])
    assert dict(found) == {"TOKEN": "version 1"}

    (tmp_path / "..new").symlink_to("..2")
    (tmp_path / "..new").rename(tmp_path / "..data")
    assert found["TOKEN"] == "version 2"


def test_a_dotenv_file_is_read_as_python_dotenv_reads_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# comment\nA=1\nexport B='two words'\nC=\"x\\ny\"\nD\nE=${A}1\n")
    assert dict(open_sources(["dotenv:"], tmp_path)) == {"A": "1", "B": "two words", "C": "x\ny", "E": "11"}


def test_paths_start_from_the_folder_of_who_wrote_them(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "TOKEN").write_text("t")
    found = open_sources(["folder:vault"], tmp_path)
    assert dict(found) == {"TOKEN": "t"}
    assert dict(open_sources(found.specs)) == {"TOKEN": "t"}


def test_a_callable_is_called_once_and_a_mapping_is_taken_as_it_is(module: Module) -> None:
    calls: list[int] = []

    def secrets() -> dict[str, str]:
        calls.append(1)
        return {"TOKEN": "t"}

    name = module(secrets=secrets, table={"OTHER": "o"})
    found = open_sources([f"{name}:secrets", f"{name}:table"])
    assert (dict(found), found["TOKEN"], calls) == ({"OTHER": "o", "TOKEN": "t"}, "t", [1])


def fail() -> None:
    raise ValueError("the token hunter22 is wrong")


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("vault", "`vault` is no source of secrets"),
        ("folder:/no/such", "the folder of secrets `/no/such` cannot be read: No such file or directory"),
        ("dotenv:/no/such", "the dotenv file `/no/such` cannot be read: No such file or directory"),
        ("flowc_test_vault:fail", "the secrets of `flowc_test_vault:fail` cannot be read: it raised ValueError"),
        ("flowc_test_vault:five", "`flowc_test_vault:five` gives no secrets: it is of type `int`"),
        ("flowc_test_vault:absent", "`flowc_test_vault` has no `absent`"),
        ("flowc_test_vault:keys", "`flowc_test_vault:keys` gives a secret whose name is of type `int`, not a string"),
        ("flowc_nowhere:x", "there is no module `flowc_nowhere` here"),
    ],
)
def test_a_source_that_cannot_be_opened_is_said_in_a_sentence(module: Module, spec: str, sentence: str) -> None:
    module(fail=fail, five=5, keys={5: "x"})
    with pytest.raises(FlowcError) as refusal:
        open_sources([spec])
    assert refusal.value.message.startswith(sentence)
    assert "hunter22" not in f"{refusal.value} {refusal.value.help}"


def test_a_value_that_is_no_text_is_said_when_it_is_read(module: Module) -> None:
    found = open_sources([f"{module(table={'TOKEN': 5})}:table"])
    with pytest.raises(UsageError, match="gives `TOKEN` as a `int`, not as a string"):
        found["TOKEN"]


def test_a_folder_that_lost_its_files_has_no_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    folder.mkdir()
    found = open_sources([f"folder:{folder}"])
    folder.rmdir()
    assert json.dumps(dict(found)) == "{}"
