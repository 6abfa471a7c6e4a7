"""Whatever is wrong: it is said in words, with its place and what to do, and nothing is left half done."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.install import install
from tests.cli.conftest import Flowc

NOBODY = "postgresql://me:secret-word@127.0.0.1:{port}/x"


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"flow: a\nsteps: {a: : b}\n", "FL101", (2, None)),
        (b"flow: a\nsteps:\n  a:\n  a:\n", "FL103", (4, 3)),
        (b"flow: a\nsteps: " + b"[" * 30_000, "FL117", (2, None)),
        (b"flow: a\n# " + b"x" * 2 * 1024 * 1024, "FL117", (1, 1)),
        (b"flow: a\ndescription: caf\xe9\n", "FL116", (2, 17)),
        (b"", "FL118", (1, 1)),
        (b"- flow: a\n", "FL118", (1, 1)),
        (b"flow: a\nsteps:\n  a: {depends_on: [b]}\n  b: {depends_on: [a]}\n", "FL401", (None, None)),
        (b"flow: a\nsteps:\n  a: {depends_on: [webiste]}\n  website:\n", "FL301", (3, 20)),
        (b"flow: a\nsteps:\n  a: {tiemout: 5s}\n", "FL201", (3, 7)),
    ],
    ids=["syntax", "twice", "deep", "large", "latin-1", "empty", "list", "cycle", "step", "key"],
)
def test_a_mistake_in_a_file_is_reported_at_its_place(
    flowc: Flowc, project: Path, data: bytes, code: str, place: tuple[int | None, int | None]
) -> None:
    (project / "bad.yaml").write_bytes(data)
    result = flowc("check", "bad.yaml", "--format", "json")
    assert (result.returncode, result.stderr) == (1, "")
    [found] = json.loads(result.stdout)
    assert (found["code"], found["file"]) == (code, "bad.yaml")
    for known, at in zip(place, (found["line"], found["column"]), strict=True):
        assert known in (None, at)

    for command in (["compile", "bad.yaml"], ["run", "bad.yaml"], ["deploy", "bad.yaml"], ["plan", "bad.yaml"]):
        refused = flowc(*command)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"error[{code}]" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert not (project / ".flowc").exists()


def test_a_file_s_own_mistakes_are_said_before_missing_handlers(flowc: Flowc, project: Path) -> None:
    (project / "bad.yaml").write_text("flow: bad\nsteps: {a: {tiemout: 5s}}\n")
    (project / "good.yaml").write_text("flow: good\nsteps: {a: }\n")
    bad, good = (flowc("run", name, "--handlers", "nowhere:handlers") for name in ("bad.yaml", "good.yaml"))
    assert (bad.returncode, good.returncode) == (1, 2)
    assert "error[FL201]" in bad.stderr
    assert "nowhere" in good.stderr


def test_a_misspelt_handler_is_found_with_the_handlers_at_hand(flowc: Flowc, project: Path) -> None:
    (project / "bad.yaml").write_text("flow: a\nsteps:\n  a: {handler: fetch_pge}\n")
    assert flowc("check", "bad.yaml").returncode == 0
    result = flowc("check", "bad.yaml", "--handlers", "flows.handlers:handlers")
    assert result.returncode == 1
    assert "error[FL317]" in result.stdout
    assert "bad.yaml:3:16" in result.stdout
    assert "did you mean `fetch_page`?" in result.stdout


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that is taken by somebody who hangs up on PostgreSQL's greeting."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        from threading import Thread

        def answer() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                    connection.close()
            except OSError:
                pass

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


COMMANDS = [
    ["install"],
    ["deploy"],
    ["plan"],
    ["run", "flows/ping.yaml"],
    ["start", "ping"],
    ["worker", "--drain"],
    ["runs"],
    ["show", "0193"],
    ["watch", "0193"],
    ["flows"],
    ["flows", "retire", "ping"],
    ["doctor"],
    ["verify"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_database_at_the_url(flowc: Flowc, closed_port: int, command: list[str]) -> None:
    result = flowc(*command, "--db", NOBODY.format(port=closed_port))
    assert (result.returncode, result.stdout) == (2, "")
    assert f"error: the database postgresql://me@127.0.0.1:{closed_port}/x is not there" in result.stderr
    assert "help: start PostgreSQL, or correct the URL" in result.stderr
    assert "secret-word" not in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_url_is_not_the_embedded_database(flowc: Flowc, project: Path) -> None:
    result = flowc("runs", "--db", "")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --db is empty\nhelp: give it a URL")
    assert not (project / ".flowc").exists()


def test_a_port_that_somebody_else_has_taken(flowc: Flowc, silent_port: int) -> None:
    result = flowc("runs", FLOWC_DATABASE_URL=NOBODY.format(port=silent_port))
    assert (result.returncode, result.stdout) == (2, "")
    assert "does not speak PostgreSQL: another service listens on that port" in result.stderr
    assert "secret-word" not in result.stderr


def test_a_wrong_password(flowc: Flowc, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("locked")
    with Embedded(folder) as server:
        with psycopg.connect(server.url) as conn:
            conn.execute("create role locked login password 'right-word'")
        access = Path(server.log).parent / "data" / "pg_hba.conf"
    access.write_text("local all locked scram-sha-256\n" + access.read_text())
    with Embedded(folder) as server:
        url = server.url.replace("postgres@", "locked:wrong-word@")
        result = flowc("runs", "--db", url)
    assert (result.returncode, result.stdout) == (2, "")
    assert "refuses the user or the password" in result.stderr
    assert "wrong-word" not in result.stderr


@pytest.mark.parametrize("command", COMMANDS[1:], ids=" ".join)
def test_a_database_without_flowc(flowc: Flowc, empty_dsn: str, command: list[str]) -> None:
    result = flowc(*command, "--db", empty_dsn)
    assert (result.returncode, result.stdout) == (2, "")
    words = f"error: flowc is not installed in this database\nhelp: run `flowc install --db '{empty_dsn}'`\n"
    assert result.stderr.endswith(words)


def test_a_place_for_the_embedded_database_that_is_taken(flowc: Flowc, project: Path) -> None:
    (project / ".flowc").write_text("a file")
    result = flowc("run", "flows/ping.yaml")
    assert (result.returncode, result.stdout) == (2, "")
    assert "error: the embedded PostgreSQL cannot use" in result.stderr
    assert "help: let this user write in" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raise RuntimeError('no model at hand')", "importing `bad` failed: RuntimeError: no model at hand"),
        ("import nothing_of_the_kind", "importing `bad` failed: ModuleNotFoundError"),
        ("def f(:", "importing `bad` failed: invalid syntax"),
        ("raise SystemExit(0)", "importing `bad` failed: SystemExit: 0"),
        (
            "from flowc import Handlers\nhandlers = Handlers()\nfor _ in 1, 2:\n  @handlers.register\n  def say(): ...",
            "two handlers are named `say`: bad.py:",
        ),
        ("handlers = {}", "`bad:handlers` is of type `dict`, not a registry of handlers"),
        ("", "`bad` has no `handlers`"),
    ],
)
def test_handlers_that_cannot_be_loaded(flowc: Flowc, project: Path, dsn: str, text: str, words: str) -> None:
    (project / "bad.py").write_text(text)
    for command in (["check"], ["run", "flows/ping.yaml"], ["worker", "--drain"]):
        result = flowc(*command, "--handlers", "bad:handlers", FLOWC_DATABASE_URL=dsn)
        assert (result.returncode, result.stdout) == (2, "")
        assert f"error: {words}" in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("bad", "error: `bad` is no `module:attribute`\nhelp: write it like `app.flows:handlers`"),
        ("nowhere:handlers", "error: there is no module `nowhere` here"),
    ],
)
def test_handlers_that_are_named_wrongly(flowc: Flowc, target: str, words: str) -> None:
    result = flowc("check", "--handlers", target)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('the page is empty')", "ValueError: the page is empty"),
        ("return {1, 2}", "set"),
        ("return {'score': float('nan')}", "NaN"),
        ("return ['a\\0b']", "U+0000"),
        ("value = []; value.append(value); return value", "`$"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
    ids=["raises", "set", "nan", "nul", "itself", "exit"],
)
def test_a_handler_that_does_wrong_fails_the_run_with_its_error(
    flowc: Flowc, project: Path, dsn: str, body: str, words: str
) -> None:
    (project / "bad.py").write_text(
        f"from flowc import Handlers\nhandlers = Handlers()\n@handlers.register\ndef work():\n    {body}\n"
    )
    (project / "bad.yaml").write_text("flow: bad\nsteps:\n  work: {retry: {max_attempts: 1}}\n")
    result = flowc("run", "bad.yaml", "--handlers", "bad:handlers", FLOWC_DATABASE_URL=dsn)
    assert (result.returncode, result.stdout) == (1, "")
    assert "failed in `work`" in result.stderr
    assert words in result.stderr
    assert "help: flowc retry" in result.stderr
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select status, failed_step from flowc.runs").fetchall() == [("failed", "work")]


def test_an_input_that_does_not_fit_starts_nothing(flowc: Flowc, dsn: str) -> None:
    for wrong in (["url=x", "--input", "[]"], ["--input", '{"url": 5}'], []):
        result = flowc("run", "flows/analyze_website.yaml", *wrong, FLOWC_DATABASE_URL=dsn)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("error: ")
        assert "help: " in result.stderr
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select count(*) from flowc.flows").fetchone() == (0,)

    assert flowc("deploy", FLOWC_DATABASE_URL=dsn).returncode == 0
    result = flowc("start", "analyze_website_v1", "--input", '{"url": 5}', FLOWC_DATABASE_URL=dsn)
    assert (result.returncode, result.stdout) == (2, "")
    assert "`$.url`" in result.stderr
    with psycopg.connect(dsn) as conn:
        assert conn.execute("select count(*) from flowc.runs").fetchone() == (0,)


def test_an_unknown_flow_or_run_is_named(flowc: Flowc, dsn: str) -> None:
    assert flowc("deploy", FLOWC_DATABASE_URL=dsn).returncode == 0
    result = flowc("start", "pnig", FLOWC_DATABASE_URL=dsn)
    assert result.returncode == 2
    assert result.stderr.endswith("error: no flow `pnig` is deployed here\nhelp: did you mean `ping`?\n")
    result = flowc("show", "0193", FLOWC_DATABASE_URL=dsn)
    assert result.returncode == 2
    assert result.stderr.endswith("error: there is no run 0193\nhelp: `flowc runs` lists them\n")
    result = flowc("show", "hello", FLOWC_DATABASE_URL=dsn)
    assert result.stderr.endswith("error: `hello` is no run's id\nhelp: `flowc runs` lists them\n")


def test_a_completed_run_is_not_retried(flowc: Flowc, dsn: str) -> None:
    assert flowc("run", "flows/ping.yaml", FLOWC_DATABASE_URL=dsn).returncode == 0
    with psycopg.connect(dsn) as conn:
        [(run_id,)] = conn.execute("select run_id::text from flowc.runs").fetchall()
    result = flowc("retry", run_id, "--db", dsn)
    assert (result.returncode, result.stdout) == (2, "")
    words = "has completed: there is nothing to run again\nhelp: `flowc start ping --db"
    assert words in result.stderr


def test_an_input_file_that_is_not_there_is_named(flowc: Flowc, dsn: str) -> None:
    result = flowc("run", "flows/ping.yaml", "--input", "@missing.json", "--db", dsn)
    assert (result.returncode, result.stdout) == (2, "")
    words = "error: cannot read the input from missing.json: No such file or directory\nhelp: give a file of JSON"
    assert words in result.stderr


def test_an_embedded_database_of_another_flowc_is_to_be_removed(flowc: Flowc, project: Path) -> None:
    with Embedded(project) as server, connect(server.url) as conn:
        install(conn)
        conn.execute("update flowc.migrations set digest = 'x' where number = 2")
        conn.execute("update flowc.installation set functions_digest = 'x'")
        result = flowc("runs")
    assert (result.returncode, result.stdout) == (2, "")
    assert "error: the embedded database was made by another flowc: migration 0002_runtime was applied" in result.stderr
    assert "help: remove the folder .flowc beside pyproject.toml" in result.stderr
