"""What type annotations say of JSON: a JSON Schema, and whether a null fits."""

from __future__ import annotations

import collections.abc
import dataclasses
import sys
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)
from uuid import UUID

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    dict: {"type": "object"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    UUID: {"type": "string", "format": "uuid"},
}
_ARRAYS = (list, collections.abc.Sequence, collections.abc.MutableSequence)
_OBJECTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a function, names resolved; those that cannot be resolved are left out."""
    try:
        return get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001 - annotations are code: they can raise anything
        return _resolvable(function)


def _resolvable(function: Callable[..., Any]) -> dict[str, Any]:
    found = {}
    scope = getattr(function, "__globals__", {})
    for name, hint in getattr(function, "__annotations__", {}).items():
        try:
            found[name] = eval(hint, scope) if isinstance(hint, str) else hint
        except Exception:  # noqa: BLE001
            continue
    return found


def schema_of(hint: Any) -> Schema | None:
    """The JSON Schema of the values that an annotation takes; None where it says nothing of JSON."""
    try:
        return _schema(hint, ()) or None
    except Exception:  # noqa: BLE001 - annotations are code: they can raise anything
        return None


def refuses_null(hint: Any) -> bool:
    """Whether an annotation, where it is known, has no room for a null."""
    schema = schema_of(hint)
    return schema is not None and not _takes_null(schema)


def _takes_null(schema: Schema) -> bool:
    if "anyOf" in schema:
        return any(not choice or _takes_null(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return None in schema["enum"]
    return "null" in (schema["type"] if isinstance(schema["type"], list) else [schema["type"]])


def _schema(hint: Any, inside: tuple[Any, ...]) -> Schema:
    """The schema of ``hint``; empty where it is unknown. ``inside`` are the classes that are being described."""
    hint = _bare(hint)
    if isinstance(hint, collections.abc.Hashable) and hint in _PLAIN:
        return dict(_PLAIN[hint])
    origin = get_origin(hint)
    if origin is Literal:
        return _choice(get_args(hint))
    if origin in (Union, types.UnionType):
        return _union([_schema(option, inside) for option in get_args(hint)])
    if origin in _ARRAYS or (origin is tuple and get_args(hint)[-1:] == (...,)):
        return _with_part("array", "items", _schema(get_args(hint)[0], inside))
    if origin is tuple:
        return {"type": "array"}
    if origin in _OBJECTS:
        return _mapping(get_args(hint), inside)
    return _class(hint, inside) if isinstance(hint, type) else {}


def _bare(hint: Any) -> Any:
    """The type within ``Annotated``, ``Required``, ``NewType`` and named aliases."""
    while True:
        if get_origin(hint) in (Annotated, Required, NotRequired):
            hint = get_args(hint)[0]
        elif isinstance(hint, NewType):
            hint = hint.__supertype__
        elif sys.version_info >= (3, 12) and type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            return hint


def _class(hint: type, inside: tuple[Any, ...]) -> Schema:
    if hint in inside:
        return {}
    if hint in _ARRAYS:
        return {"type": "array"}
    if hint in _OBJECTS:
        return {"type": "object"}
    if issubclass(hint, Enum):
        return _choice(tuple(member.value for member in hint))
    if is_typeddict(hint):
        return _typed_dict(hint, (*inside, hint))
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, (*inside, hint))
    return {}


def _choice(values: tuple[Any, ...]) -> Schema:
    values = tuple(value.value if isinstance(value, Enum) else value for value in values)
    known = all(value is None or isinstance(value, str | int | float) for value in values)
    return {"enum": list(values)} if known and values else {}


def _union(options: list[Schema]) -> Schema:
    if not all(options):
        return {}
    unique = [option for number, option in enumerate(options) if option not in options[:number]]
    if all(option.keys() == {"type"} and isinstance(option["type"], str) for option in unique):
        names = sorted(option["type"] for option in unique)
        return {"type": names if len(names) > 1 else names[0]}
    return {"anyOf": unique}


def _with_part(kind: str, keyword: str, part: Schema) -> Schema:
    return {"type": kind, keyword: part} if part else {"type": kind}


def _mapping(arguments: tuple[Any, ...], inside: tuple[Any, ...]) -> Schema:
    if _bare(arguments[0]) is not str:
        return {"type": "object"}
    return _with_part("object", "additionalProperties", _schema(arguments[1], inside))


def _typed_dict(hint: type, inside: tuple[Any, ...]) -> Schema:
    fields = hints_of(hint)
    required = set(getattr(hint, "__required_keys__", fields))
    for name, field in fields.items():  # with postponed annotations the class itself does not see these two
        if get_origin(field) is NotRequired:
            required.discard(name)
        elif get_origin(field) is Required:
            required.add(name)
    return _object({name: _schema(field, inside) for name, field in fields.items()}, required & fields.keys())


def _dataclass(hint: type, inside: tuple[Any, ...]) -> Schema:
    hints = hints_of(hint)
    fields = [field for field in dataclasses.fields(hint) if field.init]
    nothing = dataclasses.MISSING
    required = {field.name for field in fields if field.default is nothing and field.default_factory is nothing}
    return _object({field.name: _schema(hints.get(field.name, Any), inside) for field in fields}, required)


def _object(properties: dict[str, Schema], required: set[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": sorted(required)} if required else schema
