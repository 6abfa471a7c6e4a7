"""A database of a test: flows are deployed to it, and runs of them worked on in the test's own process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection

from flowc.compiler.emit import emit
from flowc.compiler.pipeline import compile_file
from flowc.db import queries
from flowc.db.deploy import deploy
from flowc.db.rows import StepState, TaskError
from flowc.runtime.handlers import Handlers
from flowc.runtime.start import start
from flowc.runtime.worker import Worker
from flowc.testing.invalid import definition_in


class Ended(NamedTuple):
    """A run after the work: its status, its output and error as JSON data, its steps by slug, its failed attempts."""

    run_id: str
    status: str
    output: Any
    error: Any
    steps: dict[str, StepState]
    errors: list[TaskError]


class Database:
    """A PostgreSQL database with flowc installed.

    Attributes:
        url: how to connect to it.
        conn: a connection to it, in autocommit: for the test's own tables and questions.
    """

    def __init__(self, url: str, conn: Connection) -> None:
        self.url = url
        self.conn = conn

    def deploy(self, *files: Path | str) -> list[str]:
        """Deploy flow files; their slugs.

        Raises:
            InvalidFlow: a file has mistakes.
            DatabaseError: another flow of the same slug is deployed.
        """
        definitions = [definition_in(compile_file(file)) for file in files]
        deploy(self.conn, emit(definitions, plain=True))
        return [definition.slug for definition in definitions]

    def start(self, flow: str, input: Any = None, *, key: str | None = None) -> str:  # noqa: A002
        """Start a run; its id. Raises InvalidInput, NotDeployedError."""
        return start(self.conn, flow, input, key=key)

    def work(self, handlers: Handlers, *, secrets: Mapping[str, str] | None = None) -> None:
        """Work until nothing is left to do that these handlers could; waits for retries and delays.

        Raises:
            FlowcError: the worker cannot work.
        """
        Worker(self.url, handlers, secrets=secrets or {}, drain=True).run()

    def run(
        self,
        file: Path | str,
        handlers: Handlers,
        input: Any = None,  # noqa: A002
        *,
        secrets: Mapping[str, str] | None = None,
    ) -> Ended:
        """Deploy a flow file, start a run of it, and work until nothing is left to do.

        Raises:
            InvalidFlow, InvalidInput, FlowcError: as ``deploy``, ``start`` and ``work`` do.
        """
        [flow] = self.deploy(file)
        run_id = self.start(flow, input)
        self.work(handlers, secrets=secrets)
        return self.ended(run_id)

    def ended(self, run_id: str) -> Ended:
        """What became of a run. Raises KeyError for one that is unknown."""
        run = queries.run(self.conn, run_id)
        if run is None:
            raise KeyError(run_id)
        return Ended(
            run_id,
            run.status,
            json.loads(run.output or "null"),
            json.loads(run.error or "null"),
            {step.step_slug: step for step in queries.step_states(self.conn, run_id)},
            queries.task_errors(self.conn, run_id),
        )
