"""What users import in their tests: flow files run in memory, with their handlers or with stand-ins for them.

Fixtures with a real PostgreSQL are in ``flowc.testing.fixtures``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psycopg import Connection

from flowc.compiler.pipeline import compile_file
from flowc.simulate.engine import NO_INPUT, Simulation
from flowc.simulate.run import Finished, Registry, Worker, finished
from flowc.simulate.run import run_flow as _run_flow
from flowc.testing.invalid import InvalidFlow, definition_in

__all__ = ["Finished", "InvalidFlow", "Simulation", "Worker", "definition_of", "finished", "run_flow"]


def definition_of(file: Path | str) -> dict[str, Any]:
    """The definition of a flow file, to be deployed to a ``Simulation``.

    Raises:
        InvalidFlow: the file has mistakes.
        OSError: it cannot be read.
    """
    return definition_in(compile_file(file)).body


def run_flow(
    file: Path | str,
    handlers: Registry,
    input: Any = NO_INPUT,  # noqa: A002 - the flow file's word
    *,
    secrets: Mapping[str, str] | None = None,
    tx: Connection | None = None,
) -> Finished:
    """Run a flow file from its start to its end, in memory; retries and delays are not waited for.

    Args:
        file: the flow file.
        handlers: a registry, or callables by name: also stand-ins, and only those that this run needs.
        input: the run's input; one that does not fit its schema fails the first task, without retry.
        secrets: what the handlers find in ``ctx.secrets``.
        tx: the connection that a handler gets which asks for ``tx``, in a transaction of its own.

    Raises:
        InvalidFlow: the file has mistakes.
        HandlersError: a task came up for which there is no handler.
        NotJSON: the input is no JSON.
        OSError: the file cannot be read.
    """
    return _run_flow(definition_of(file), handlers, input, secrets=secrets, tx=tx)
