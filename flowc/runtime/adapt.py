"""pydantic as a converter: imported for annotations that ask for more than JSON as it comes."""

from __future__ import annotations

import collections.abc
import sys
import types
from collections.abc import Mapping
from enum import Enum
from functools import reduce
from operator import or_
from typing import (
    Annotated,
    Any,
    Literal,
    Never,
    NoReturn,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    is_typeddict,
)

import typing_extensions
from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError
from pydantic_core import ErrorDetails

from flowc.runtime.annotations import NotResolved, Schema, fields_of
from flowc.runtime.blobs.wishes import holds_bytes
from flowc.runtime.convert import Misfit, Mode, Test, Unconvertible, misfit_of
from flowc.runtime.encode import NotJSON, decode, encode
from flowc.runtime.model_schemas import Described, Given, Members
from flowc.runtime.whole import with_integers
from flowc.schemas import path_text
from flowc.schemas.words import got

# What pydantic would only look at while somebody iterates over it.
_LAZY = (collections.abc.Iterable, collections.abc.Collection)
# What pydantic makes schemas of, as if there were JSON for it.
_NO_JSON = frozenset({"callable", "is-subclass", "generator"})
_NOTHING = (Never, NoReturn)
_MOST = 3


class Adapted:
    """Values of dataclasses, models, enums, dates, sets and whatever else pydantic knows.

    They are read by its strict rules for JSON: text becomes a date, no text becomes a number.
    """

    __slots__ = ("_adapter", "_bytes", "_test", "quick")

    def __init__(self, adapter: TypeAdapter[Any], *, bytes_: bool = False) -> None:
        self._adapter = adapter
        self._bytes = bytes_
        self._test: Test | None = None
        self.quick: frozenset[type] = frozenset()

    def from_json(self, value: Any) -> Any:
        return self.from_named(value, {})

    def from_named(self, value: Any, blobs: dict[str, Any]) -> Any:
        """The same with blobs where their names stand."""
        try:
            return self._from_text(value, blobs)
        except ValidationError as error:
            raise _misfit(error, value) from None
        except NotJSON as error:
            if not self._bytes:
                raise misfit_of(error) from None
        try:  # a step's result may be bytes, or have some in it
            return self._adapter.validate_python(value, context=blobs)
        except ValidationError as error:
            raise _misfit(error, value) from None

    def _from_text(self, value: Any, blobs: dict[str, Any]) -> Any:
        try:
            return self._adapter.validate_json(encode(value), strict=True, context=blobs)
        except ValidationError as error:
            whole = with_integers(value, _wants_integers(error, value))
            if whole is None:
                raise
        return self._adapter.validate_json(encode(whole), strict=True, context=blobs)

    def from_python(self, value: Any) -> Any:
        try:
            return self._adapter.validate_python(value, strict=True)
        except ValidationError as error:
            try:
                text = None if _is_foreign(error) else encode(value)
            except NotJSON:
                text = None
            if text is None:
                raise _misfit(error, value) from None
        try:
            return self._adapter.validate_json(text, strict=True)
        except ValidationError as error:
            raise _misfit(error, value) from None

    def to_plain(self, value: Any) -> Any:
        if isinstance(value, collections.abc.Iterator | collections.abc.Awaitable):
            return value  # the encoder's words are better than what pydantic makes of these
        mode: Literal["python", "json"] = "python" if self._bytes else "json"
        try:
            return self._adapter.dump_python(value, mode=mode, by_alias=True, warnings=False)
        except (ValueError, RecursionError):  # pydantic's own errors are of the first kind
            return value
        except Exception:  # noqa: BLE001 - pydantic stumbled over an object of another class
            return self._as_it_should_be(value)

    def _as_it_should_be(self, value: Any) -> Any:
        """A result as it is, if its objects are of the classes that the annotation names; raises Misfit."""
        try:
            self._adapter.validate_python(value, strict=True)
        except ValidationError as error:
            raise _misfit(error, value) from None
        return value

    def require(self, value: Any, output: bytes) -> None:
        if self._test is None:
            self._test = Test(self._described("serialization", Described))
        self._test.require(decode(output))

    def schema(self, mode: Mode) -> Schema | None:
        return self._described(mode, Given if mode == "serialization" else Described)

    def _described(self, mode: Mode, by: type[Described]) -> Schema | None:
        if self._bytes:
            return None  # JSON Schema has no bytes
        try:
            return self._adapter.json_schema(mode=mode, schema_generator=by) or None
        except PydanticUserError:
            return None


def adapted(hint: Any, local: Mapping[str, Any], *, foreign: bool) -> Adapted:
    """The converter of an annotation; arguments and errors as for ``converter_of``."""
    try:
        hint = _readable(hint, local)
        adapter = _adapter(hint, local, foreign)
    except NotResolved:
        raise
    except (PydanticUndefinedAnnotation, NameError) as error:
        raise NotResolved(f"there is no `{error.name}`") from None
    except Exception as error:  # noqa: BLE001 - annotations are code: they can raise anything
        raise Unconvertible(_why(error)) from None
    if adapter.pydantic_complete is not True:
        raise NotResolved("it refers to what is not defined")
    if not foreign and adapter.core_schema["type"] in _NO_JSON:
        raise Unconvertible("no JSON can become that")
    return Adapted(adapter, bytes_=holds_bytes(hint, local))


def _adapter(hint: Any, local: Mapping[str, Any], foreign: bool) -> TypeAdapter[Any]:
    try:
        return _built(hint, local, None)
    except PydanticSchemaGenerationError:
        if not foreign:
            raise
    return _built(hint, local, ConfigDict(arbitrary_types_allowed=True))


def _built(hint: Any, local: Mapping[str, Any], config: ConfigDict | None) -> TypeAdapter[Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(hint, config=config)
    if adapter.pydantic_complete is not True:
        adapter.rebuild(force=True, raise_errors=True, _types_namespace=dict(local))
    return adapter


def _why(error: Exception) -> str:
    if isinstance(error, PydanticSchemaGenerationError):
        return "no JSON can become that"
    return f"{error}".split("\n", maxsplit=1)[0]


def _readable(hint: Any, local: Mapping[str, Any], inside: tuple[Any, ...] = ()) -> Any:
    """The annotation, where it is a TypedDict that pydantic refuses before Python 3.12, or would read late."""
    if hint in _LAZY or hint in _NOTHING:
        return list if hint in _LAZY else None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is None:
        return _typed_dict(hint, local, inside) if is_typeddict(hint) else hint
    if origin is Literal:
        members = {one.value: one for one in arguments if isinstance(one, Enum)}
        # Strictly, pydantic takes the member itself only, which no JSON is.
        return Annotated[hint, BeforeValidator(Members(members))] if members else hint
    if origin is Annotated:
        return Annotated[(_readable(arguments[0], local, inside), *hint.__metadata__)]
    parts = tuple(_readable(one, local, inside) if _is_hint(one) else one for one in arguments)
    if origin in _LAZY:
        return list[parts]  # type: ignore[valid-type]
    if parts == arguments:
        return hint
    if origin in (Union, types.UnionType):
        return reduce(or_, parts)
    return origin[parts[0]] if origin in (Required, NotRequired) else origin[parts]


def _is_hint(argument: object) -> bool:
    return isinstance(argument, type) or get_origin(argument) is not None


def _typed_dict(hint: Any, local: Mapping[str, Any], inside: tuple[Any, ...]) -> Any:
    if sys.version_info >= (3, 12) or type(hint).__module__ == "typing_extensions":
        return hint
    if hint in inside:
        return dict[str, Any]
    try:
        fields, required = fields_of(hint, local)
    except NameError as error:
        raise NotResolved(f"there is no `{error.name}`") from None
    bare = {name: _unmarked(_readable(field, local, (*inside, hint))) for name, field in fields.items()}
    marked = {name: Required[one] if name in required else NotRequired[one] for name, one in bare.items()}
    rebuilt = typing_extensions.TypedDict(hint.__name__, marked)  # type: ignore[misc]
    rebuilt.__doc__ = hint.__doc__
    return rebuilt


def _unmarked(field: Any) -> Any:
    return get_args(field)[0] if get_origin(field) in (Required, NotRequired) else field


def _is_foreign(error: ValidationError) -> bool:
    """Whether an instance of a class was asked for that knows nothing of JSON."""
    return error.errors(include_url=False)[0]["type"] == "is_instance_of"


def _misfit(error: ValidationError, value: Any) -> Misfit:
    """The first of what pydantic found, with all that it says of the same place: a union says it of each choice."""
    found = error.errors(include_url=False, include_context=False)
    places = [_place(one, value) for one in found]
    first = places[0]
    said = dict.fromkeys(_sentence(one) for one, place in zip(found, places, strict=True) if place == first)
    words = ", or ".join(list(said)[:_MOST])
    if found[0]["type"] == "missing":
        return Misfit(path_text(first[:-1]).removeprefix("$"), f"`{first[-1]}` is missing")
    return Misfit(path_text(first).removeprefix("$"), f"{words}, got {_shown(found[0]['input'])}")


def _wants_integers(error: ValidationError, value: Any) -> list[tuple[str | int, ...]]:
    """Where an integer is needed and something else stands."""
    found = error.errors(include_url=False, include_context=False)
    return list(dict.fromkeys(_place(one, value) for one in found if one["type"] == "int_type"))


def _place(error: ErrorDetails, value: Any) -> tuple[str | int, ...]:
    """Where in the value an error stands: pydantic's own place also names the choices of unions and its validators."""
    place: list[str | int] = []
    step: Any
    for step in error["loc"]:
        try:
            value = value[step] if isinstance(value, Mapping | list | tuple) else getattr(value, str(step))
        except (LookupError, TypeError, AttributeError):
            if error["type"] != "missing" or step != error["loc"][-1]:
                continue
        place.append(step)
    return tuple(place)


def _sentence(error: ErrorDetails) -> str:
    said = error["msg"]
    for before in ("Input should be ", "Value error, ", "Assertion failed, "):
        if said.startswith(before):
            rest = said.removeprefix(before)
            if before != "Input should be ":
                return rest
            what, _, why = rest.partition(", ") if error["type"].endswith("_parsing") else (rest, "", "")
            return f"{what} is needed ({why})" if why else f"{what} is needed"
    return f"{said[:1].lower()}{said[1:]}"


def _shown(value: Any) -> str:
    if isinstance(value, Enum) or not isinstance(value, str | int | float | list | dict | None):
        return f"a value of type `{type(value).__name__}`"
    return got(value)
