"""A secret that is leaked in every way we know is nowhere to be found: no table, no log, no output of a command."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from flowc.db import queries
from tests.conftest import Postgres
from tests.runtime.canary_app import ERRORS, OUTPUTS, QUIET
from tests.runtime.conftest import Engine

ROOT = Path(__file__).parents[2]
TOKEN = 'c4nary/+"\\é&' + "Zx81qQ"
KEY = "-----BEGIN KEY-----\nMIIc4naryQIBADANBgkq\nhkiGc4naryEFAASC\n-----END KEY-----\n"
FLOW = """
    flow: canary
    secrets: [TOKEN, KEY]
    steps:
      plain:
        handler: leak
        map: $input.ways
        with: {way: $item, secret: $input.secret}
        retry: {max_attempts: 1}
        on_failure: skip
      later:
        handler: leak_later
        map: $input.ways
        with: {way: $item, secret: $input.secret}
        retry: {max_attempts: 1}
        on_failure: skip
    """


def traces(value: str) -> list[str]:
    """What a value would look like, worked out apart from the guard: its ends too, which a cut might leave."""
    raw = value.encode()
    shown = [value, value[:8], value[-8:], quote(value, safe=""), quote(value), json.dumps(value)[1:-1], raw.hex()]
    shown += [base64.b64encode(b"x" * before + raw).decode()[4:20] for before in range(3)]
    return [*shown, base64.urlsafe_b64encode(raw).decode()[:20], repr(value)[1:-1], repr(raw)[2:-1]]


TRACES = [trace for value in (TOKEN, *KEY.split("\n")[1:3]) for trace in traces(value)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the handlers, and a folder of secrets as Docker mounts them."""
    shutil.copy(Path(__file__).with_name("canary_app.py"), tmp_path / "app.py")
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "TOKEN").write_text(TOKEN + "\n")
    (tmp_path / "vault" / "KEY").write_text(KEY)
    return tmp_path


@pytest.fixture
def logging_postgres(postgres: Postgres, db: psycopg.Connection) -> Iterator[Postgres]:
    """The server, which writes every statement to this database into its log, with all that is handed over."""
    for setting in ("log_statement = 'all'", "log_min_duration_statement = 0", "log_parameter_max_length = -1"):
        text = f"alter database {db.info.dbname} set {setting}"
        postgres.admin.execute(text)  # type: ignore[arg-type]
    return postgres


def flowc(folder: Path, dsn: str, *arguments: str) -> str:
    """All that a command writes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FLOWC_DATABASE_URL": dsn}
    done = subprocess.run(
        [sys.executable, "-m", "flowc", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def tables(conn: psycopg.Connection) -> str:
    """Every row of every table, bytes as hex and as text."""
    names = conn.execute(
        "select c.oid::regclass::text from pg_class c where relkind = 'r' and relnamespace = 'flowc'::regnamespace"
    )
    found = []
    for (name,) in names.fetchall():
        rows = conn.execute(sql.SQL("select * from {}").format(sql.SQL(name))).fetchall()
        found += [one.decode(errors="replace") if isinstance(one, bytes) else str(one) for row in rows for one in row]
    return "\n".join(found)


@pytest.mark.parametrize(
    ("secret", "form", "executor"),
    [("TOKEN", "json", "thread"), ("KEY", "console", "thread"), ("TOKEN", "console", "process")],
)
def test_a_leaked_secret_is_nowhere(
    engine: Engine, folder: Path, logging_postgres: Postgres, *, secret: str, form: str, executor: str
) -> None:
    engine.deploy(FLOW)
    ways = [*OUTPUTS, *ERRORS, *QUIET]
    run = engine.start("canary", {"ways": ways, "secret": secret})
    before = logging_postgres.log.stat().st_size
    options = ("--handlers", "app:handlers", "--secrets", "folder:vault", "--log-format", form, "--log-level", "debug")
    options += ("--executor", executor, "--concurrency", "2")
    told = flowc(folder, engine.dsn, "worker", "--drain", *options)
    commands = (["show", run], ["show", run, "--json"], ["show", run, "plain"], ["watch", run], ["runs", "--json"])
    told += "".join(flowc(folder, engine.dsn, *words) for words in commands)
    with logging_postgres.log.open("rb") as log:
        log.seek(before)
        told += log.read().decode()
    stored = tables(engine.conn)

    for text in (stored, told):
        assert [text[max(0, text.index(trace) - 60) :][:120] for trace in TRACES if trace in text] == []
    errors = {(one.step_slug, one.task_index): one for one in queries.task_errors(engine.conn, run)}
    for step in ("plain", "later"):
        for index, way in enumerate(ways):
            error = errors.get((step, index))
            if way in OUTPUTS:
                assert error is not None
                assert (error.class_, error.terminal) == ("SecretInOutput", True), way
                assert f"`{secret}` at `$" in str(error.message)
            elif way in ERRORS:
                assert error is not None, way
            else:
                assert error is None, (way, error)
    assert "in the text ***" in told or "in the text -----BEGIN KEY-----" in told
    assert "to stdout: ***" in told or "to stdout: -----BEGIN KEY-----" in told
    assert "settle_and_poll" in told
