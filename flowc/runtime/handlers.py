"""The registry of handlers: a value that an application fills and a worker takes its callables from."""

from __future__ import annotations

import difflib
import functools
import inspect
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, overload

from flowc.errors import HandlersError
from flowc.runtime.annotations import NotResolved, Schema, resolve, scope_of
from flowc.runtime.convert import Converter, Impossible, Unconvertible, converter_of, refuses_null
from flowc.runtime.loading import load_attribute

Function = TypeVar("Function", bound=Callable[..., Any])

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*", re.ASCII)
_LONGEST_NAME = 200
_NAMED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


CTX: Final = "ctx"
TX: Final = "tx"
PREVIOUS: Final = "previous"
# What the runtime gives whatever the annotation says; that one is for the reader.
_OURS = frozenset({CTX, TX})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named parameter of a handler; ``converter`` is what its annotation makes of values, None if it takes any."""

    name: str
    required: bool
    default: Any
    positional_only: bool
    converter: Converter | None
    refuses_null: bool

    @property
    def schema(self) -> Schema | None:
        """What its annotation says of JSON, and that null does where it is the default; None if nothing."""
        if self.converter is None:
            return None
        found = self.converter.schema("validation")
        if found is None or self.required or self.default is not None or not refuses_null(self.converter):
            return found
        inner = {key: value for key, value in found.items() if key != "$defs"}
        outer = {"$defs": found["$defs"]} if "$defs" in found else {}
        return {"anyOf": [inner, {"type": "null"}], **outer}


@dataclass(frozen=True, eq=False)
class Handler:
    """A registered callable and what is known of it; ``place`` is where it is written, as ``file:line``.

    Annotations are read when somebody asks, which ``Handlers.resolve`` does for all of them: only then is everything
    defined that their module defines.
    """

    name: str
    function: Callable[..., Any]
    place: str
    is_async: bool
    signature: inspect.Signature
    names: Mapping[str, Any]
    local: Mapping[str, Any]

    @property
    def keywords(self) -> bool:
        """Whether it has a ``**kwargs``."""
        return any(one.kind is inspect.Parameter.VAR_KEYWORD for one in self.signature.parameters.values())

    @functools.cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its named parameters; raises HandlersError if an annotation cannot be used."""
        return tuple(self._parameter(one) for one in self.signature.parameters.values() if one.kind in _NAMED)

    @functools.cached_property
    def result(self) -> Converter | None:
        """What its return annotation makes of results; raises HandlersError if it cannot be used."""
        return self._converter(self.signature.return_annotation, "what it returns", foreign=True)

    @functools.cached_property
    def returns(self) -> Schema | None:
        """What its return annotation says of JSON; None if nothing."""
        return None if self.result is None else self.result.schema("serialization")

    def facts(self) -> dict[str, Any]:
        """What the checker needs to know, as JSON."""
        return {
            "parameters": [{"name": p.name, "required": p.required, "schema": p.schema} for p in self.parameters],
            "keywords": self.keywords,
            "returns": self.returns,
        }

    def _parameter(self, parameter: inspect.Parameter) -> Parameter:
        optional = parameter.default is not inspect.Parameter.empty
        annotation = Any if parameter.name in _OURS else parameter.annotation
        converter = self._converter(
            annotation, f"its parameter `{parameter.name}`", foreign=parameter.name == PREVIOUS, optional=optional
        )
        return Parameter(
            name=parameter.name,
            required=not optional,
            default=parameter.default,
            positional_only=parameter.kind is inspect.Parameter.POSITIONAL_ONLY,
            converter=converter,
            refuses_null=parameter.default is not None and converter is not None and refuses_null(converter),
        )

    def _converter(
        self, annotation: Any, of: str, *, foreign: bool = False, optional: bool = False
    ) -> Converter | None:
        if annotation is inspect.Parameter.empty:
            return None
        try:
            hint = resolve(annotation, self.names, self.local)
            return converter_of(hint, self.local, foreign=foreign)
        except NotResolved as error:
            if optional:
                return Impossible(f"its annotation `{_written(annotation)}` cannot be read: {error}")
            raise HandlersError(
                f"the handler `{self.name}` ({self.place}) annotates {of} with `{_written(annotation)}`, which cannot"
                f" be read: {error}",
                help="import it for real, not only for the type checker, or leave the annotation away",
            ) from None
        except Unconvertible as error:
            if optional:
                return Impossible(f"nothing can become the `{_written(annotation)}` that its annotation asks for")
            raise HandlersError(
                f"the handler `{self.name}` ({self.place}) annotates {of} with `{_written(annotation)}`: {error}",
                help="use JSON types, a dataclass, a TypedDict or a pydantic model, or leave the annotation away",
            ) from None


class Handlers:
    """The handlers of an application, by name.

    ::

        handlers = Handlers()

        @handlers.register
        def fetch_page(url: str) -> str: ...

        @handlers.register("pages.fetch")
        async def fetch(url: str) -> str: ...
    """

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    @overload
    def register(self, function: Function, /, *, name: str | None = None) -> Function: ...
    @overload
    def register(self, name: str, /) -> Callable[[Function], Function]: ...
    @overload
    def register(self, /, *, name: str) -> Callable[[Function], Function]: ...

    def register(self, first: Any = None, /, *, name: str | None = None) -> Any:
        """Register a callable under ``name``, or under its own; as a decorator with or without a name, or as a call.

        Returns the callable itself, unchanged.

        Raises:
            HandlersError: the name is taken or is no name, or what is registered cannot be called as a handler.
        """
        if first is None or isinstance(first, str):
            chosen = first or name
            return lambda function: self.register(function, name=chosen)
        self._add(_handler(first, name))
        return first

    def _add(self, handler: Handler) -> None:
        known = self._handlers.setdefault(handler.name, handler)
        if known is not handler:
            raise HandlersError(
                f"two handlers are named `{handler.name}`: {known.place} and {handler.place}",
                help="give one of them another name: @handlers.register(name=...)",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The registered names, sorted."""
        return tuple(sorted(self._handlers))

    def __getitem__(self, name: str) -> Handler:
        return self._handlers[name]

    def __contains__(self, name: object) -> bool:
        return name in self._handlers

    def __iter__(self) -> Iterator[Handler]:
        return iter(self._handlers.values())

    def __len__(self) -> int:
        return len(self._handlers)

    def __repr__(self) -> str:
        return f"<Handlers: {', '.join(self.names) or 'none'}>"

    def resolve(self) -> None:
        """Read all annotations, so that one that cannot be used is told now and not by a run.

        Raises:
            HandlersError: it names what is not defined, or asks for what no JSON can become.
        """
        for handler in self:
            _ = handler.parameters, handler.result

    def facts(self) -> dict[str, Any]:
        """What the checker needs to know of all handlers, as JSON.

        Raises:
            HandlersError: an annotation cannot be used.
        """
        return {"format": 1, "handlers": {name: self._handlers[name].facts() for name in self.names}}

    def export(self) -> str:
        """The facts as the text of a file, the same for the same handlers: ``flowc check --handlers`` takes it.

        Raises:
            HandlersError: an annotation cannot be used.
        """
        return json.dumps(self.facts(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def load(target: str) -> Handlers:
    """The registry that ``app.flows:handlers`` names; the module is imported with the current folder on the path.

    Raises:
        HandlersError: ``target`` is not ``module:attribute``, the import failed, what it names is no registry, or an
            annotation of a handler cannot be used.
    """
    module, name, found = load_attribute(target)
    if isinstance(found, Handlers):
        found.resolve()
        return found
    registries = [key for key, value in vars(module).items() if isinstance(value, Handlers)]
    near = registries[:1] or difflib.get_close_matches(name, vars(module), 1)
    hint = f"did you mean `{module.__name__}:{near[0]}`?" if near and near[0] != name else None
    if found is None:
        raise HandlersError(f"`{module.__name__}` has no `{name}`", help=hint or "write `handlers = Handlers()` there")
    raise HandlersError(
        f"`{target}` is of type `{type(found).__name__}`, not a registry of handlers",
        help=hint or "name what `handlers = Handlers()` made",
    )


def _handler(function: Any, name: str | None) -> Handler:
    inner = _innermost(function)
    place = _place(inner)
    if not callable(function) or isinstance(function, type):
        kind = "a class" if isinstance(function, type) else f"of type `{type(function).__name__}`"
        raise HandlersError(f"what is registered is {kind}, not a function{place and f' ({place})'}")
    name = _checked_name(name or _own_name(function, inner), place)
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        raise HandlersError(f"the parameters of `{name}` cannot be read; wrap it in a function of your own") from None
    parameters = tuple(signature.parameters.values())
    if parameters and parameters[0].name == "self" and not inspect.ismethod(function):
        raise HandlersError(
            f"`{inner.__qualname__}` is a method without its object ({place})",
            help="make the object first, then handlers.register(the_object.the_method)",
        )
    is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
    if is_async and TX in signature.parameters:
        raise HandlersError(
            f"the async handler `{name}` ({place}) asks for `tx`, whose queries would hold up all other async handlers",
            help="make it a plain `def`, or open a connection of its own",
        )
    return Handler(
        name=name,
        function=function,
        place=place or "a place unknown",
        is_async=is_async,
        signature=signature,
        names=getattr(inner, "__globals__", {}),
        local=scope_of(getattr(inner, "__annotations__", {})),
    )


def _written(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _own_name(function: Any, inner: Any) -> str:
    name = getattr(function, "__name__", "") or getattr(inner, "__name__", "")
    return "" if name == "__call__" else str(name)


def _checked_name(name: str, place: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        what = f"`{name}` is no name for a handler" if name else "a handler without a name of its own"
        raise HandlersError(
            f"{what}{place and f' ({place})'}",
            help="letters, digits and `_`, words joined by dots: @handlers.register(name=...)",
        )
    return name


def _innermost(function: Any) -> Any:
    """The function that does the work: within partials, methods, decorators and callable objects."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif callable(function) and not inspect.isroutine(function) and not isinstance(function, type):
            call = type(function).__call__
            if not inspect.isfunction(call):
                return function
            function = call
        else:
            return function


def _place(function: Any) -> str:
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    file = os.path.relpath(code.co_filename) if Path(code.co_filename).is_relative_to(Path.cwd()) else code.co_filename
    return f"{file}:{code.co_firstlineno}"
