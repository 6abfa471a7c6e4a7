"""What must be true of a run for a step to complete: the conditions on its way, and which exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from flowc.compiler import model
from flowc.compiler.graph import order
from flowc.compiler.schema.types import key_of

if TYPE_CHECKING:
    from flowc.compiler.model import Flow, Mention, Step

# Further demands of one step are not remembered: what is said stays true, only less is found.
_MOST = 16
# Of more pairs of patterns, or of elements, nothing is certain.
_PAIRS = 10_000

Patterns: TypeAlias = tuple[dict[str, Any], ...]


class Demand(NamedTuple):
    """That some pattern of a condition matches (``met``), or none does; ``owner`` and ``key`` say where it stands."""

    owner: str
    key: str
    patterns: Patterns
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
    of_step: dict[str | None, tuple[Demand, ...]] = {}
    contradictory: set[str | None] = set()
    for key in order(flow):
        step = flow.steps[key]
        around, own = of_step.get(step.branch, ()), _own(key, step)
        if step.branch in contradictory or _pair(around, own) or _pair(own, own):
            contradictory.add(key)  # never runs whatever it waits for, which is the affair of another rule
            continue
        demands = (*around, *own)
        for mention in step.mentions:
            if mention.name in of_step and _is_needed(step, mention.name):
                more = tuple(demand for demand in of_step[mention.name] if demand not in demands)
                pair = _pair(demands, more)
                if pair is None:
                    demands = (*demands, *more)[:_MOST]
                else:
                    found.append(Clash(step, mention, *pair))
        if demands:
            of_step[key] = demands
    return found


def _own(key: str, step: Step) -> tuple[Demand, ...]:
    """What the conditions of a step demand."""
    own: tuple[Demand, ...] = ()
    if step.run_if:
        own = (Demand(key, "run_if", step.run_if, True),)
    if step.run_unless:
        own = (*own, Demand(key, "run_unless", step.run_unless, False))
    return own


def exclude(one: Demand, other: Demand) -> bool:
    """Whether both can surely not hold in the same run."""
    if one.met and other.met:
        if one.patterns[0].keys().isdisjoint(other.patterns[0]):  # at a glance: most ask for different steps
            return False
        return _all_differ(one.patterns, other.patterns)
    if one.met == other.met:
        return False
    met, unmet = (one, other) if one.met else (other, one)
    return _all_contained(met.patterns, unmet.patterns)


def _all_differ(some: Patterns, others: Patterns) -> bool:
    """Whether none of ``some`` can match together with one of ``others``."""
    answers = _answers(some, others)
    if answers is not None:
        return answers[0].isdisjoint(answers[1])
    return len(some) * len(others) <= _PAIRS and all(_differ(one, other) for one in some for other in others)


def _all_contained(some: Patterns, others: Patterns) -> bool:
    """Whether whatever matches one of ``some`` matches one of ``others``."""
    answers = _answers(some, others)
    if answers is not None:
        return answers[0] <= answers[1]
    return len(some) * len(others) <= _PAIRS and all(any(_contains(one, other) for other in others) for one in some)


def _answers(some: Patterns, others: Patterns) -> tuple[frozenset[Any], frozenset[Any]] | None:
    """What several patterns on either side ask one and the same place for; None where they ask for anything else."""
    if len(some) == 1 or len(others) == 1:
        return None
    asked = [question(pattern) for pattern in (*some, *others)]
    places = {place for place, _ in asked}
    if len(places) > 1 or any(type(answer) in (dict, list) for _, answer in asked):
        return None
    keys = [key_of(answer) for _, answer in asked]
    return frozenset(keys[: len(some)]), frozenset(keys[len(some) :])


def question(pattern: Any) -> tuple[tuple[str, ...], Any]:
    """The only path through a pattern, as far as there is only one, and what stands at its end."""
    path: list[str] = []
    while type(pattern) is dict and len(pattern) == 1:
        [(name, pattern)] = pattern.items()
        path.append(name)
    return tuple(path), pattern


def _is_needed(step: Step, slug: str) -> bool:
    """Whether the step runs only if ``slug`` completed."""
    if slug in step.conditions:
        return bool(step.run_if) and all(slug in pattern for pattern in step.run_if)
    return step.join == model.JOIN and slug in step.joins


def _pair(demands: tuple[Demand, ...], more: tuple[Demand, ...]) -> tuple[Demand, Demand] | None:
    """The first two of either side that cannot both hold."""
    for other in more:
        for one in demands:
            if exclude(one, other):
                return one, other
    return None


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
        few = len(value) * len(pattern) <= _PAIRS
        return few and all(any(_contains(element, inner) for element in value) for inner in pattern)
    return _equal(value, pattern)


def _equal(one: Any, other: Any) -> bool:
    """Equality of JSON scalars: numbers by value, and no number is a truth value."""
    numbers = (int, float)
    return bool(one == other) and (type(one) is type(other) or (type(one) in numbers and type(other) in numbers))
