"""The input of a run, as people type it: ``--input JSON``, ``--input @file``, ``key=value``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from flowc.errors import InvalidInput, UsageError

if TYPE_CHECKING:
    from flowc.project.settings import Settings

_HOW = "give it as key=value, or as --input JSON or --input @file"
_TYPES = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def read_input(text: str | None, pairs: Sequence[str], schema: Any) -> Any:
    """The input that ``--input`` and ``key=value`` say, not yet held against the schema.

    Args:
        text: JSON, ``@file`` with JSON in it, ``@-`` for stdin, or None.
        pairs: ``key=value``; they are added to the object that ``text`` gives. A value is read as JSON where
            that gives a type, other than string, that the schema declares for the key; else it is a string.
        schema: the flow's JSON Schema of its input, as it is declared.

    Raises:
        UsageError: the text is not JSON, the file cannot be read, a pair is no pair or comes twice.
    """
    value = _read_json(text) if text is not None else {}
    if pairs and not isinstance(value, dict):
        raise UsageError("key=value needs an object as --input", help="leave one of the two out")
    seen: set[str] = set()
    for pair in pairs:
        key, equals, words = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"`{pair}` is no key=value", help="write the input as key=value or --input '{…}'")
        if key in seen:
            raise UsageError(f"`{key}` is given twice", help="give each key of the input once")
        seen.add(key)
        value[key] = _typed(words, _types_of(schema, key))
    return value


def check_input(value: Any, schema: Any) -> bytes:
    """The input as JSON, once it is known to fit the flow's schema, its top-level defaults merged in.

    Raises:
        UsageError: it does not fit, or the database could not hold it; the message names each place.
    """
    from flowc.runtime.start import checked_input

    try:
        return checked_input(value, schema)
    except InvalidInput as error:
        raise UsageError(error.message, help=_HOW) from None


def stored_input(url: str, settings: Settings, body: Mapping[str, Any], value: bytes) -> tuple[bytes, bytes | None]:
    """What of a run's input goes into its row, and its marks if it is a large one, which is then stored as a blob.

    Raises:
        BlobNotStored: the store does not take it.
    """
    if len(value) <= settings.inline_limit:
        return value, None
    from flowc.runtime.blobs.depot import keep_input
    from flowc.runtime.blobs.warehouse import Warehouse

    depot = Warehouse(url, settings.blobs, settings.inline_limit, patience=lambda: 0.0)
    try:
        return keep_input(body, value, depot.put, settings.inline_limit)
    finally:
        depot.close()


def _read_json(text: str) -> Any:
    source, content = "--input", text
    if text.startswith("@"):
        source = "stdin" if text == "@-" else text[1:]
        try:
            content = sys.stdin.read() if text == "@-" else Path(text[1:]).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(
                f"cannot read the input from {source}: {reason}",
                help="give a file of JSON as --input @file, the JSON itself, or key=value",
            ) from error
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        raise UsageError(
            f"{source} is not JSON: {reason}", help='write it like --input \'{"url": "https://example.org"}\''
        ) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


def _types_of(schema: Any, key: str) -> set[str]:
    """The types that a schema allows for a key of its object; empty where it says nothing."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    own = properties.get(key) if isinstance(properties, dict) else None
    if isinstance(own, dict) and isinstance(own.get("$ref"), str):
        own = schema.get("$defs", {}).get(own["$ref"].removeprefix("#/$defs/"))
    if not isinstance(own, dict):
        return set()
    declared = own.get("type", [_type_of(value) for value in own.get("enum", [])])
    return {declared} if isinstance(declared, str) else set(declared)


def _typed(words: str, types: set[str]) -> Any:
    """``words`` as JSON if that is of one of ``types``; else as they are, and the schema has the last word."""
    try:
        value = json.loads(words, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return words
    kind = _type_of(value)
    fits = kind in types or (kind == "integer" and "number" in types) or (kind == "number" and "integer" in types)
    return value if fits and kind != "string" else words


def _type_of(value: Any) -> str:
    return _TYPES[type(value)]
