"""Operators on names: references, slugs, keys."""

from __future__ import annotations

from random import Random

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
    rename,
    steps_of,
    tasks_of,
)
from tests.compiler.placed_yaml import Again, Path

_TOP_KEYS = ("steps", "input", "defaults", "secrets", "returns", "description")
_STEP_KEYS = (
    *("with", "output", "timeout", "retry", "depends_on", "run_if", "run_unless", "map", "max_parallel", "queue"),
    *("priority", "delay", "join", "description", "steps"),
)
_KEYWORDS = ("required", "properties", "additionalProperties", "items", "minimum")


def rename_step_in_reference(flow: Flow, rng: Random) -> Mutation | None:
    """`$website.text` → `$webiste.text`."""
    one = choose(rng, references_of(flow, inputs=False))
    if one is None:
        return None
    slugs = {found.slug for found in steps_of(flow)} | {"input"}
    put(flow, one.path, "$" + ".".join((misspelt(one.name, rng, slugs), *one.fields)))
    return Mutation().at(one.path)


def rename_field_in_reference(flow: Flow, rng: Random) -> Mutation | None:
    """`$website.text` → `$website.txet`."""
    one = choose(rng, references_of(flow))
    if one is None:
        return None
    put(flow, one.path, f"${one.name}.{misspelt(one.fields[0], rng, _fields(flow, one.name))}")
    return Mutation().at(one.path)


def rename_dependency(flow: Flow, rng: Random) -> Mutation | None:
    """A slug in `depends_on` misspelt."""
    one = choose(rng, [one for one in mentions_of(flow) if "depends_on" in one.path])
    if one is None:
        return None
    put(flow, one.path, misspelt(one.name, rng, {found.slug for found in steps_of(flow)}))
    return Mutation().at(one.path)


def rename_step_in_condition(flow: Flow, rng: Random) -> Mutation | None:
    """A slug in a pattern misspelt."""
    one = choose(rng, [one for one in mentions_of(flow) if one.part == "key"])
    if one is None:
        return None
    name = misspelt(one.name, rng, {found.slug for found in steps_of(flow)})
    return Mutation().at(rename(flow, one.path, name), "key")


def rename_field_in_condition(flow: Flow, rng: Random) -> Mutation | None:
    """A field in a pattern misspelt."""
    one = choose(rng, [one for one in mentions_of(flow) if one.part == "key"])
    if one is None:
        return None
    name = misspelt(one.fields[0], rng, _fields(flow, one.name))
    return Mutation().at(rename(flow, (*one.path, one.fields[0]), name), "key")


def misspell_key(flow: Flow, rng: Random) -> Mutation | None:
    """`timeout` → `tiemout`."""
    paths: list[Path] = [(key,) for key in _TOP_KEYS if key in flow]
    paths += [(*path, key) for path, step, _ in steps_of(flow) for key in _STEP_KEYS if key in step]
    path = choose(rng, paths)
    return Mutation().at(rename(flow, path, misspelt(path[-1], rng, (*_TOP_KEYS, *_STEP_KEYS))), "key")


def misspell_keyword(flow: Flow, rng: Random) -> Mutation | None:
    """`required` → `reqired`, in a schema."""
    schemas = [("input",), *((*found.path, "output") for found in tasks_of(flow))]
    path = choose(rng, [(*path, key) for path in schemas for key in holder_of(flow, (*path, "")) if key in _KEYWORDS])
    return Mutation().at(rename(flow, path, misspelt(path[-1], rng, _KEYWORDS)), "key")


def repeat_key(flow: Flow, rng: Random) -> Mutation | None:
    """A key twice."""
    path = choose(rng, [(*path, key) for path, step, _ in tasks_of(flow) for key in step])
    holder, again = holder_of(flow, path), Again(path[-1])
    holder[again] = holder[path[-1]]
    return Mutation().at((*path[:-1], again), "key")


def repeat_slug(flow: Flow, rng: Random) -> Mutation | None:
    """A step in a branch called as another one is."""
    inside = choose(rng, [found for found in tasks_of(flow) if found.around])
    if inside is None:
        return None
    siblings = holder_of(flow, inside.path)
    other = choose(rng, [found.slug for found in steps_of(flow) if found.slug not in siblings])
    if other is None or other in inside.around:
        return None
    path = rename(flow, inside.path, other)
    twins = [found.path for found in steps_of(flow) if found.slug == other]
    return Mutation([(twin, "key") for twin in twins]).at(path, "key")


def slug_in_other_case(flow: Flow, rng: Random) -> Mutation | None:
    """A second step whose slug differs only in case."""
    found = choose(rng, tasks_of(flow))
    name = found.slug.title()
    holder_of(flow, found.path)[name] = {"handler": found.slug, "with": found.step["with"]}
    return Mutation().at((*found.path[:-1], name), "key")


def slug_that_is_none(flow: Flow, rng: Random) -> Mutation | None:
    """`fetch_page` → `fetch-page`, `input`, `class`."""
    found = choose(rng, steps_of(flow))
    bad = rng.choice((found.slug.replace("_", "-"), "input", "class", "1st_" + found.slug, found.slug + "é"))
    if bad in holder_of(flow, found.path):
        return None
    return Mutation().at(rename(flow, found.path, bad), "key")


def rename_handler(flow: Flow, rng: Random) -> Mutation | None:
    """A handler that nobody registered."""
    found = choose(rng, tasks_of(flow))
    found.step["handler"] = misspelt(found.slug, rng, {one.slug for one in tasks_of(flow)})
    return Mutation().at((*found.path, "handler"))


def branch_as_value(flow: Flow, rng: Random) -> Mutation | None:
    """`$if_success.text`."""
    branch, one = choose(rng, branches_of(flow)), choose(rng, references_of(flow))
    if branch is None:
        return None
    put(flow, one.path, f"${branch.slug}.{one.fields[0]}")
    return Mutation().at(one.path)


def _fields(flow: Flow, name: str) -> list[str]:
    schemas = {found.slug: found.step.get("output", {}) for found in tasks_of(flow)} | {"input": flow["input"]}
    return list(schemas[name].get("properties", ()))
