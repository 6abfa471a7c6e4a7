"""The settings of a folder of flows."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.errors import UsageError
from flowc.project.settings import load_settings


def test_without_a_project_flows_are_beside_the_command(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.root == tmp_path
    assert settings.flows == (tmp_path / "flows",)
    assert settings.lock == tmp_path / "flows" / "flowc.lock"
    assert settings.handlers is None


def test_the_nearest_pyproject_is_read_from_a_folder_below_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.flowc]\nflows = ["a", "b"]\nhandlers = "app:h"\nlock = "x.lock"\nignore = ["FL109"]\n'
    )
    below = tmp_path / "a" / "deep"
    below.mkdir(parents=True)
    settings = load_settings(below, {})
    assert settings.root == tmp_path
    assert settings.flows == (tmp_path / "a", tmp_path / "b")
    assert settings.lock == tmp_path / "x.lock"
    assert (settings.handlers, settings.ignore) == ("app:h", ("FL109",))


def test_the_lock_is_beside_a_flow_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.flowc]\nflows = "app/one.yaml"\n')
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "one.yaml").write_text("flow: one\n")
    assert load_settings(tmp_path, {}).lock == tmp_path / "app" / "flowc.lock"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.flowc]\nhandlers = "app:h"\n')
    settings = load_settings(tmp_path, {"FLOWC_HANDLERS": "other:h", "FLOWC_IGNORE": "FL109, FL110"})
    assert settings.handlers == "other:h"
    assert settings.ignore == ("FL109", "FL110")


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("[tool.flowc]\nhandler = 'a:b'\n", "[tool.flowc] has no setting `handler`", "did you mean `handlers`?"),
        (
            "[tool.flowc]\nzebra = 1\n",
            "[tool.flowc] has no setting `zebra`",
            "it takes flows, handlers, lock, ignore, secrets, cache_dir, blobs, inline_limit",
        ),
        ("[tool.flowc]\nhandlers = 5\n", "[tool.flowc] handlers is a string, got 5", None),
        ("[tool.flowc]\nflows = [5]\n", "[tool.flowc] flows is a string or a list of strings, got [5]", None),
        ("[tool]\nflowc = 5\n", "tool.flowc is a table", "write [tool.flowc]"),
        ("[tool", "cannot read", "flowc looks there for [tool.flowc]"),
    ],
)
def test_a_wrong_setting_is_refused(tmp_path: Path, text: str, message: str, help_: str | None) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError) as raised:
        load_settings(tmp_path, {})
    assert message in raised.value.message
    assert raised.value.help == help_


def test_a_pyproject_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"# \xe4\n")
    with pytest.raises(UsageError, match="cannot read"):
        load_settings(tmp_path, {})
