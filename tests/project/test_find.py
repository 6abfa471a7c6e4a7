"""What the paths of a command line stand for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowc.errors import UsageError
from flowc.project.find import find_flows


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "flow: a\n"),
        ("a.yml", "# words\n---\ndescription: x\nflow: a\n"),
        ("a.yaml", '\ufeff"flow": a'),
        ("a.yaml", "# words\n{description: x, flow: a}"),
        ("a.yaml", "flow:"),
        ("a.yaml", "steps: [\nflow: a"),
        ("a.json", '{"steps": {}, "flow": "a"}'),
        ("a.json", '{"flow": '),
    ],
)
def test_a_folder_gives_what_has_a_flow_at_its_top(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert find_flows([tmp_path]) == [tmp_path / name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "flow: a\n"),
        ("a.yaml", "other: a\n"),
        ("a.yaml", "x:\n  flow: a\n"),
        ("a.yaml", "workflow: a\n"),
        ("a.yaml", "flows: a\n"),
        ("a.json", '{"inner": {"flow": "a"}}'),
        ("a.json", '["flow"]'),
    ],
)
def test_a_folder_gives_nothing_else(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match="no flow file in"):
        find_flows([tmp_path])


def test_files_are_sorted_and_come_once(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(f"flow: {name}\n")
    below = tmp_path / "below"
    below.mkdir()
    (below / "c.yaml").write_text("flow: c\n")
    hidden = tmp_path / ".hidden"
    hidden.mkdir()
    (hidden / "d.yaml").write_text("flow: d\n")
    found = find_flows([tmp_path / "b.yaml", tmp_path])
    assert [file.relative_to(tmp_path).as_posix() for file in found] == ["a.yaml", "b.yaml", "below/c.yaml"]


def test_a_file_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("no flow here")
    assert find_flows([file]) == [file]


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        find_flows([tmp_path / "none"])


def test_a_file_in_a_folder_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    # A link to itself cannot be opened by anybody, root included.
    (tmp_path / "a.yaml").symlink_to("a.yaml")
    with pytest.raises(UsageError, match="cannot read"):
        find_flows([tmp_path])


def test_links_of_editors_and_pipes_do_not_keep_a_folder_from_being_looked_through(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("flow: a\n")
    (tmp_path / ".#a.yaml").symlink_to("somebody@there.1234")
    os.mkfifo(tmp_path / "pipe.yaml")
    assert find_flows([tmp_path]) == [tmp_path / "a.yaml"]


def test_a_link_that_leads_nowhere_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("gone.yaml")
    with pytest.raises(UsageError, match=r"a\.yaml: it is a link to gone\.yaml, which is not there"):
        find_flows([tmp_path])
