"""The arguments of a handler: what the flow provides, matched with what the parameters ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flowc.references import INDEX, INPUT, ITEM, is_reference, parse_reference, references_in, resolve
from flowc.runtime.blobs.converters import Blobs
from flowc.runtime.blobs.wishes import loaded, opened
from flowc.runtime.convert import Misfit
from flowc.runtime.handlers import CTX, PREVIOUS, TX, Handler, Parameter

# `**kwargs` takes every dependency, and these are none.
_NO_VALUES = frozenset({CTX, TX})
_NEVER_REST = frozenset({INPUT, ITEM, INDEX})

Arguments = tuple[list[Any], dict[str, Any]]


class InvalidArguments(Exception):
    """What the flow provides and what the handler takes do not go together; a sentence for the author."""


def visible_steps(definition: Mapping[str, Any], slug: str) -> tuple[str, ...]:
    """The steps whose outputs the handler of a step may name: those it waits for, through its branches too; sorted."""
    steps = definition["steps"]
    found: set[str] = set()
    holder: str | None = slug
    while holder is not None:
        found.update(_waited_for(steps[holder]))
        holder = steps[holder].get("branch")
    return tuple(sorted(name for name in found if name in steps and steps[name]["kind"] != "branch"))


def _waited_for(step: Mapping[str, Any]) -> Iterator[str]:
    yield from step.get("depends_on", ())
    for key in ("run_if", "run_unless"):
        for pattern in step.get(key, ()):
            yield from (name for name in pattern if name != INPUT)


class Call:
    """How one handler is called: which value goes to which parameter.

    Args:
        handler: whom to call.
        provided: the names that it may ask for, ``ctx`` aside.
        template: the step's ``with``: the names are then its keys, and the handler must take them all.
        later: whether the values are another handler's result, which may be anything, rather than JSON.
    """

    __slots__ = ("_later", "_problem", "_rest", "_slots", "_template", "handler", "needed", "needs_tx", "takes_tx")

    def __init__(
        self,
        handler: Handler,
        provided: Iterable[str],
        template: Mapping[str, Any] | None = None,
        *,
        later: bool = False,
    ) -> None:
        self._later = later
        names = tuple(provided if template is None else template)
        slots = [(parameter, _source(parameter, names)) for parameter in handler.parameters]
        taken = {parameter.name for parameter in handler.parameters}
        rest = tuple(name for name in names if name not in taken)
        self.handler = handler
        self.takes_tx = any(source == TX for _, source in slots)
        self.needs_tx = any(source == TX and parameter.required for parameter, source in slots)
        self._template = template
        self._problem = _missing(handler, slots) or (template is not None and _extra(handler, rest)) or None
        self._slots = [slot for slot in slots if slot[1] is not None or slot[0].positional_only]
        self._rest = tuple(name for name in rest if name not in _NEVER_REST or template is not None)
        self._rest = self._rest if handler.keywords else ()
        self.needed = frozenset(
            [source for _, source in slots if source is not None and source not in _NO_VALUES]
        ).union(self._rest)

    def arguments(self, values: Mapping[str, Any], ctx: object, *, tx: object = None, blobs: bool = False) -> Arguments:
        """Positional and keyword arguments.

        Args:
            values: outputs by slug, and ``input``, ``item``, ``index``, ``previous`` where there are such;
                what is absent is null.
            ctx: the task's context.
            tx: the connection for the handler's own writes, where it asks for one and there is one.
            blobs: whether there may be blobs in the values; they are loaded where the annotation asks for none.

        Raises:
            InvalidArguments: something is missing, or too much, or does not fit the parameter's annotation.
            BlobError: a blob is missing or corrupt.
        """
        if self._problem:
            raise InvalidArguments(self._problem)
        if self._template is not None:
            values = resolve(self._template, (self._opened(values) if blobs else values).get)
        if blobs:
            values = self._loaded(values)
        positional: list[Any] = []
        named: dict[str, Any] = {name: values.get(name) for name in self._rest}
        for parameter, source in self._slots:
            if source is None or (source == TX and tx is None and not parameter.required):
                value = parameter.default
            else:
                value = ctx if source == CTX else tx if source == TX else values.get(source)
                converter = parameter.converter
                if converter is not None and type(value) not in converter.quick:
                    value = self._converted(parameter, value)
            if parameter.positional_only:
                positional.append(value)
            else:
                named[parameter.name] = value
        return positional, named

    def _opened(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values with the blobs loaded that the references of the template lead into."""
        found = dict(values)
        for name, path in map(parse_reference, references_in(self._template)):
            found[name] = opened(found.get(name), path)
        return found

    def _loaded(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values that this call takes, loaded but for the parameters that ask for blobs."""
        taken = {name: loaded(values.get(name)) for name in self._rest}
        for parameter, source in self._slots:
            if source is not None and source not in _NO_VALUES:
                value = values.get(source)
                taken[source] = value if isinstance(parameter.converter, Blobs) else loaded(value)
        return taken

    def _converted(self, parameter: Parameter, value: Any) -> Any:
        """A value as the annotation of ``parameter`` asks for it."""
        converter = parameter.converter
        assert converter is not None
        if value is None:
            if parameter.refuses_null:
                raise InvalidArguments(
                    f"{self._given(parameter)} is null, and the parameter of `{self.handler.name}` takes no null"
                )
            if parameter.default is None:
                return None
        try:
            return converter.from_python(value) if self._later else converter.from_json(value)
        except Misfit as misfit:
            written = (self._template or {}).get(parameter.name)
            whence = f" (given as `{written}`)" if is_reference(written) else ""
            raise InvalidArguments(f"`{parameter.name}{misfit.path}`: {misfit.sentence}{whence}") from None

    def _given(self, parameter: Parameter) -> str:
        written = (self._template or {}).get(parameter.name)
        return f"`{written}`, given as `{parameter.name}`," if is_reference(written) else f"`{parameter.name}`"


def first_call(definition: Mapping[str, Any], slug: str, handler: Handler) -> Call:
    """How a step of ``definition`` calls its handler; of several, the first."""
    step = definition["steps"][slug]
    own = (ITEM, INDEX) if step["kind"] == "map" else ()
    return Call(handler, (*visible_steps(definition, slug), INPUT, *own), step.get("with"))


def later_call(handler: Handler) -> Call:
    """How a handler is called that comes after another one in the same step."""
    return Call(handler, (PREVIOUS,), later=True)


def _source(parameter: Parameter, names: tuple[str, ...]) -> str | None:
    return parameter.name if parameter.name in _NO_VALUES or parameter.name in names else None


def _missing(handler: Handler, slots: list[tuple[Parameter, str | None]]) -> str | None:
    names = [parameter.name for parameter, source in slots if source is None and parameter.required]
    return f"nothing provides {_listed(names)}, which `{handler.name}` needs" if names else None


def _extra(handler: Handler, rest: tuple[str, ...]) -> str | None:
    if not rest or handler.keywords:
        return None
    takes = (
        _listed(parameter.name for parameter in handler.parameters if parameter.name not in (CTX, TX)) or "no arguments"
    )
    return f"`{handler.name}` takes no {_listed(rest)}; it takes {takes}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
