"""Operators on values and their types: schemas, literals, patterns, arguments."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.compiler.mutations.mutation import (
    Flow,
    Mutation,
    branches_of,
    choose,
    holder_of,
    mentions_of,
    misspelt,
    put,
    references_of,
    tasks_of,
)


def change_schema(flow: Flow, rng: Random) -> Mutation | None:
    """Another type for a field that somebody reads; the report is at a reader, and points to the field."""
    one = choose(
        rng, [one for one in mentions_of(flow) if one.fields and one.name != "item" and one.path[0] == "steps"]
    )
    if one is None:
        return None
    path = _schema_path(flow, one.name, one.fields[0])
    old = holder_of(flow, path)[path[-1]]
    put(flow, path, {"type": "boolean"} if old.get("type") in ("object", "array") else {"type": "object"})
    return Mutation(elsewhere=True).at(path, "whole")


def misspell_type(flow: Flow, rng: Random) -> Mutation | None:
    """`string` → `strng`."""
    typed = [path for path in _schema_paths(flow) if "type" in holder_of(flow, (*path, ""))]
    path = choose(rng, typed)
    if path is None:
        return None
    put(flow, (*path, "type"), misspelt(holder_of(flow, (*path, ""))["type"], rng))
    return Mutation().at((*path, "type"))


def refer_to_the_net(flow: Flow, rng: Random) -> Mutation | None:
    """A schema that is somewhere else."""
    path = choose(rng, _schema_paths(flow))
    put(flow, path, {"$ref": "https://example.com/page.json"})
    return Mutation().at((*path, "$ref"))


def forget_to_require(flow: Flow, rng: Random) -> Mutation | None:
    """A field that is no longer required, where its readers take no null; the report is at one of them."""
    asked = {(one.name, one.fields) for one in mentions_of(flow) if one.part == "key"}  # there, where it was asked for
    free = [one for one in references_of(flow) if one.path[0] == "steps" and (one.name, one.fields) not in asked]
    one = choose(rng, free)
    if one is None:
        return None
    path = _schema_path(flow, one.name, one.fields[0])
    holder_of(flow, path[:-1])["required"].remove(one.fields[0])
    readers = [other.path for other in mentions_of(flow) if (other.name, other.fields) == (one.name, one.fields)]
    return Mutation([(reader, "value") for reader in readers])


def change_pattern(flow: Flow, rng: Random) -> Mutation | None:
    """A pattern for a value of another type, or for one that there never is."""
    one = choose(rng, [one for one in mentions_of(flow) if one.part == "key"])
    if one is None:
        return None
    path = (*one.path, one.fields[0])
    old = holder_of(flow, path)[path[-1]]
    put(flow, path, [old] if rng.random() < 0.3 else 3.5 if isinstance(old, (str, bool)) else str(old))
    return Mutation().at(path)


def change_literal(flow: Flow, rng: Random) -> Mutation | None:
    """A literal argument of another type."""
    path = choose(rng, _literals(flow))
    if path is None:
        return None
    put(flow, path, rng.choice(([1], {"a": 1}, None, True, 1.5)))
    return Mutation().at(path, "whole")


def drop_argument(flow: Flow, rng: Random) -> Mutation | None:
    """An argument that the handler needs, taken out; the report is at `with`."""
    found = choose(rng, [found for found in tasks_of(flow) if len(found.step["with"]) > 1])
    if found is None:
        return None
    del found.step["with"][rng.choice([*found.step["with"]])]
    return Mutation().at((*found.path, "with"), "whole")


def misspell_argument(flow: Flow, rng: Random) -> Mutation | None:
    """An argument that no parameter has the name of."""
    found = choose(rng, tasks_of(flow))
    arguments = found.step["with"]
    name = rng.choice([*arguments])
    bad = misspelt(name, rng, arguments)
    arguments[bad] = arguments.pop(name)
    return Mutation().at((*found.path, "with", bad), "key")


def map_over_what_is_no_list(flow: Flow, rng: Random) -> Mutation | None:
    """`map` over a number."""
    scalars = [one for one in references_of(flow) if one.path[-2:-1] == ("with",) and not _is_list(flow, one)]
    one = choose(rng, scalars)
    if one is None:
        return None
    step = holder_of(flow, one.path[:-1])
    if "map" in step:
        return None
    step |= {"map": holder_of(flow, one.path)[one.path[-1]], "max_parallel": 2}
    return Mutation().at((*one.path[:-2], "map"))


def _is_list(flow: Flow, one: Any) -> bool:
    path = _schema_path(flow, one.name, one.fields[0])
    return bool(holder_of(flow, path)[path[-1]].get("type") == "array")


def drop_limit(flow: Flow, rng: Random) -> Mutation | None:
    """A map over a list of any length without `max_parallel`."""
    found = choose(rng, [found for found in tasks_of(flow) if "map" in found.step])
    if found is None:
        return None
    del found.step["max_parallel"]
    return Mutation().at((*found.path, "map"))


def item_outside_map(flow: Flow, rng: Random) -> Mutation | None:
    """`$item` where there is no element."""
    found = choose(rng, [found for found in tasks_of(flow) if "map" not in found.step])
    if found is None:
        return None
    name = rng.choice([*found.step["with"]])
    found.step["with"][name] = rng.choice(("$item", "$index", "$item.name"))
    return Mutation().at((*found.path, "with", name))


def spell_a_reference_wrong(flow: Flow, rng: Random) -> Mutation | None:
    """What begins with a dollar and is no reference."""
    one = choose(rng, references_of(flow))
    bad = rng.choice(("$5.00", f"${one.name}..x", f"${{{one.name}}}", f"${one.name}[0]", "$secret.API_TOKEN", "$"))
    put(flow, one.path, bad)
    return Mutation().at(one.path)


def write_a_secret(flow: Flow, rng: Random) -> Mutation | None:
    """A credential in the clear."""
    found = choose(rng, tasks_of(flow))
    keys = ("sk-9f8e7d6c5b4a39281706f5e4", "ghp_" + "a1b2c3d4e5" * 4, "postgres://app:hunter2@db/app")
    found.step["with"]["api_key"] = rng.choice(keys)
    return Mutation().at((*found.path, "with", "api_key"))


def add_unused_input(flow: Flow, rng: Random) -> Mutation | None:
    """A declared input that nobody reads."""
    flow["input"]["properties"]["forgotten"] = {"type": "string"}
    return Mutation().at(("input", "properties", "forgotten"), "key")


def condition_as_text(flow: Flow, rng: Random) -> Mutation | None:
    """`website.status == 200`, or a condition that says nothing."""
    found = choose(rng, [found for found in branches_of(flow) if "run_if" in found.step])
    if found is None:
        return None
    [(name, pattern)] = found.step["run_if"].items()
    [(asked, value)] = pattern.items()
    found.step["run_if"] = rng.choice((f"{name}.{asked} == {value}", {}, [], [{}], {name: {}}))
    return Mutation().at((*found.path, "run_if"))


def _schema_path(flow: Flow, name: str, field: str) -> tuple[str | int, ...]:
    if name == "input":
        return "input", "properties", field
    [path] = [found.path for found in tasks_of(flow) if found.slug == name]
    return (*path, "output", "properties", field)


def _schema_paths(flow: Flow) -> list[tuple[str | int, ...]]:
    """The places of the schemas of all fields."""
    wholes = [("input",), *((*found.path, "output") for found in tasks_of(flow))]
    return [(*path, "properties", name) for path in wholes for name in holder_of(flow, (*path, ""))["properties"]]


def _literals(flow: Flow) -> list[tuple[str | int, ...]]:
    return [
        (*found.path, "with", name)
        for found in tasks_of(flow)
        for name, given in found.step["with"].items()
        if not str(given).startswith("$")
    ]
