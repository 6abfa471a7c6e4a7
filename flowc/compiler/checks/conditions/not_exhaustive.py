"""Branches ask one field for this value and that, and nothing runs for any other.

Each of the branches waits for its own value. Where the field has another one, all of them are skipped and the run
completes as if nothing were amiss. Where the field's schema lists its values and each has its branch, all is well.

Bad:

    flow: report
    steps:
      website:
      if_found:
        run_if: {website: {status: 200}}
        steps:
          summary:
      if_gone:
        run_if: {website: {status: 404}}
        steps:
          notify:

Good:

    flow: report
    steps:
      website:
      if_found:
        run_if: {website: {status: 200}}
        steps:
          summary:
      otherwise:
        run_unless: {website: {status: 200}}
        steps:
          notify:

Give what is left a branch of its own, with `run_unless` and the list of the other patterns; or declare the values that
the field can have by an `enum`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flowc.compiler.checks.demands import question
from flowc.compiler.checks.values import Values, values_of
from flowc.compiler.model import Flow, Step
from flowc.compiler.schema.paths import follow
from flowc.compiler.schema.types import key_of
from flowc.compiler.schema.wording import literal_list
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

RULE = Rule("FL507", "not-exhaustive", WARNING)


class Question(NamedTuple):
    """A condition that asks one field for one of some values."""

    step: Step
    fields: tuple[str, ...]
    answers: list[Any]


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each group of branches side by side that leaves values out."""
    asked: dict[tuple[str | None, tuple[str, ...]], list[Question]] = {}
    for step in flow.steps.values():
        found = _question(step) if step.run_if else None
        if found is not None:
            asked.setdefault((step.branch, found.fields), []).append(found)
    others: _Others | None = None
    for questions in asked.values():
        branches = [one for one in questions if one.step.kind == "branch"]
        if _are_choices(branches):
            others = others or _Others(flow)
            if not others.has_one(questions):
                yield from _of(values_of(flow, signatures), questions, branches)


def _question(step: Step) -> Question | None:
    """What a condition asks; None where it asks for more than one field, or is no plain question."""
    if step.run_unless or step.on_unmet == "fail":
        return None
    asked = [question(pattern) for pattern in step.run_if]
    fields = asked[0][0]
    plain = all(path == fields and type(answer) not in (dict, list) for path, answer in asked)
    return Question(step, fields, [answer for _, answer in asked]) if plain and len(fields) > 1 else None


def _are_choices(branches: list[Question]) -> bool:
    """Whether there are several, not all for the same values."""
    return len(branches) > 1 and len({frozenset(map(key_of, one.answers)) for one in branches}) > 1


class _Others:
    """The steps that may run where no branch of a group does: by what they join, and by the places they ask."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.joining: dict[str, list[Step]] = {}
        self.asking: dict[tuple[str, ...], list[Step]] = {}
        for step in flow.steps.values():
            for name in step.joins if step.join in ("none", "settled") else ():
                self.joining.setdefault(name, []).append(step)
            for place in {place for pattern in (*step.run_unless, *step.run_if) for place in _places(pattern, ())}:
                self.asking.setdefault(place, []).append(step)

    def has_one(self, questions: list[Question]) -> bool:
        """Whether something may run where none of the branches does."""
        own = {one.step.slug for one in questions}
        if any(step.slug not in own for slug in own for step in self.joining.get(slug, ())):
            return True
        return any(
            step.slug not in own and not any(around.slug in own for around in self.flow.branches_of(step))
            for step in self.asking.get(questions[0].fields, ())
        )


def _places(pattern: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths at which a pattern has anything."""
    for name, inner in pattern.items():
        yield (*path, name)
        if type(inner) is dict:
            yield from _places(inner, (*path, name))


def _of(values: Values, questions: list[Question], branches: list[Question]) -> Iterator[Diagnostic]:
    flow, last = values.flow, branches[-1]
    name, *fields = last.fields
    answers = [answer for one in questions for answer in one.answers]
    there = follow(values.type_of(name, None), tuple(fields))
    possible = [value for shape in there.type.shapes for value in _all_values(shape.kind, shape.values)]
    if there.nowhere is not None:
        return
    answered = {key_of(answer) for answer in answers}
    missing = [value for value in possible if value is not _OTHERS and key_of(value) not in answered]
    if _OTHERS in possible:
        what = f"anything but {literal_list(list({key_of(one): one for one in answers}.values()))}"
    elif missing:
        what = literal_list(missing)
    else:
        return
    yield flow.document.diagnose(
        RULE,
        (*last.step.path, "run_if"),
        f"no branch runs where `{'.'.join(last.fields)}` is {what}",
        label="the last of these branches",
        help="give the rest a branch of its own, with `run_unless`",
        related=tuple(
            flow.document.related(
                (*one.step.path, "run_if"), f"`{one.step.slug}` is for {literal_list(one.answers)}", key=False
            )
            for one in branches[:-1][:8]
        ),
    )


_OTHERS = object()


def _all_values(kind: str, values: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """All values of a shape that a branch can be for; ``_OTHERS`` where there is no end of them."""
    if values is not None:
        return values
    return (False, True) if kind == "boolean" else () if kind == "null" else (_OTHERS,)
