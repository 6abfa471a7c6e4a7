"""The manual's page of the command line, printed from the commands: `python -m tests.cli.reference > docs/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

import click

from flowc.cli.deploying import Entry
from flowc.cli.group import COMMANDS, flowc
from flowc.db.health import Finding, Health
from flowc.db.rows import DeployedFlow, Run, StepState, StepTask, StoredBlob, TaskError
from flowc.db.verify import Difference

HEAD = """\
# The command line

This page is printed from the commands: `flowc COMMAND --help` says the same.

Results go to stdout, progress and what went wrong to stderr, so that everything can be piped. The database is `--db`,
else `FLOWC_DATABASE_URL`, else an embedded PostgreSQL under `.flowc/` beside the nearest `pyproject.toml`; a line on
stderr names it, without its password. Settings are flags, `FLOWC_…` variables and `[tool.flowc]` in `pyproject.toml`.

| exit code | means |
|---|---|
| 0 | done |
| 1 | mistakes in the flows; a run that failed (`run`, `simulate`, `start --wait`, `watch`); something found (`plan`, `verify`, `doctor`) |
| 2 | the command line, the database or the handlers are not right |
| 3 | a bug of flowc |
| 130, 143 | stopped by Ctrl-C, or by SIGTERM |

Where the output is no terminal, or under `NO_COLOR`, it is plain. `--json` prints one JSON document; its keys are the
columns of the views, times are ISO 8601, keys are added in later versions and never taken away.
"""  # noqa: E501 - a table's rows cannot be folded
RUN = ((None, Run), ("step_states", StepState), ("step_tasks", StepTask), ("task_errors", TaskError))


class Extra(NamedTuple):
    """Keys beside those of the rows."""

    name: str
    type: str


# What --json prints: `list` or one object; the rows in it, below a key or at the top; and what is added to them.
JSON: dict[str, tuple[str, tuple[tuple[str | None, type], ...], tuple[Extra, ...]]] = {
    "runs": ("list", ((None, Run),), (Extra("waits_for", "text or null: why no live worker can take a ready task"),)),
    "show": ("object", RUN, ()),
    "simulate": ("object", RUN, ()),
    "flows": ("list", ((None, DeployedFlow),), ()),
    "plan": ("list", ((None, Entry),), (Extra("plan", "text: new, unchanged, differs, gone or retired"),)),
    "verify": ("list", ((None, Difference),), ()),
    "blob ls": ("list", ((None, StoredBlob),), ()),
    "doctor": ("object", (("findings", Finding),), (Extra("more", "true or false"), Extra("live_workers", "number"))),
}
_TYPES = {
    "str": "text",
    "int": "number",
    "bool": "true or false",
    "datetime": "time",
    "tuple[str, ...]": "list of texts",
    "None": "null",
}
_JSON_COLUMNS = {"input", "output", "error", "blobs", "input_blobs", "output_blobs"}


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(section for name in COMMANDS for section in _sections(name))])


def keys_of(name: str) -> dict[str | None, list[str]]:
    """The documented keys of a command's JSON, by the key of the list that they stand in; None is the top."""
    _, rows, extras = JSON[name]
    found: dict[str | None, list[str]] = {None: []}
    for below, row in rows:
        found.setdefault(below, []).extend(column.rstrip("_") for column in row._fields)  # type: ignore[attr-defined]
        if below is not None:
            found[None].append(below)
    found[None] += [extra.name for extra in extras]
    return found


def _sections(name: str) -> Iterator[str]:
    command = import_module(f"flowc.cli.{name}").command
    above = click.Context(flowc, info_name="flowc", terminal_width=80)
    context = click.Context(command, info_name=name, parent=above, terminal_width=80)
    yield f"## flowc {name}\n\n{_help(command, context)}"
    if name in JSON:
        yield _json(name)
    if isinstance(command, click.Group):
        for verb, sub in command.commands.items():
            below = click.Context(sub, info_name=verb, parent=context, terminal_width=80)
            yield f"### flowc {name} {verb}\n\n{_help(sub, below)}"
            if f"{name} {verb}" in JSON:
                yield _json(f"{name} {verb}")


def _help(command: click.Command, context: click.Context) -> str:
    context.help_option_names = ["-h", "--help"]
    return f"```text\n{command.get_help(context)}\n```\n"


def _json(name: str) -> str:
    shape, rows, extras = JSON[name]
    lines = [
        f"`--json` prints {'a list of objects' if shape == 'list' else 'an object'}.\n",
        "| key | holds |",
        "|---|---|",
    ]
    for below, row in rows:
        if below is not None:
            lines.append(f"| `{below}` | list of objects |")
        for column, kind in row.__annotations__.items():
            place = f"{below}[].{column.rstrip('_')}" if below else column.rstrip("_")
            lines.append(f"| `{place}` | {_kind(column, kind)} |")
    lines += [f"| `{extra.name}` | {extra.type} |" for extra in extras]
    return "\n".join(lines) + "\n"


def _kind(column: str, annotation: object) -> str:
    text = getattr(annotation, "__forward_arg__", None) or str(annotation)
    if column in _JSON_COLUMNS or column.endswith("blobs"):
        return "JSON" + (" or null" if "None" in text else "")
    return " or ".join(_TYPES[part.strip()] for part in text.split("|"))


if __name__ == "__main__":
    assert Health._fields == ("findings", "more", "live_workers")
    sys.stdout.write(page())
