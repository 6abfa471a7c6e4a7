"""Where an annotation asks for blobs themselves, and values with blobs in them, given as is asked."""

from __future__ import annotations

import collections.abc
import dataclasses
import types
from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from flowc.runtime.blobs.blob import JSON, Blob
from flowc.runtime.encode import encode

_ARRAYS = (list, tuple, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Iterable)
_OBJECTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_BYTES = (bytes, bytearray)


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """A blob here (neither ``each`` nor ``fields``), in each element or value, or in some fields of an object."""

    each: Wish | None = None
    fields: dict[str, Wish] | None = None

    @property
    def is_here(self) -> bool:
        """Whether the whole value is wished as a blob."""
        return self.each is None and self.fields is None


def wish_of(hint: Any, local: Mapping[str, Any]) -> Wish | None:
    """Where an annotation asks for a ``Blob``; None if nowhere. ``local``: names beside those of its modules."""
    return _wish(hint, local, (Blob,), ())


def holds_bytes(hint: Any, local: Mapping[str, Any]) -> bool:
    """Whether values of an annotation may have bytes or blobs in them."""
    return _wish(hint, local, (Blob, *_BYTES), ()) is not None


def _wish(hint: Any, local: Mapping[str, Any], wanted: tuple[type, ...], inside: tuple[Any, ...]) -> Wish | None:
    if isinstance(hint, type) and hint in wanted:
        return Wish()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Annotated, Required, NotRequired):
        return _wish(arguments[0], local, wanted, inside)
    if origin in (Union, types.UnionType):
        wishes = (_wish(option, local, wanted, inside) for option in arguments)
        return next((wish for wish in wishes if wish), None)
    if origin in _ARRAYS or origin in _OBJECTS:
        item = _wish(arguments[-1 if origin in _OBJECTS else 0], local, wanted, inside)
        return Wish(each=item) if item else None
    if isinstance(hint, type) and hint not in inside and _has_fields(hint):
        fields = {name: _wish(field, local, wanted, (*inside, hint)) for name, field in _fields(hint, local).items()}
        found = {name: wish for name, wish in fields.items() if wish}
        return Wish(fields=found) if found else None
    return None


def _has_fields(hint: type) -> bool:
    return is_typeddict(hint) or dataclasses.is_dataclass(hint) or hasattr(hint, "model_fields")


def _fields(hint: type, local: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return get_type_hints(hint, localns=dict(local), include_extras=True)
    except Exception:  # noqa: BLE001 - annotations are code: they can raise anything
        return {}


def give(value: Any, wish: Wish | None) -> Any:
    """The value with blobs where they are wished, and loaded everywhere else.

    Raises:
        BlobError: one is missing or corrupt.
    """
    if wish is None:
        return loaded(value)
    if wish.is_here:
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
    top: list[Any] = [value]
    holder: Any = top
    key: Any = 0
    for segment in path:
        if isinstance(holder[key], Blob):
            holder[key] = holder[key].value()
        holder = holder[key]
        if isinstance(holder, dict) and segment in holder:
            key = segment
        elif isinstance(holder, list) and segment.isdecimal() and segment.isascii() and len(segment) < 12:
            key = int(segment)
            if key >= len(holder):
                break
        else:
            break
    return top[0]
