"""Flows held against what was released: FL901, FL902, FL903, FL907, with the help of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flowc.errors import UsageError
from tests.project.conftest import Git, Project

PING = "flow: ping # the slug\nsteps:\n  pong:\n"
LONGER = PING.replace("pong:", "pong: {timeout: 5m}")


@pytest.fixture
def released(project: Project, git: Git) -> Project:
    """A project with one released flow, committed."""
    project.write("flows/ping.yaml", PING)
    project.lock()
    git("add", "-A")
    git("commit", "-qm", "first")
    return project


def test_a_flow_that_is_as_released_is_right_whatever_its_layout(released: Project) -> None:
    assert released.said(locked=True) == []
    released.write("flows/ping.yaml", "# more\ndescription: words\nsteps: {pong: }\nflow: ping\n")
    assert released.said(locked=True, base="HEAD") == []


def test_a_released_flow_that_changed_is_reported_in_its_own_words(released: Project) -> None:
    released.write("flows/ping.yaml", LONGER)
    changed = "FL901 flows/ping.yaml:1:7 `ping` is released, and it changed: "
    assert released.said() == [changed + "`pong`: only options changed: `timeout` is 5m, was 1m"]
    [one] = released.found().diagnostics
    assert [(each.file, each.position.line) for each in one.related] == [("flows/flowc.lock", 3)]
    assert "flowc bump flows/ping.yaml" in str(one.help)


def test_the_old_definition_is_found_some_commits_ago(released: Project, git: Git) -> None:
    for minutes in range(2, 6):
        released.write("flows/ping.yaml", PING.replace("pong:", f"pong: {{timeout: {minutes}m}}"))
        git("commit", "-qam", "again")
    assert "`timeout` is 5m, was 1m" in released.said()[0]


def test_the_old_definition_is_found_also_where_the_file_was_moved(released: Project, git: Git) -> None:
    (released.folder / "flows/ping.yaml").unlink()
    released.write("flows/deep/other.yaml", LONGER)
    git("add", "-A")
    git("commit", "-qm", "moved")
    assert "`timeout` is 5m, was 1m" in released.said()[0]


def test_without_git_the_report_says_that_it_changed_and_never_two_hashes(project: Project) -> None:
    project.write("flows/ping.yaml", PING)
    project.lock()
    project.write("flows/ping.yaml", LONGER)
    assert project.said() == ["FL901 flows/ping.yaml:1:7 `ping` changed after its release"]
    [one] = project.found().diagnostics
    assert str(one.help).startswith("`git log -p flows/ping.yaml` shows how")
    assert "fc1:" not in f"{one.message}{one.label}{one.help}"


def test_a_released_flow_that_is_gone_is_reported_where_the_lock_names_it(released: Project) -> None:
    (released.folder / "flows/ping.yaml").rename(released.folder / "flows/pong.yaml")
    assert released.said() == []
    released.write("flows/pong.yaml", PING.replace("flow: ping", "flow: pong"))
    assert released.said() == ["FL902 flows/flowc.lock:3:1 `ping` is released, and no flow file has it"]


def test_a_retired_flow_may_be_gone_and_still_may_not_change(released: Project) -> None:
    lock = released.folder / "flows/flowc.lock"
    lock.write_text(lock.read_text().rstrip("\n") + " retired\n")
    assert released.said() == []
    released.write("flows/ping.yaml", LONGER)
    assert released.said()[0].startswith("FL901")
    released.write("flows/ping.yaml", PING.replace("flow: ping", "flow: pong"))
    assert released.said() == []


def test_one_file_or_a_part_of_the_folder_is_not_missing_the_others(released: Project) -> None:
    released.write("flows/part/news.yaml", "flow: news\nsteps: {a: }\n")
    (released.folder / "flows/ping.yaml").unlink()
    assert released.said("flows/part/news.yaml") == []
    assert released.said("flows/part") == []
    assert [said[:5] for said in released.said("flows")] == ["FL902"]
    assert [said[:5] for said in released.said(".")] == ["FL902"]


def test_a_file_that_cannot_be_read_may_be_the_one_that_seems_gone(released: Project) -> None:
    released.write("flows/ping.yaml", "flow: ping\nsteps: [\n")
    assert released.said() == []
    released.write("flows/ping.yaml", "flow:\nsteps: {a: }\n")
    assert released.said() == []


def test_two_files_with_one_slug_are_reported_where_a_folder_is_checked(project: Project) -> None:
    project.write("flows/a.yaml", PING)
    project.write("flows/b.yaml", "steps: {x: }\nflow: ping\n")
    assert project.said() == ["FL903 flows/b.yaml:2:7 `ping` is the slug of another file too"]
    [one] = project.found().diagnostics
    assert (one.label, one.related[0].file) == ("also in flows/a.yaml:1", "flows/a.yaml")
    assert project.said("flows/b.yaml") == []


def test_locked_asks_that_every_flow_is_released(released: Project) -> None:
    released.write("flows/news.yaml", "flow: news\nsteps: {a: }\n")
    assert released.said() == []
    assert released.said(locked=True) == ["FL907 flows/news.yaml:1:7 `news` is not in flows/flowc.lock"]
    assert released.said("flows/ping.yaml", locked=True) == []


def test_a_lock_edited_together_with_its_flow_is_found_by_the_base(released: Project, git: Git) -> None:
    released.write("flows/ping.yaml", LONGER)
    (released.folder / "flows/flowc.lock").unlink()
    released.lock()
    git("commit", "-qam", "sly")
    assert released.said(locked=True) == []
    assert released.said(base="HEAD") == []
    [said] = released.said(base="HEAD~1")
    assert said.startswith("FL901")
    assert "`timeout` is 5m, was 1m" in said
    [one] = released.found(base="HEAD~1").diagnostics
    assert one.related[0].label == "edited: `HEAD~1` has another digest here"


def test_a_line_taken_out_of_the_lock_is_found_by_the_base(released: Project) -> None:
    (released.folder / "flows/flowc.lock").write_text("")
    assert released.said(base="main") == [
        "FL907 flows/ping.yaml:1:7 `ping` is no longer in flows/flowc.lock, where `main` has it"
    ]
    released.write("flows/ping.yaml", "flow: other\nsteps: {a: }\n")
    assert released.said(base="main") == ["FL902 flows/flowc.lock:1:1 `ping` is released, and no flow file has it"]


def test_a_base_without_a_lock_asks_nothing(project: Project, git: Git) -> None:
    project.write("flows/ping.yaml", PING)
    git("add", "-A")
    git("commit", "-qm", "no lock yet")
    project.lock()
    assert project.said(base="main", locked=True) == []


@pytest.mark.parametrize("ref", ["nowhere", "--help", "", "main:flows"])
def test_a_commit_that_git_does_not_know_is_refused_in_words(released: Project, ref: str) -> None:
    with pytest.raises(UsageError) as raised:
        released.said(base=ref)
    assert "no commit" in raised.value.message or "no name of a commit" in raised.value.message
    assert raised.value.help
    assert raised.value.exit_code == 2


def test_a_shallow_clone_that_lacks_the_commit_is_told_what_to_fetch(
    released: Project, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("tag", "v1")
    git("commit", "-q", "--allow-empty", "-m", "second")
    clone = tmp_path / "clone"
    command = ["git", "clone", "-q", "--depth", "1", "--no-tags", f"file://{released.folder}", str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.chdir(clone)
    with pytest.raises(UsageError) as raised:
        Project(clone).said(base="v1")
    assert "this clone is shallow" in raised.value.message
    assert "fetch-depth: 0" in str(raised.value.help)


def test_in_a_hook_git_is_asked_about_the_folder_of_the_flows(
    released: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    released.write("flows/ping.yaml", LONGER)
    assert "`timeout` is 5m, was 1m" in released.said(base="HEAD")[0]


def test_base_without_a_repository_or_without_git_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("flows/ping.yaml", PING)
    with pytest.raises(UsageError, match="not a git repository"):
        project.said(base="main")
    monkeypatch.setenv("PATH", str(project.folder))
    with pytest.raises(UsageError, match="there is no git here"):
        project.said(base="main")


def test_a_folder_with_a_lock_of_its_own_is_held_against_that(project: Project, tmp_path: Path) -> None:
    other = Project(tmp_path / "other") if (tmp_path / "other").mkdir() is None else project
    other.write("more/ping.yaml", PING)
    project.write("flows/news.yaml", "flow: news\nsteps: {a: }\n")
    (tmp_path / "other/more/flowc.lock").write_text(f"gone fc1:{'1' * 64}\n")
    assert project.said("other/more") == ["FL902 other/more/flowc.lock:1:1 `gone` is released, and no flow file has it"]
    assert project.said() == []
