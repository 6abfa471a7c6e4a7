"""Where the annotation of a parameter asks for blobs themselves, and values with blobs in them given as is asked."""

from __future__ import annotations

import collections.abc
import dataclasses
import types
from typing import Annotated, Any, NotRequired, Required, Union, get_args, get_origin, is_typeddict

from flowc.runtime.annotations import hints_of
from flowc.runtime.blobs.blob import JSON, Blob
from flowc.runtime.encode import encode

_SEQUENCES = (list, tuple, collections.abc.Sequence, collections.abc.MutableSequence)
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """A blob here (neither ``each`` nor ``fields``), in each element or value, or in some fields of an object."""

    each: Wish | None = None
    fields: dict[str, Wish] | None = None


def wish_of(hint: Any, inside: tuple[Any, ...] = ()) -> Wish | None:
    """Where an annotation asks for a ``Blob``; None if nowhere."""
    if hint is Blob:
        return Wish()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Annotated, Required, NotRequired):
        return wish_of(arguments[0], inside)
    if origin in (Union, types.UnionType):
        return next(filter(None, (wish_of(option, inside) for option in arguments)), None)
    if origin in _SEQUENCES or origin in _MAPPINGS:
        item = wish_of(arguments[-1 if origin in _MAPPINGS else 0], inside)
        return Wish(each=item) if item else None
    if isinstance(hint, type) and hint not in inside and (is_typeddict(hint) or dataclasses.is_dataclass(hint)):
        wishes = {name: wish_of(field, (*inside, hint)) for name, field in hints_of(hint).items()}
        fields = {name: wish for name, wish in wishes.items() if wish}
        return Wish(fields=fields) if fields else None
    return None


def give(value: Any, wish: Wish | None) -> Any:
    """The value with blobs where they are wished, and loaded everywhere else.

    Raises:
        BlobError: one is missing or corrupt.
    """
    if wish is None:
        return loaded(value)
    if wish.each is None and wish.fields is None:
        return value if value is None else as_blob(value)
    if isinstance(value, Blob):
        value = value.value()
    if isinstance(value, dict):
        inner = wish.fields or {}
        return {key: give(item, inner.get(key, wish.each)) for key, item in value.items()}
    if isinstance(value, list) and wish.each:
        return [give(item, wish.each) for item in value]
    return loaded(value)


def as_blob(value: Any) -> Blob:
    """A blob of any value: itself, of its bytes, or of its JSON."""
    if isinstance(value, Blob):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return Blob(value)
    return Blob(encode(value), JSON)


def loaded(value: Any) -> Any:
    """The value with each blob replaced by what it stands for; raises BlobError."""
    if isinstance(value, Blob):
        return value.value()
    if type(value) is dict:
        return {key: loaded(item) for key, item in value.items()}
    if type(value) is list:
        return [loaded(item) for item in value]
    return value


def opened(value: Any, path: tuple[str, ...]) -> Any:
    """The value, changed, with the blobs along a path loaded, so that it can be followed. Raises BlobError."""
    if not path:
        return value
    top = value = value.value() if isinstance(value, Blob) else value
    for number, segment in enumerate(path):
        last = number == len(path) - 1
        if isinstance(value, dict) and segment in value:
            key: Any = segment
        elif isinstance(value, list) and segment.isdecimal() and segment.isascii() and len(segment) < 12:
            key = int(segment)
            if key >= len(value):
                break
        else:
            break
        if isinstance(value[key], Blob) and not last:
            value[key] = value[key].value()
        value = value[key]
    return top
