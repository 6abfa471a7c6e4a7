"""What type annotations say: names resolved, and the JSON Schema of those that are JSON as it comes."""

from __future__ import annotations

import collections.abc
import re
import sys
import types
from collections.abc import Mapping
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Schema] = {
    Any: {},
    object: {},
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    list: {"type": "array"},
    dict: {"type": "object"},
}
_ARRAYS = (
    list,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Collection,
    collections.abc.Iterable,
)
_OBJECTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_WORD = re.compile(r"[^\W\d]\w*")


class NotResolved(Exception):
    """An annotation names what cannot be found, or raises when it is read; the text says what."""


class _NotPlain(Exception):
    """The annotation takes more than a look to be turned into a JSON Schema."""


class _Place(NamedTuple):
    """The classes that are being described, and names besides those of their modules."""

    inside: tuple[Any, ...]
    local: Mapping[str, Any]


def scope_of(annotations: Mapping[str, Any]) -> dict[str, Any]:
    """What the annotations of a function may mean by the names of the function that it is defined in, its caller's.

    Looked at while that one runs: nobody can find its local classes later.
    """
    written = " ".join(repr(one) for one in annotations.values() if not isinstance(one, type))
    frame: types.FrameType | None = sys._getframe(1)
    ours = str(frame.f_globals["__name__"]).rpartition(".")[0] if frame else ""
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(f"{ours}."):
        frame = frame.f_back
    if frame is None or frame.f_locals is frame.f_globals:
        return {}
    names = frame.f_locals
    return {word: names[word] for word in _WORD.findall(written) if word in names}


def resolve(annotation: Any, names: Mapping[str, Any], local: Mapping[str, Any]) -> Any:
    """An annotation as Python means it, the strings in it read.

    Args:
        annotation: as it is written.
        names: the globals of the module that it stands in.
        local: names that go before them.

    Raises:
        NotResolved: a name in it is not defined, or it is no expression.
    """
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        return get_type_hints(holder, dict(names), dict(local), include_extras=True)["it"]
    except NameError as error:
        raise NotResolved(f"there is no `{error.name}`" if error.name else str(error)) from None
    except Exception as error:  # noqa: BLE001 - annotations are code: they can raise anything
        raise NotResolved(f"{type(error).__name__}: {error}".split("\n", maxsplit=1)[0]) from None


def hints_of(thing: Any) -> dict[str, Any]:
    """The annotations of a class or function, names resolved; empty where one of them cannot be read."""
    try:
        return get_type_hints(thing, include_extras=True)
    except Exception:  # noqa: BLE001 - annotations are code: they can raise anything
        return {}


def plain_schema(hint: Any, local: Mapping[str, Any]) -> Schema | None:
    """The JSON Schema of an annotation whose values are JSON as it comes: scalars, lists, dicts, TypedDicts, literals.

    Args:
        hint: an annotation, resolved.
        local: what names in TypedDicts may mean that are defined within functions.

    Returns:
        The schema, empty for anything at all; None if the annotation is no such one, and values have to be converted.
    """
    try:
        return _schema(hint, _Place((), local))
    except Exception:  # noqa: BLE001 - annotations are code: they can raise anything
        return None


def takes_null(schema: Schema) -> bool:
    """Whether a plain schema has room for a null."""
    if "anyOf" in schema:
        return any(map(takes_null, schema["anyOf"]))
    if "enum" in schema:
        return None in schema["enum"]
    return "type" not in schema or "null" in (schema["type"] if isinstance(schema["type"], list) else [schema["type"]])


def fields_of(typed_dict: type, local: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The fields of a TypedDict with their annotations, and which of them are required."""
    fields = get_type_hints(typed_dict, localns=dict(local), include_extras=True)
    required = set(getattr(typed_dict, "__required_keys__", fields))
    for name, field in fields.items():  # with postponed annotations the class itself does not see these two
        if get_origin(field) is NotRequired:
            required.discard(name)
        elif get_origin(field) is Required:
            required.add(name)
    return fields, required & fields.keys()


def _schema(hint: Any, place: _Place) -> Schema:
    """The schema of ``hint``; empty for anything at all."""
    hint = _bare(hint)
    if isinstance(hint, collections.abc.Hashable) and hint in _PLAIN:
        return dict(_PLAIN[hint])
    if hint in _ARRAYS:
        return {"type": "array"}
    if hint in _OBJECTS:
        return {"type": "object"}
    origin = get_origin(hint)
    if origin is Literal:
        return _choice(get_args(hint))
    if origin in (Union, types.UnionType):
        return _union([_schema(option, place) for option in get_args(hint)])
    if origin in _ARRAYS:
        return _with_part("array", "items", _schema(get_args(hint)[0], place))
    if origin in _OBJECTS and _bare(get_args(hint)[0]) is str:
        return _with_part("object", "additionalProperties", _schema(get_args(hint)[1], place))
    if origin is None and is_typeddict(hint) and "__pydantic_config__" not in vars(hint):
        return {} if hint in place.inside else _typed_dict(hint, _Place((*place.inside, hint), place.local))
    raise _NotPlain


def _bare(hint: Any) -> Any:
    """The type within ``Annotated`` with nothing but words, ``Required``, ``NewType`` and named aliases."""
    while True:
        origin = get_origin(hint)
        if origin in (Required, NotRequired) or (origin is Annotated and all(map(_is_word, hint.__metadata__))):
            hint = get_args(hint)[0]
        elif isinstance(hint, NewType):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            return hint


def _is_word(note: object) -> bool:
    return isinstance(note, str)


def _choice(values: tuple[Any, ...]) -> Schema:
    if not all(value is None or type(value) in (str, int, bool) for value in values):
        raise _NotPlain
    return {"enum": list(values)}


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


def _typed_dict(hint: type, place: _Place) -> Schema:
    fields, required = fields_of(hint, place.local)
    schema: Schema = {
        "type": "object",
        "properties": {name: _schema(field, place) for name, field in fields.items()},
    }
    return {**schema, "required": sorted(required)} if required else schema
