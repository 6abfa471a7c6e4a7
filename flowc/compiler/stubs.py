"""What a type checker needs to know of a flow: the types of its values, and a Protocol of its handlers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from flowc.compiler.checks.values import Values
from flowc.compiler.model import JOIN, Flow, Mention, Step
from flowc.compiler.python_types import PythonTypes, is_name
from flowc.compiler.schema.types import NULL, UNKNOWN, Type, either, of
from flowc.references import INDEX, INPUT, ITEM, is_reference, parse_reference

_HEAD = '''"""The types of the flow `{flow}` and of its handlers, written by `flowc stubs`: do not edit.

A type checker holds a module of handlers against them::

    if TYPE_CHECKING:
        import {flow}_handlers

        _checked: {protocol} = {flow}_handlers
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NotRequired, Protocol, TypedDict

from flowc import Context
'''
# A handler takes what it names, so that each choice of names is a form of its own: past these, only results are told.
_MOST_FORMS = 64
_GIVEN = {"ctx": "Context", "tx": "Any"}


class _Use(NamedTuple):
    """How a step calls a handler: the parameters that it must take, those that it may name, and what it returns."""

    needed: dict[str, str]
    offered: dict[str, str] | None
    returns: str


def stubs(flow: Flow) -> str:
    """A module of Python: a TypedDict for each object that the flow's schemas describe, and a Protocol of its handlers.

    Names that handlers are registered under and that are no identifiers are left out.
    """
    values, types = Values(flow, None), PythonTypes()
    protocol = types.name(flow.flow, "handlers")
    types.annotation(values.type_of(INPUT, None), "input")
    uses: dict[str, list[_Use]] = {}
    for step in flow.steps.values():
        for handler, use in _uses(values, types, step):
            uses.setdefault(handler, []).append(use)
    forms: list[str] = []
    members: list[str] = []
    for handler in sorted(uses):
        if is_name(handler):
            names = _forms_of(handler, uses[handler], types, forms)
            members.append(f"    @property\n    def {handler}(self) -> {names}: ...")
    whole = f"class {protocol}(Protocol):\n" + ("\n".join(members) or "    pass")
    blocks = [*types.classes(), *forms, whole]
    return "\n\n".join([_HEAD.format(flow=flow.flow, protocol=protocol), *(f"{block}\n" for block in blocks)])


def _uses(values: Values, types: PythonTypes, step: Step) -> Iterator[tuple[str, _Use]]:
    """How a step calls each of its handlers."""
    if not step.handler:
        return
    result = types.annotation(of(step.output), step.slug) if step.output is not None else "Any"
    last = len(step.handler) - 1
    for number, handler in enumerate(step.handler):
        returns = result if number == last else "Any"
        if number:
            yield handler, _Use({}, {"previous": "Any", **_GIVEN}, returns)
        elif step.with_ is not None:
            given = {
                name: types.annotation(_type_of(values, step, template), step.slug, name)
                for name, template in step.with_.items()
            }
            yield handler, _Use(given, dict(_GIVEN), returns)
        else:
            yield handler, _Use({}, {**_visible(values, types, step), **_GIVEN}, returns)


def _visible(values: Values, types: PythonTypes, step: Step) -> dict[str, str]:
    """What a handler may name where there is no ``with``."""
    flow = values.flow
    found = {name for holder in (step, *flow.branches_of(step)) for name in (*holder.joins, *holder.conditions)}
    own = [ITEM, INDEX] if step.kind == "map" else []
    names = [name for name in flow.steps if name in found and flow.steps[name].kind != "branch"]
    return {name: types.annotation(_type_of(values, step, f"${name}"), name) for name in (INPUT, *names, *own)}


def _type_of(values: Values, step: Step, template: object) -> Type:
    """The type of a template, not narrowed by conditions: a TypedDict of a narrower one would be another class."""
    if isinstance(template, str) and is_reference(template):
        name, fields = parse_reference(template)
        if name not in values.flow.steps and name not in (INPUT, ITEM, INDEX):
            return UNKNOWN
        found = values.follow(Mention(step.slug, "with", name, fields, (), template)).type
        waited = step.join == JOIN and name in step.joins
        if name not in values.flow.steps or waited or name in values.world(step.slug).completed:
            return found
        return either([found, NULL])
    if isinstance(template, dict):
        inner = {name: _type_of(values, step, value) for name, value in template.items()}
        return of({"type": "object", "properties": inner, "required": list(inner)})
    if isinstance(template, list):
        return of({"type": "array", "items": either([_type_of(values, step, value) for value in template])})
    return values.type_of_template(template, step.slug)


def _forms_of(handler: str, uses: list[_Use], types: PythonTypes, forms: list[str]) -> str:
    """The union of what a handler may look like; the classes are added to ``forms``."""
    use = _together(uses)
    returns = "Any" if use.returns == "Any" else f"{use.returns} | Awaitable[{use.returns}]"
    if use.offered is None or 2 ** len(use.offered) > _MOST_FORMS or not all(map(is_name, use.needed)):
        return f"Callable[..., {returns}]"
    names = []
    for chosen in _choices(list(use.offered)):
        taken = {**use.needed, **{name: use.offered[name] for name in chosen}}
        name = types.name(handler, "form")
        signature = ", ".join(["self", *(["*"] if taken else []), *(f"{key}: {one}" for key, one in taken.items())])
        forms.append(f"class {name}(Protocol):\n    def __call__({signature}) -> {returns}: ...")
        names.append(name)
    return " | ".join(names)


def _choices(names: list[str]) -> Iterator[tuple[str, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(names, count) for count in range(len(names) + 1))


def _together(uses: list[_Use]) -> _Use:
    """One use for several steps that call the same handler; only what it returns where they call it differently."""
    first = uses[0]
    returns = first.returns if all(use.returns == first.returns for use in uses) else "Any"
    if all((use.needed, use.offered) == (first.needed, first.offered) for use in uses):
        return first._replace(returns=returns)
    return _Use({}, None, returns)
