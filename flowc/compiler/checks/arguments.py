"""What arrives at the handlers' parameters: each argument of a flow with its type, and where it does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler.checks.values import Values
from flowc.compiler.model import Mention
from flowc.compiler.schema.types import Type, disjoint, of
from flowc.references import INDEX, INPUT, ITEM, is_reference, parse_reference

if TYPE_CHECKING:
    from flowc.compiler.document import Path
    from flowc.compiler.model import Step

# The name of what a later handler of a list gets from the one before.
PREVIOUS = "previous"
_NEVER_TYPED = frozenset({"ctx", "tx"})


class Argument(NamedTuple):
    """What a parameter of a handler is given: a template, or a text that refers to a dependency in its place.

    ``path`` is where it stands, its key if ``on_key``; ``wanted`` the type of the parameter; ``got`` that of what is
    given, where no template says it.
    """

    step: Step
    handler: str
    parameter: str
    wanted: Type
    given: Any
    path: Path
    on_key: bool = False
    got: Type | None = None


class Part(NamedTuple):
    """A part of an argument: ``given`` (a reference or a literal) at ``path``, where a ``wanted`` is taken."""

    argument: Argument
    given: Any
    path: Path
    wanted: Type

    @property
    def name(self) -> str:
        """The parameter, and the way into it: ``options.depth``."""
        return ".".join((self.argument.parameter, *map(str, self.path[len(self.argument.path) :])))

    @property
    def on_key(self) -> bool:
        """Whether the mistake is marked at the key at ``path``."""
        return self.argument.on_key and self.path == self.argument.path


class Misfit(NamedTuple):
    """A value that its parameter never takes: ``given`` (a reference or a literal) at ``path``, which is ``wanted``."""

    argument: Argument
    given: Any
    path: Path
    wanted: Type
    got: Type


def arguments(values: Values) -> Iterator[Argument]:
    """The arguments of the handlers of all steps, where the parameter's type is known."""
    if values.signatures is None or not values.is_clear:
        return
    for step in values.flow.steps.values():
        yield from _of_first(values, step)
        for number in range(1, len(step.handler)):
            yield from _of_later(values, step, number)


def _of_first(values: Values, step: Step) -> Iterator[Argument]:
    signature = values.signatures.get(step.handler[0]) if values.signatures and step.handler else None
    for parameter in signature.parameters if signature is not None else ():
        name = parameter.name
        if parameter.schema is None or name in _NEVER_TYPED:
            continue
        wanted = values.type_of_parameter(step.handler[0], name, parameter.schema)
        if step.with_ is not None:
            if name in step.with_:
                yield Argument(step, step.handler[0], name, wanted, step.with_[name], (*step.path, "with", name))
        elif "with" not in step.written and (place := _place(values, step, name)) is not None:
            yield Argument(step, step.handler[0], name, wanted, f"${name}", *place)


def _of_later(values: Values, step: Step, number: int) -> Iterator[Argument]:
    """The result of the handler before, which arrives as `previous`."""
    before, name = step.handler[number - 1 : number + 1]
    signatures = values.signatures or {}
    if before in signatures and name in signatures:
        returns, parameter = signatures[before].returns, signatures[name].parameter(PREVIOUS)
        if returns is not None and parameter is not None and parameter.schema is not None:
            wanted = values.type_of_parameter(name, PREVIOUS, parameter.schema)
            path = (*step.path, "handler", number)
            yield Argument(step, name, PREVIOUS, wanted, f"${PREVIOUS}", path, got=of(returns))


def _place(values: Values, step: Step, name: str) -> tuple[Path, bool] | None:
    """Where a step without `with` says that ``name`` arrives; None where it does not."""
    for holder in (step, *values.flow.branches_of(step)):
        for mention in holder.mentions:
            if mention.name == name and name in (*holder.joins, *holder.conditions) and name in values.flow.steps:
                own = holder is step
                return (mention.path, mention.in_condition) if own else (step.path, True)
    if name == INPUT or (step.kind == "map" and name in (ITEM, INDEX)):
        return step.path, True
    return None


def as_mention(argument: Argument, text: str, path: Path) -> Mention | None:
    """The mention that a reference in an argument is; None where it is none."""
    try:
        name, fields = parse_reference(text)
    except ValueError:
        return None
    return Mention(argument.step.slug, "with", name, fields, path, text)


def misfits(values: Values) -> list[Misfit]:
    """What no parameter takes in any run."""
    return [found for argument in arguments(values) for found in _misfits(values, argument)]


def _misfits(values: Values, argument: Argument) -> Iterator[Misfit]:
    got = type_given(values, argument, argument.given)
    if got.shapes and argument.wanted.shapes and disjoint(got, argument.wanted):
        yield from _innermost(values, Misfit(argument, argument.given, argument.path, argument.wanted, got))


def type_given(values: Values, argument: Argument, given: Any) -> Type:
    """The type of a template as an argument."""
    return argument.got or values.type_of_template(given, argument.step.slug)


def _innermost(values: Values, misfit: Misfit) -> list[Misfit]:
    """The parts of a template that do not fit, or the template itself where each of its parts does."""
    found = []
    for part in _parts_of(misfit.argument, misfit.given, misfit.path, misfit.wanted):
        got = type_given(values, misfit.argument, part.given)
        if part.wanted.shapes and disjoint(got, part.wanted):
            found += _innermost(values, Misfit(misfit.argument, part.given, part.path, part.wanted, got))
    return found or [misfit]


def _parts_of(argument: Argument, given: Any, path: Path, wanted: Type) -> Iterator[Part]:
    """What stands in a template, where it can be told what is wanted of it."""
    if type(given) is dict or type(given) is list:
        shapes = wanted.of_kind("object" if type(given) is dict else "array")
        for key, inner in given.items() if type(given) is dict else enumerate(given):
            if len(shapes) == 1:
                inside = shapes[0].field(key) if type(key) is str else shapes[0].element(key)
                yield Part(argument, inner, (*path, key), inside)


def references_given(values: Values) -> Iterator[Part]:
    """The references that arrive at parameters or inside of them, the results of other handlers aside."""
    for argument in arguments(values):
        if argument.got is None:
            yield from _references(Part(argument, argument.given, argument.path, argument.wanted))


def _references(part: Part) -> Iterator[Part]:
    if is_reference(part.given):
        yield part
    else:
        for inner in _parts_of(*part):
            yield from _references(inner)
