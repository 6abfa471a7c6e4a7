"""`flowc lock`, `flowc bump`, and what the lock means for the other commands."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Flowc, environment

LONGER = "flow: ping\nsteps:\n  pong: {timeout: 5m}\n"


@pytest.fixture
def released(flowc: Flowc, project: Path) -> Path:
    """The example project with all of its flows released and committed."""
    result = flowc("lock")
    assert (result.returncode, result.stdout) == (0, "+ analyze_website_v1\n+ ping\n+ word_counts\n")
    assert result.stderr == "flows/flowc.lock: 3 added, 3 released\n"
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
        git = {**environment(), "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *who, *arguments], cwd=project, check=True, capture_output=True, env=git)
    return project


def test_locking_again_adds_only_what_is_new(flowc: Flowc, released: Path) -> None:
    lock = released / "flows/flowc.lock"
    before = lock.read_bytes()
    assert flowc("lock").stdout == ""
    assert lock.read_bytes() == before
    (released / "flows/news.yaml").write_text("flow: news\nsteps: {a: }\n")
    assert flowc("lock").stdout == "+ news\n"
    assert set(before.splitlines()) < set(lock.read_bytes().splitlines())


def test_a_changed_flow_is_not_locked_and_says_what_changed(flowc: Flowc, released: Path) -> None:
    before = (released / "flows/flowc.lock").read_bytes()
    (released / "flows/ping.yaml").write_text(LONGER)
    (released / "flows/news.yaml").write_text("flow: news\nsteps: {a: }\n")
    for command in (["lock"], ["compile"], ["deploy"], ["run", "flows/ping.yaml"]):
        result = flowc(*command)
        assert (result.returncode, result.stdout) == (1, "")
        assert "error[FL901]: `ping` is released, and it changed: `pong`: only options changed" in result.stderr
    assert (released / "flows/flowc.lock").read_bytes() == before
    assert not (released / ".flowc").exists()


def test_a_flow_with_mistakes_is_not_locked(flowc: Flowc, project: Path) -> None:
    (project / "flows/wrong.yaml").write_text("flow: wrong\nsteps: {a: {with: {x: $b}}}\n")
    result = flowc("lock")
    assert (result.returncode, result.stdout) == (1, "")
    assert not (project / "flows/flowc.lock").exists()


def test_the_options_of_check_look_at_the_lock(flowc: Flowc, released: Path) -> None:
    assert flowc("check", "--locked", "--base", "HEAD").returncode == 0
    (released / "flows/news.yaml").write_text("flow: news\nsteps: {a: }\n")
    result = flowc("check", "--locked", "--format", "json")
    assert (result.returncode, [one["code"] for one in json.loads(result.stdout)]) == (1, ["FL907"])
    result = flowc("check", "--base", "nowhere")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: git knows no commit `nowhere`\nhelp: ")


def test_a_retired_slug_may_lose_its_file(flowc: Flowc, released: Path) -> None:
    (released / "flows/ping.yaml").unlink()
    result = flowc("check")
    assert result.returncode == 1
    assert "--> flows/flowc.lock:4:1" in result.stdout
    assert flowc("lock", "--retire", "ping").stdout == "- ping retired\n"
    assert flowc("check").returncode == 0
    wrong = flowc("lock", "--retire", "pign")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "error: `pign` is not in flows/flowc.lock\nhelp: did you mean `ping`?\n",
    )


def test_a_bumped_flow_is_a_copy_with_the_next_slug(flowc: Flowc, released: Path) -> None:
    result = flowc("bump", "flows/analyze_website.yaml")
    assert (result.returncode, result.stdout) == (0, "flows/analyze_website_v2.yaml\n")
    old = (released / "flows/analyze_website.yaml").read_text()
    new = (released / "flows/analyze_website_v2.yaml").read_text()
    assert new == old.replace("flow: analyze_website_v1", "flow: analyze_website_v2")
    assert flowc("check").returncode == 0
    again = flowc("bump", "analyze_website_v1")
    assert (again.returncode, again.stdout) == (2, "")
    assert "flows/analyze_website_v2.yaml exists already" in again.stderr
    assert flowc("bump", "analyze_website_v2").stdout == "flows/analyze_website_v3.yaml\n"


def test_bumping_an_edited_flow_says_how_to_get_the_old_one_back(flowc: Flowc, released: Path) -> None:
    (released / "flows/ping.yaml").write_text(LONGER)
    result = flowc("bump", "ping")
    assert result.stdout == "flows/ping_v2.yaml\n"
    assert "`git checkout -- flows/ping.yaml`" in result.stderr


def test_a_schema_file_is_part_of_what_is_released(flowc: Flowc, released: Path) -> None:
    (released / "flows/shop.yaml").write_text("flow: shop\ninput: {$ref: order.json}\nsteps: {pay: }\n")
    (released / "flows/order.json").write_text('{"type": "object", "title": "an order"}')
    assert flowc("lock").stdout == "+ shop\n"
    (released / "flows/order.json").write_text('{"title": "an order",\n"type": "object"}')
    assert flowc("check").returncode == 0
    (released / "flows/order.json").write_text('{"type": "object", "title": "an order", "required": ["item"]}')
    assert "[FL901] `shop`" in flowc("check", "--format", "concise").stdout
    assert "`git checkout -- flows/shop.yaml flows/order.json`" in flowc("bump", "shop").stderr


@pytest.mark.parametrize("name", ["nothing", "flows/nothing.yaml"])
def test_a_flow_that_is_not_there_cannot_be_bumped(flowc: Flowc, name: str) -> None:
    result = flowc("bump", name)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 2


def test_a_lock_that_a_merge_left_broken_is_said_at_its_line(flowc: Flowc, released: Path) -> None:
    lock = released / "flows/flowc.lock"
    lock.write_text(lock.read_text() + "<<<<<<< ours\n")
    result = flowc("check")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: flows/flowc.lock:6: a merge left its marks\nhelp: ")


def test_handlers_that_nobody_calls_are_a_warning_of_the_whole_folder(flowc: Flowc, project: Path) -> None:
    (project / "flows/ping.yaml").unlink()
    result = flowc("check", "--handlers", "flows.handlers:handlers")
    assert result.returncode == 0
    assert "warning[FL319]: the handler `pong` is registered, and no flow calls it" in result.stdout
    assert "def pong() -> str:" in result.stdout
    quiet = flowc("check", "--handlers", "flows.handlers:handlers", FLOWC_IGNORE="FL319")
    assert quiet.stdout.startswith("2 flows OK")
