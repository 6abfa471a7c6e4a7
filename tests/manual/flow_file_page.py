"""The manual's page of the flow file's keys, printed from the descriptions that editors show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flowc.compiler.keys import DEFAULTS, EVERY_STEP, FLOW, MAP, RETRY, STEPS, TASK
from tests.cli.conftest import ROOT

SCHEMA: Any = json.loads((ROOT / "schemas" / "flow.schema.json").read_text())
_HEAD = """\
# The flow file

Every key of a flow file. The table is closed: another key is a mistake, with the nearest one as advice. A step without
keys is a task; one with `map` is a map, one with `steps` a branch. What belongs to which kind:

| where | keys |
|---|---|
{kinds}

This page is printed from `schemas/flow.schema.json`, which editors read, by `python -m tests.manual`.

## Values

- **Slugs**: a letter, then letters, digits and `_`, at most 63 characters; unique in the flow, whatever their case.
- **Durations**: a whole number with a unit, `500ms`, `60s`, `10m`, `2h`, `3d`; a bare number is a mistake.
- **References**: a value that begins with `$`, anywhere in `with`, `map` and `returns`: `$input.url`, `$page.links.0`,
  in a map `$item` and `$index`. It keeps its type. A path that leads nowhere is null. `$$x` is the text `$x`. There are
  no expressions: computing belongs to handlers.
- **Conditions**: a pattern by step slugs and `input`, met if it is contained in what the steps that completed returned;
  a list of patterns is met if one of them is. [Branches and joins](branches.md) has more.
- **Schemas** (`input`, `output`): JSON Schema 2020-12; `format` is an annotation, and not tested. `$ref` leads within
  the schema, or to a JSON or YAML file of the repository by its path from this one: `../schemas/page.json`,
  `page.yaml#/$defs/link`. Such schemas become part of the definition ([FL607](rules.md#fl607-remote-ref)).

A file is YAML 1.2 or JSON, at most 1 MiB and 64 levels deep, without anchors, tags and duplicate keys.
"""
_TITLES: tuple[tuple[str, str, Sequence[str], dict[str, Any]], ...] = (
    ("The flow", "At the top of the file.", FLOW, SCHEMA["properties"]),
    ("Every step", "Tasks, maps and branches.", EVERY_STEP, SCHEMA["$defs"]["step"]["properties"]),
    ("Tasks", "Steps that call a handler; maps, too.", TASK, SCHEMA["$defs"]["step"]["properties"]),
    ("Maps", "Besides those of a task.", MAP, SCHEMA["$defs"]["step"]["properties"]),
    ("Branches", "Besides those of every step.", (STEPS,), SCHEMA["$defs"]["step"]["properties"]),
    ("`retry`", "Within `retry`.", RETRY, SCHEMA["$defs"]["retry"]["properties"]),
    (
        "`defaults`",
        "Within `defaults`: for every task of the flow.",
        DEFAULTS,
        SCHEMA["$defs"]["defaults"]["properties"],
    ),
)


def page() -> str:
    """The whole page."""
    kinds = "\n".join(f"| {title.lower()} | {_list(keys)} |" for title, _, keys, _ in _TITLES)
    return "\n".join([_HEAD.format(kinds=kinds), *(line for part in _TITLES for line in _section(*part))])


def _section(title: str, where: str, keys: Sequence[str], schema: dict[str, Any]) -> Iterator[str]:
    yield f"## {title}\n\n{where}\n\n| key | is | for example |\n|---|---|---|"
    for key in keys:
        yield f"| `{key}` | {schema[key]['description']} | {_examples(key, schema[key])} |"
    yield ""


def _examples(key: str, schema: dict[str, Any]) -> str:
    return "<br>".join(f"`{key}: {_flow_style(value)}`" for value in schema["examples"]).replace("|", "\\|")


def _flow_style(value: Any) -> str:
    """A value as YAML writes it on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow_style(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow_style, value)) + "]"
        case None:
            return ""
        case str():
            return value
    return json.dumps(value)


def _list(keys: Sequence[str]) -> str:
    return " ".join(f"`{key}`" for key in keys)
