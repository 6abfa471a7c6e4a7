"""JSON in and out of the database, strict both ways: what is stored is what the handler returned, or it is refused."""

from __future__ import annotations

import dataclasses
import inspect
import io
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, NamedTuple
from uuid import UUID

import orjson

# Levels of nesting; the fast encoder's own limit, so that both ways of encoding agree.
MAX_DEPTH = 254
# Bytes of one value as JSON. PostgreSQL ends at 256 MiB for a whole jsonb.
MAX_BYTES = 64 * 1024 * 1024

_LONGEST_KEY = 60
# Bits: Python's limit for the digits of an integer is never set lower.
_LONG_INTEGER = 2_000

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * 19
# Large floats have an exponent. Looked for in three steps, each slower and surer: most values need but the first.
_EXPONENTS = (b"0e0", b"0e+0")  # where all digits are zeros
_LARGE_FLOAT = re.compile(rb"[:,\[]-?[0-9.]+e")
_TEXT_OR_NUMBER = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9.]+e\+?[0-9]+')
_SCALARS = str | int | float | None


class NotJSON(Exception):
    """A value that JSON, or PostgreSQL's jsonb, cannot hold: ``path`` says where in it, ``sentence`` why."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"`{path}` {sentence}")
        self.path = path
        self.sentence = sentence


def encode(value: object, *, most: int = MAX_BYTES) -> bytes:
    """``value`` as JSON in UTF-8, at most ``most`` bytes.

    Tuples become arrays; dataclasses and pydantic models objects; dates and times ISO 8601 text; UUIDs, Decimals and
    paths text; enum members their values.
    jsonb gives all of it back with the same types, except that -0.0 comes back as 0.0 and keys in another order.

    Raises:
        NotJSON: NaN, infinities, U+0000, lone surrogates, keys that are not strings, cycles, more than
            ``MAX_DEPTH`` levels, too many bytes, and every type that is not named above.
    """
    try:
        text = orjson.dumps(value, _plain_once, _OPTIONS)
    except (TypeError, RecursionError):  # also integers beyond 64 bits, which are JSON nevertheless
        text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    else:
        _refuse_large(text, most)  # before a look at every byte
        # The fast encoder writes NaN as null and lets U+0000 pass; both leave a trace that is quick to look for.
        if b"null" in text or b"\\u0000" in text:
            _refuse_nan_and_nul(value, text)
    digits = text.translate(_ZEROS)
    if (_EXPONENTS[0] in digits or _EXPONENTS[1] in digits) and _LARGE_FLOAT.search(b"," + text):
        text = _TEXT_OR_NUMBER.sub(_float_written_out, text)
    _refuse_large(text, most)
    return text


def _refuse_large(text: bytes, most: int) -> None:
    if len(text) > most:
        raise NotJSON("$", f"is {len(text):,} bytes of JSON; {most:,} is the most that is kept")


def decode(text: str | bytes) -> Any:
    """The value of a JSON text; integers of any size stay integers.

    Raises:
        ValueError: no JSON, or a number or a depth that Python cannot hold.
    """
    raw = text.encode() if isinstance(text, str) else text
    if _LONG_NUMBER in raw.translate(_ZEROS):  # the fast decoder turns integers beyond 64 bits into floats
        return _decode_exactly(raw)
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _decode_exactly(raw)


def _decode_exactly(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except RecursionError:
        raise ValueError("more levels of nesting than Python can read") from None


def _float_written_out(found: re.Match[bytes]) -> bytes:
    """A large float with all its digits: jsonb would give ``1e22`` back without a point, as an integer."""
    token = found[0]
    return token if token.startswith(b'"') else b"%.1f" % float(token)


def _refuse_nan_and_nul(value: object, text: bytes) -> None:
    if b"\\u0000" in text:
        _plain(value)
        return
    try:
        _STANDARD.encode(value)
    except (ValueError, RecursionError, TypeError):
        _plain(value)


def _plain_once(value: object) -> object:
    """One level of what the fast encoder leaves to us; raises TypeError for what is not JSON."""
    serializer = getattr(type(value), "__pydantic_serializer__", None)
    if serializer is not None:
        return _written_by(serializer, value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal | PurePath):
        return str(value)
    raise TypeError


def _written_by(serializer: Any, value: object) -> object:
    """A pydantic model as its own class writes it."""
    try:
        return serializer.to_python(value, mode="json", by_alias=True, warnings=False)
    except ValueError:  # pydantic's own errors are of this kind: something in it is no JSON
        raise TypeError from None


_STANDARD = json.JSONEncoder(allow_nan=False, check_circular=False, default=_plain_once)


class _Level(NamedTuple):
    """A container on the way down: the one given, the copy being filled, and what of it is still to be copied."""

    value: object
    copy: dict[Any, Any] | list[Any]
    rest: Iterator[tuple[Any, Any]]


def _plain(value: object) -> Any:
    """A copy of ``value`` made of plain dicts, lists, strings and numbers; raises NotJSON with the path.

    The exact and slow way: without recursion, so that no depth can hurt.
    """
    top: list[Any] = [None]
    levels = [_Level(None, top, iter([(0, value)]))]
    path: list[Any] = []
    inside: dict[int, int] = {}
    while levels:
        level = levels[-1]
        for key, item in level.rest:
            path.append(key)
            opened = _open(item, path, inside)
            level.copy[key] = opened.copy if isinstance(opened, _Level) else opened
            if isinstance(opened, _Level):
                levels.append(opened)
                break
            path.pop()
        else:
            levels.pop()
            inside.pop(id(level.value), None)
            del path[-1:]
    return top[0]


def _open(value: object, path: list[Any], inside: dict[int, int]) -> Any:
    """The plain copy of a scalar; the level that copies a container."""
    given = value
    while not isinstance(value, _SCALARS | Mapping | list | tuple) or isinstance(value, Enum):
        try:
            value = _plain_once(value)
        except TypeError:
            raise _refusal(path, _complaint(value)) from None
    if isinstance(value, _SCALARS):
        return _scalar(value, path)
    if id(given) in inside:
        raise _refusal(path, f"is `{_written(path[: inside[id(given)]])}` again: a value cannot hold itself")
    if len(path) > MAX_DEPTH:
        raise _refusal(path[:8], f"goes deeper than {MAX_DEPTH} levels")
    inside[id(given)] = len(path)
    if isinstance(value, Mapping):
        items = [(_key(key, path), item) for key, item in value.items()]
        if len(dict(items)) < len(items):
            raise _refusal(path, "has two keys of the same text")
        return _Level(given, {}, iter(items))
    return _Level(given, [None] * len(value), enumerate(value))


def _scalar(value: str | int | float | None, path: list[Any]) -> str | float | None:
    if isinstance(value, str):
        return _text(value, path, "holds")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refusal(path, f"is {'NaN' if math.isnan(value) else 'infinite'}; JSON has no such number")
        return float(value)
    try:
        if value.bit_length() > _LONG_INTEGER:
            int.__repr__(value)
    except ValueError:
        raise _refusal(path, f"is an integer of more than {sys.get_int_max_str_digits():,} digits") from None
    return int(value)


def _key(key: object, path: list[Any]) -> str:
    if isinstance(key, str):
        return _text(key, path, "has a key that holds")
    shown = f"`{key!r}`" if isinstance(key, int | float | None) else f"of type `{type(key).__name__}`"
    raise _refusal(path, f"has the key {shown}; the keys of an object are strings")


def _text(value: str, path: list[Any], holds: str) -> str:
    if "\0" in value:
        raise _refusal(path, f"{holds} U+0000, which PostgreSQL cannot store")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _refusal(path, f"{holds} half of a surrogate pair, which is no text") from None
    return str.__str__(value)


def _refusal(path: list[Any], sentence: str) -> NotJSON:
    return NotJSON(_written(path), sentence)


def _written(path: list[Any]) -> str:
    """``$.items[3].name``; the path's first element is the place of the whole value."""
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else _dotted(key) for key in path[1:])


def _dotted(key: str) -> str:
    if len(key) > _LONGEST_KEY:  # a part of it might be the part of a secret, which nobody would recognize
        return f"[a key of {len(key):,} characters]"
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]"


def _complaint(value: object) -> str:
    if isinstance(value, set | frozenset):
        return "is a set; return a list"
    if isinstance(value, bytes | bytearray | memoryview):
        return "is bytes, which JSON does not have; decode them to text"
    if inspect.isawaitable(value):
        return "is a coroutine that nobody awaited; declare the handler with `async def`"
    if isinstance(value, io.IOBase):
        return "is an open file; return what it holds, or its path"
    if isinstance(value, Iterator) or inspect.isasyncgen(value):
        return "is a generator or iterator, which can be read once only; return a list"
    return f"is of type `{type(value).__qualname__}`, which JSON does not have; {_advice(value)}"


def _advice(value: object) -> str:
    if isinstance(value, timedelta):
        return "return its `total_seconds()`, or annotate the handler with `-> timedelta`"
    if callable(getattr(type(value), "tolist", None)):  # what NumPy's values have, and pandas' columns
        return "return its `.tolist()`"
    if isinstance(value, Iterable):
        return "return a list"
    return "return what matters of it as text, numbers, lists, dicts"
