"""Whether a step surely has completed where another one runs: what is known then, and what may be missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler.checks.demands import Demand, exclude
from flowc.compiler.checks.finals import final_steps
from flowc.references import INPUT, is_reference

if TYPE_CHECKING:
    from flowc.compiler.model import Flow, Step

# Steps whose completion is looked into for one question; past these nothing is said to be missing.
_MOST = 100
# Steps that are known to have completed: past these it is not asked what they needed.
_FARTHEST = 200


class Absence(NamedTuple):
    """Why a step may have no output: the key that decides, of the step, a branch around it or what it waits for."""

    step: Step
    key: str


class World:
    """What is known where a step runs: which steps completed, which branches opened, which conditions were met."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.final = final_steps(flow)
        self.is_whole = True
        self.completed: set[str] = set()
        self.demands: list[Demand] = []
        self.judged: dict[str, Absence | None] = {}
        self.sure: dict[str, bool] = {}

    def run(self, key: str) -> World:
        """Add what must be so for the step ``key`` to run."""
        waiting = deque([key])
        while waiting:
            if len(self.completed) > _FARTHEST:
                self.is_whole = False
                break
            step = self.flow.steps[waiting.popleft()]
            found = [] if step.branch is None else [step.branch]
            if step.run_if:
                self.demands.append(Demand(step.slug, "run_if", step.run_if, True))
                found += named_by_all(step)
            if step.run_unless:
                self.demands.append(Demand(step.slug, "run_unless", step.run_unless, False))
            if step.join == "all" or (step.join == "any" and len(step.joins) == 1):
                found += [*step.joins, *self._needed_by(step.joins)]
            if (source := _source(step)) is not None:
                found.append(source)
            new = [name for name in dict.fromkeys(found) if name in self.flow.steps and name not in self.completed]
            self.completed.update(new)
            waiting += new
        return self

    def complete(self, name: str) -> World:
        """Add that ``name`` completed, and what must have been so for that."""
        if name in self.flow.steps and name not in self.completed:
            self.completed.add(name)
            self.run(name)
            for final in self._needed_by([name]):
                self.complete(final)
        return self

    def _needed_by(self, names: Collection[str]) -> list[str]:
        """The steps without which those of ``names`` that are branches would not have completed."""
        if not self.final:
            return []
        return [self.final[name][0] for name in names if len(self.final.get(name, ())) == 1]

    def is_possible(self) -> bool:
        """Whether nothing known excludes something else that is known."""
        return not any(
            exclude(one, other) for place, one in enumerate(self.demands) for other in self.demands[place + 1 :]
        )

    def absence(self, name: str) -> Absence | None:
        """Why the step ``name`` may not have completed; None where it surely has, or where nobody can tell."""
        if name in self.completed or name not in self.flow.steps or not self.is_whole:
            return None
        if name not in self.judged:
            self.judged[name] = None
            if len(self.judged) < _MOST:
                self.judged[name] = self._absence(name, self.flow.steps[name])
        return self.judged[name]

    def _absence(self, name: str, step: Step) -> Absence | None:
        if step.branch is not None and (around := self.absence(step.branch)):
            return around
        if step.on_unmet != "fail":
            for key, patterns in (("run_if", step.run_if), ("run_unless", step.run_unless)):
                if patterns and not self._is_met(Demand(name, key, patterns, key == "run_if")):
                    return Absence(step, key)
        if step.kind == "branch":
            return self._absent_by_join(step)
        if step.on_failure == "skip":
            return Absence(step, "on_failure")
        source = _source(step)
        return self._absent_by_join(step) or (None if source is None else self.absence(source))

    def _absent_by_join(self, step: Step) -> Absence | None:
        absences = [self.absence(name) for name in step.joins]
        if step.join == "all":
            return next((one for one in absences if one is not None), None)
        if step.join == "none" and step.joins:
            return Absence(step, "join")
        found = [one for one in absences if one is not None]
        if step.join == "any" and found and len(found) == len(absences) and not _cover(found):
            return found[0]
        return None

    def is_sure(self, name: str) -> bool:
        """Whether the step ``name`` has completed wherever the run went on, beyond doubt; never of branches."""
        step = self.flow.steps.get(name)
        if step is None or step.kind == "branch":
            return False
        if name not in self.sure:
            self.sure[name] = name in self.completed
            if len(self.sure) < _MOST and not self.sure[name]:
                self.sure[name] = self._is_open(step) and step.on_failure != "skip" and self._is_joined(step)
        return self.sure[name]

    def _is_open(self, step: Step) -> bool:
        """Whether the step's conditions are met, and the branches around it open."""
        for around in (step, *self.flow.branches_of(step)):
            if around.slug in self.completed:
                return True
            own = (("run_if", around.run_if), ("run_unless", around.run_unless))
            demands = [Demand(around.slug, key, patterns, key == "run_if") for key, patterns in own if patterns]
            if around.on_unmet != "fail" and not all(self._is_met(demand) for demand in demands):
                return False
            if around is not step and not self._is_joined(around):
                return False
        return True

    def _is_joined(self, step: Step) -> bool:
        source = _source(step)
        if source in self.flow.steps and not self.is_sure(source):
            return False
        if step.join == "any":
            return any(map(self.is_sure, step.joins))
        return step.join == "settled" or (step.join == "all" and all(map(self.is_sure, step.joins)))

    def _is_met(self, demand: Demand) -> bool:
        """Whether what is known makes the demand true."""
        opposite = demand._replace(met=not demand.met)
        return any(exclude(known, opposite) for known in self.demands)


def _source(step: Step) -> str | None:
    """What a map has its elements from: without that one's output it is skipped, whatever its `join`."""
    if step.kind != "map" or not is_reference(step.map_):
        return None
    return next((mention.name for mention in step.mentions if mention.key == "map"), None)


def _cover(absences: list[Absence]) -> bool:
    """Whether, as far as anybody can tell, one of these is never so: the conditions are for all cases together."""
    reasons = {(step.slug, key): step for step, key in absences}
    unless = [step.run_unless for (_, key), step in reasons.items() if key == "run_unless"]
    asked = [step.run_if for (_, key), step in reasons.items() if key == "run_if"]
    patterns = [pattern for patterns in asked for pattern in patterns]
    unmet = Demand("", "run_if", tuple(patterns), False)
    if any(exclude(Demand("", "run_unless", met, True), unmet) for met in unless):
        return True
    # Branches that ask one field for this value and that may be all there are: its schema is for another rule to read.
    paths = [_path(pattern) for pattern in patterns]
    return len(asked) > 1 and None not in paths and len(set(paths)) == 1


def _path(pattern: Any) -> tuple[str, ...] | None:
    """Where the only value is that a pattern asks for; None where it asks for more than one."""
    path = []
    while type(pattern) is dict:
        if len(pattern) != 1:
            return None
        [(name, pattern)] = pattern.items()
        path.append(name)
    return tuple(path)


def named_by_all(step: Step) -> list[str]:
    """The steps that every pattern of `run_if` names: they completed where the condition is met."""
    return [name for name in step.run_if[0] if name != INPUT and all(name in pattern for pattern in step.run_if)]


def absence_of(flow: Flow, key: str, name: str) -> Absence | None:
    """Why ``name`` may have no output in some run in which the step ``key`` runs; None where it surely has one.

    Where nobody can tell, it is None too.
    """
    step = flow.steps[key]
    if name not in flow.steps or (step.join == "all" and name in step.joins):
        return None
    for world in _worlds(flow, key, name):
        found = world.absence(name)
        if found is not None and world.is_possible():
            return found
    return None


def _worlds(flow: Flow, key: str, name: str) -> Iterator[World]:
    """The ways in which ``key`` comes to run, as far as they differ in what they say of ``name``."""
    holders = [flow.steps[key], *flow.branches_of(flow.steps[key])]
    split = False
    for holder in holders:
        if holder.join == "any" and len(holder.joins) > 1 and name in holder.joins:
            split = True
            yield from (World(flow).run(key).complete(other) for other in holder.joins if other != name)
        if len(holder.run_if) > 1 and any(name in pattern for pattern in holder.run_if):
            split = True
            yield from (_matching(flow, key, pattern) for pattern in holder.run_if if name not in pattern)
    if not split:
        yield World(flow).run(key)


def _matching(flow: Flow, key: str, pattern: dict[str, object]) -> World:
    """Where one pattern of several matched."""
    world = World(flow).run(key)
    world.demands.append(Demand(key, "run_if", (pattern,), True))
    for name in pattern:
        world.complete(name)
    return world
