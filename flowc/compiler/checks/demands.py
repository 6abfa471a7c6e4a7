"""What must be true of a run for a step to complete: the conditions on its way, and which exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler import model
from flowc.compiler.graph import order

if TYPE_CHECKING:
    from flowc.compiler.model import Flow, Mention, Step

# Further demands of one step are not remembered: what is said stays true, only less is found.
_MOST = 16


class Demand(NamedTuple):
    """That some pattern of a condition matches (``met``), or none does; ``owner`` and ``key`` say where it stands."""

    owner: str
    key: str
    patterns: tuple[dict[str, Any], ...]
    met: bool


class Clash(NamedTuple):
    """A mention of a step that never completes in a run in which ``step`` does, and the demands that exclude it."""

    step: Step
    mention: Mention
    one: Demand
    other: Demand


def clashes(flow: Flow) -> list[Clash]:
    """Where steps of ``flow`` need another one that is excluded by what they need besides."""
    if any(key != step.slug for key, step in flow.steps.items()):
        return []  # a slug that is used twice is reported, and nobody knows which of the steps is meant
    if sum(len(step.run_if) + len(step.run_unless) for step in flow.steps.values()) < 2:
        return []
    found: list[Clash] = []
    of_step: dict[str, tuple[Demand, ...]] = {}
    for key in order(flow):
        step = flow.steps[key]
        demands = demands_of(key, step, of_step.get(step.branch, ()) if step.branch else ())
        needed = [one for one in step.mentions if one.name in of_step and _is_needed(step, one.name)]
        for mention in needed if _excluding(demands) is None else ():
            more = _together(demands, of_step[mention.name])
            pair = _excluding(more) if len(more) > len(demands) else None
            if pair is None:
                demands = more
            else:
                found.append(Clash(step, mention, *pair))
        if demands:
            of_step[key] = demands
    return found


def demands_of(key: str, step: Step, around: tuple[Demand, ...]) -> tuple[Demand, ...]:
    """What the conditions of a step demand, and those of the branches ``around`` it."""
    own: tuple[Demand, ...] = ()
    if step.run_if:
        own = (Demand(key, "run_if", step.run_if, True),)
    if step.run_unless:
        own = (*own, Demand(key, "run_unless", step.run_unless, False))
    return _together(around, own) if own else around


def exclude(one: Demand, other: Demand) -> bool:
    """Whether both can surely not hold in the same run."""
    if one.met and other.met:
        return all(_differ(a, b) for a in one.patterns for b in other.patterns)
    if one.met == other.met:
        return False
    met, unmet = (one, other) if one.met else (other, one)
    return all(any(_contains(a, b) for b in unmet.patterns) for a in met.patterns)


def _is_needed(step: Step, slug: str) -> bool:
    """Whether the step runs only if ``slug`` completed."""
    if slug in step.conditions:
        return bool(step.run_if) and all(slug in pattern for pattern in step.run_if)
    return step.join == model.JOIN and slug in step.joins


def _excluding(demands: tuple[Demand, ...]) -> tuple[Demand, Demand] | None:
    for place, one in enumerate(demands):
        for other in demands[place + 1 :]:
            if exclude(one, other):
                return one, other
    return None


def _together(demands: tuple[Demand, ...], more: tuple[Demand, ...]) -> tuple[Demand, ...]:
    if not more:
        return demands
    known = {(demand.owner, demand.key) for demand in demands}
    return (*demands, *(demand for demand in more if (demand.owner, demand.key) not in known))[:_MOST]


def _differ(one: Any, other: Any) -> bool:
    """Whether no value can match both patterns: somewhere they ask the same place for different things."""
    if type(one) is dict and type(other) is dict:
        return any(name in other and _differ(value, other[name]) for name, value in one.items())
    if type(one) is list or type(other) is list:
        return type(one) is not type(other)
    return not _equal(one, other)


def _contains(value: Any, pattern: Any) -> bool:
    """Whether whatever matches ``value`` as a pattern matches ``pattern`` too."""
    if type(value) is dict and type(pattern) is dict:
        return all(name in value and _contains(value[name], inner) for name, inner in pattern.items())
    if type(value) is list and type(pattern) is list:
        return all(any(_contains(element, inner) for element in value) for inner in pattern)
    return _equal(value, pattern)


def _equal(one: Any, other: Any) -> bool:
    """Equality of JSON scalars: numbers by value, and no number is a truth value."""
    numbers = (int, float)
    return bool(one == other) and (type(one) is type(other) or (type(one) in numbers and type(other) in numbers))
