"""Operators on what waits for what: steps taken away, edges put in, branches mixed up."""

from __future__ import annotations

from random import Random

from tests.compiler.mutations.mutation import (
    Flow,
    Found,
    Mutation,
    branches_of,
    choose,
    holder_of,
    mentions_of,
    put,
    references_of,
    steps_of,
    tasks_of,
)


def drop_step(flow: Flow, rng: Random) -> Mutation | None:
    """Take away a step that others name; the report is at one of their mentions."""
    named = {one.name for one in mentions_of(flow)}
    found = choose(rng, [found for found in steps_of(flow) if found.slug in named])
    if found is None or len(holder_of(flow, found.path)) == 1:
        return None
    del holder_of(flow, found.path)[found.slug]
    mentions = [(one.path, one.part) for one in mentions_of(flow) if one.name == found.slug]
    return Mutation([*mentions]) if mentions else None


def add_edge_back(flow: Flow, rng: Random) -> Mutation | None:
    """Let a step wait for one that waits for it."""
    by_slug = {found.slug: found for found in steps_of(flow)}
    edges = [
        (by_slug[one.name], waiter)
        for waiter in by_slug.values()
        for one in mentions_of(flow)
        if one.path[: len(waiter.path)] == waiter.path and len(one.path) <= len(waiter.path) + 3 and one.name in by_slug
    ]
    edges = [(awaited, waiter) for awaited, waiter in edges if not _related(awaited, waiter)]
    edge = choose(rng, edges)
    if edge is None:
        return None
    awaited, waiter = edge
    awaited.step.setdefault("depends_on", []).append(waiter.slug)
    return Mutation().at((*awaited.path, "depends_on", len(awaited.step["depends_on"]) - 1))


def _related(one: Found, other: Found) -> bool:
    return one.slug == other.slug or one.slug in other.around or other.slug in one.around


def wait_for_itself(flow: Flow, rng: Random) -> Mutation | None:
    """A step, or one inside of a branch, that waits for itself."""
    found = choose(rng, tasks_of(flow))
    found.step.setdefault("depends_on", []).append(rng.choice((found.slug, *found.around)))
    return Mutation().at((*found.path, "depends_on", len(found.step["depends_on"]) - 1))


def wait_for_inside(flow: Flow, rng: Random) -> Mutation | None:
    """A branch that waits for a step inside it."""
    branch = choose(rng, branches_of(flow))
    if branch is None:
        return None
    branch.step.setdefault("depends_on", []).append(rng.choice([*branch.step["steps"]]))
    return Mutation().at((*branch.path, "depends_on", len(branch.step["depends_on"]) - 1))


def refer_to_other_branch(flow: Flow, rng: Random) -> Mutation | None:
    """A step of one branch refers to one of the branch that runs where this one does not."""
    pairs = [
        (one, other)
        for one in branches_of(flow)
        for other in branches_of(flow)
        if "run_if" in one.step and other.step.get("run_unless") == one.step["run_if"] and one.around == other.around
    ]
    pair = choose(rng, pairs)
    if pair is None:
        return None
    first, second = pair if rng.random() < 0.5 else pair[::-1]
    inside = [found for found in tasks_of(flow) if second.slug in found.around]
    targets = [found for found in tasks_of(flow) if first.slug in found.around and "map" not in found.step]
    references = [one for one in references_of(flow) if any(_is_in_with(one.path, found) for found in inside)]
    one, target = choose(rng, references), choose(rng, targets)
    if one is None or target is None:
        return None
    put(flow, one.path, f"${target.slug}.{rng.choice([*target.step['output']['properties']])}")
    return Mutation().at(one.path)


def _is_in_with(path: tuple[str | int, ...], found: Found) -> bool:
    return path[:-1] == (*found.path, "with") and found.step.get("join", "all") == "all"


def contradict_branch(flow: Flow, rng: Random) -> Mutation | None:
    """A step inside of a branch whose condition is the opposite of the branch's."""
    branch = choose(rng, [found for found in branches_of(flow) if {"run_if", "run_unless"} & found.step.keys()])
    if branch is None:
        return None
    key, other = ("run_if", "run_unless") if "run_if" in branch.step else ("run_unless", "run_if")
    inside = choose(rng, [found for found in tasks_of(flow) if branch.slug in found.around])
    inside.step[other] = branch.step[key]
    return Mutation().at((*inside.path, other))


def narrow_otherwise(flow: Flow, rng: Random) -> Mutation | None:
    """The branch for all other values becomes one for one other value."""
    settled = {slug for found in tasks_of(flow) if found.step.get("join") == "settled" for slug in _waits_for(found)}
    fitting = [found for found in branches_of(flow) if _asks_open_field(flow, found) and found.slug not in settled]
    branch = choose(rng, fitting)
    if branch is None:
        return None
    [(name, pattern)] = branch.step.pop("run_unless").items()
    [(asked, value)] = pattern.items()
    branch.step["run_if"] = {name: {asked: value + 1 if isinstance(value, int) else value + "x"}}
    places = [(found.path, "whole") for found in branches_of(flow) if name in found.step.get("run_if", {})]
    return Mutation([*places])  # type: ignore[list-item]


def _waits_for(found: Found) -> list[str]:
    return list(found.step.get("depends_on", ()))


def _asks_open_field(flow: Flow, found: Found) -> bool:
    for name, pattern in found.step.get("run_unless", {}).items():
        outputs = {one.slug: one.step["output"] for one in tasks_of(flow)} | {"input": flow["input"]}
        [asked] = pattern
        return outputs[name]["properties"][asked].get("type") in ("integer", "string")
    return False


def add_implied_dependency(flow: Flow, rng: Random) -> Mutation | None:
    """`depends_on` of what a reference waits for."""
    top = [one for one in references_of(flow, inputs=False) if len(one.path) == 4 and one.path[2] == "with"]
    one = choose(rng, top)
    if one is None:
        return None
    step = holder_of(flow, one.path[:3])
    conditions = [name for key in ("run_if", "run_unless") for name in step.get(key, ())]
    if one.name in step.get("depends_on", ()) or one.name in conditions:
        return None
    step.setdefault("depends_on", []).append(one.name)
    return Mutation().at((*one.path[:2], "depends_on", len(step["depends_on"]) - 1))


def join_of_nothing(flow: Flow, rng: Random) -> Mutation | None:
    """A `join` where it changes nothing, or has nothing to join."""
    waits: dict[str, set[str]] = {
        found.slug: {one.name for one in mentions_of(flow) if one.path[: len(found.path)] == found.path} - {"input"}
        for found in tasks_of(flow)
    }
    few = [found for found in tasks_of(flow) if not found.around and "join" not in found.step]
    found = choose(rng, [found for found in few if len(waits[found.slug]) < 2])
    if found is None:
        return None
    found.step["join"] = "any"
    return Mutation().at((*found.path, "join"))
