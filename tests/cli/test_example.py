"""The example, end to end: from its YAML file to a finished run, both branches, on each PostgreSQL."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from tests.cli.conftest import ROOT, Flowc

FLOW = ROOT / "flows" / "analyze_website.yaml"
SUMMARY = (
    "The Harbour Bakery has baked sourdough bread by the old harbour since 1987."
    " Our visitors love the warm bread and the friendly welcome."
)


def report_of(address: str) -> dict[str, Any]:
    return {"url": address, "mood": "positive", "summary": SUMMARY, "subpages": 3, "broken_links": []}


class Quiet(SimpleHTTPRequestHandler):
    """Serves the example's pages and logs nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a server with the example's pages."""
    handler = functools.partial(Quiet, directory=str(ROOT / "flows" / "pages"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def steps_of(url: str) -> dict[str, str]:
    with psycopg.connect(url) as conn:
        return dict(conn.execute("select step_slug, coalesce(skip_reason, status) from flowc.step_states").fetchall())


def test_the_example_is_the_flow_of_the_design_word_for_word() -> None:
    assert FLOW.read_text() == (Path(__file__).parent / "analyze_website.golden.yaml").read_text()


def test_the_examples_have_no_diagnostic(flowc: Flowc) -> None:
    result = flowc("check", "flows", "--handlers", "flows.handlers:handlers", "--fail-on", "warning")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("3 flows OK")


@pytest.mark.each_postgres
def test_a_page_that_is_there_is_analysed_and_stored(flowc: Flowc, dsn: str, site: str) -> None:
    address = f"{site}/index.html"
    result = flowc("run", "flows/analyze_website.yaml", f"url={address}", FLOWC_DATABASE_URL=dsn)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"report": report_of(address)}
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select report from website_reports").fetchall() == [(report_of(address),)]
        [(run_id, output)] = conn.execute("select run_id::text, output from flowc.runs").fetchall()
    assert output == {"report": report_of(address)}
    assert f"run {run_id}: analyze_website_v1" in result.stderr
    assert steps_of(dsn) == {
        "website": "completed",
        "if_success": "completed",
        "sentiment": "completed",
        "summary": "completed",
        "subpages": "completed",
        "save_to_db": "completed",
        "if_failure": "condition_unmet",
        "notify_sentry": "branch_skipped",
    }


@pytest.mark.each_postgres
def test_a_page_that_is_gone_is_told_to_somebody(flowc: Flowc, dsn: str, site: str, project: Path) -> None:
    address = f"{site}/gone.html"
    events = project / "events.jsonl"
    result = flowc("run", "flows/analyze_website.yaml", f"url={address}", FLOWC_DATABASE_URL=dsn, NOTIFY_TO=str(events))
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"report": None}
    with psycopg.connect(dsn) as conn:
        [(run_id,)] = conn.execute("select run_id::text from flowc.runs").fetchall()
    event = {"id": run_id, "event": "website_unavailable", "url": address, "status": 404}
    assert [json.loads(line) for line in events.read_text().splitlines()] == [event]
    steps = steps_of(dsn)
    assert (steps["if_success"], steps["notify_sentry"]) == ("condition_unmet", "completed")
    assert {steps[slug] for slug in ("sentiment", "summary", "subpages", "save_to_db")} == {"branch_skipped"}


@pytest.mark.each_postgres
def test_the_small_examples_run(flowc: Flowc, dsn: str) -> None:
    ping = flowc("run", "flows/ping.yaml", FLOWC_DATABASE_URL=dsn)
    assert (ping.returncode, json.loads(ping.stdout)) == (0, {"pong": "pong"})
    counts = flowc("run", "flows/word_counts.yaml", 'lines=["a b a", ""]', FLOWC_DATABASE_URL=dsn)
    assert counts.returncode == 0, counts.stderr
    assert json.loads(counts.stdout) == {"lines": [{"a": 2, "b": 1}, {}], "total": 3}
    counts = flowc("run", "flows/word_counts.yaml", FLOWC_DATABASE_URL=dsn)
    assert json.loads(counts.stdout)["total"] == 8


def test_deployed_flows_are_started_by_one_process_and_worked_on_by_another(flowc: Flowc, dsn: str) -> None:
    deployed = flowc("deploy", FLOWC_DATABASE_URL=dsn)
    assert deployed.stdout == "+ new        analyze_website_v1\n+ new        ping\n+ new        word_counts\n"
    assert flowc("plan", FLOWC_DATABASE_URL=dsn).stdout.count("= unchanged") == 3
    start = ("start", "analyze_website_v1", "url=flows/pages/index.html", "--key", "k")
    first = flowc(*start, FLOWC_DATABASE_URL=dsn)
    again = flowc(*start, FLOWC_DATABASE_URL=dsn)
    assert first.stdout == again.stdout
    run_id = first.stdout.strip()
    worked = flowc("worker", "--drain", FLOWC_DATABASE_URL=dsn)
    assert worked.returncode == 0, worked.stderr

    shown = flowc("show", run_id[:-3], FLOWC_DATABASE_URL=dsn)
    assert shown.returncode == 0, shown.stderr
    assert f"analyze_website_v1  {run_id}  completed" in shown.stdout
    assert "notify_sentry  skipped  its branch `if_failure` was not taken" in shown.stdout
    told = json.loads(flowc("show", run_id, "--json", FLOWC_DATABASE_URL=dsn).stdout)
    assert told["output"] == {"report": report_of("flows/pages/index.html")}
    assert told["step_states"][0]["step_slug"] == "website"
    assert len(told["step_tasks"]) == 7

    listed = flowc("runs", "--json", FLOWC_DATABASE_URL=dsn)
    assert [run["run_id"] for run in json.loads(listed.stdout)] == [run_id]
    waited = flowc(
        "start", "analyze_website_v1", "url=flows/pages/index.html", "--key", "k", "--wait", FLOWC_DATABASE_URL=dsn
    )
    assert json.loads(waited.stdout) == told["output"]


def test_on_the_embedded_database_a_changed_flow_runs_as_a_draft(flowc: Flowc, project: Path) -> None:
    first = flowc("run", "flows/ping.yaml")
    assert first.returncode == 0, first.stderr
    assert f"host={project}/.flowc" in first.stderr or "(embedded)" in first.stderr
    (project / "flows" / "ping.yaml").write_text("flow: ping\nsteps:\n  pong: {timeout: 5s}\n")
    for _ in range(2):
        changed = flowc("run", "flows/ping.yaml")
        assert (changed.returncode, json.loads(changed.stdout)) == (0, {"pong": "pong"})
        assert "so this one runs as `ping_draft_" in changed.stderr
    assert [run["flow_slug"][:10] for run in json.loads(flowc("runs", "--json").stdout)] == ["ping_draft"] * 2 + [
        "ping"
    ]


def test_elsewhere_a_changed_flow_is_refused(flowc: Flowc, project: Path, dsn: str) -> None:
    assert flowc("run", "flows/ping.yaml", FLOWC_DATABASE_URL=dsn).returncode == 0
    (project / "flows" / "ping.yaml").write_text("flow: ping\nsteps:\n  pong: {timeout: 5s}\n")
    planned = flowc("plan", "flows/ping.yaml", FLOWC_DATABASE_URL=dsn)
    change = "`pong`: only options changed: `timeout` is 5s, was 1m"
    assert (planned.returncode, planned.stdout) == (1, f"! differs    ping\n             {change}\n")
    [entry] = json.loads(flowc("plan", "flows/ping.yaml", "--json", FLOWC_DATABASE_URL=dsn).stdout)
    assert (entry["plan"], entry["changes"]) == ("differs", [change])
    refused = flowc("run", "flows/ping.yaml", FLOWC_DATABASE_URL=dsn)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"`ping` is deployed with another content: {change}" in refused.stderr
    deployed = flowc("deploy", FLOWC_DATABASE_URL=dsn)
    assert (deployed.returncode, deployed.stdout) == (2, "")
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select flow_slug from flowc.flows").fetchall() == [("ping",)]
