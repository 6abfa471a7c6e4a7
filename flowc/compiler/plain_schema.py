"""JSON Schemas that are so plain that nothing can be wrong with them: most of those in flows, told at a glance."""

from __future__ import annotations

from typing import Any

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_TEXTS = frozenset({"title", "description", "format", "$comment"})
_COUNTS = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_FLAGS = frozenset({"uniqueItems", "deprecated", "readOnly", "writeOnly"})
_SCHEMAS = frozenset({"items", "additionalProperties", "contains", "not"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf"})


def is_plain(schema: Any) -> bool:
    """Whether a schema is valid beyond doubt; False means that somebody else has to look at it."""
    if type(schema) is not dict:
        return type(schema) is bool
    for key, value in schema.items():
        if key == "type":
            if not _is_type(value):
                return False
        elif key == "properties":
            if type(value) is not dict or not all(map(is_plain, value.values())):
                return False
        elif key in _SCHEMAS:
            if not is_plain(value):
                return False
        elif not _is_plain_value(key, value):
            return False
    return True


def _is_type(value: Any) -> bool:
    if type(value) is str:
        return value in TYPES
    if type(value) is not list or not value or not all(type(name) is str for name in value):
        return False
    return TYPES.issuperset(value) and len(set(value)) == len(value)


def _is_plain_value(key: str, value: Any) -> bool:
    if key == "required":
        return type(value) is list and all(type(name) is str for name in value) and len(set(value)) == len(value)
    if key in _TEXTS:
        return type(value) is str
    if key in _COUNTS:
        return type(value) is int and value >= 0
    if key in _NUMBERS:
        return type(value) in (int, float)
    if key in _FLAGS:
        return type(value) is bool
    if key in _LISTS:
        return type(value) is list and bool(value) and all(map(is_plain, value))
    if key in ("enum", "examples"):
        return type(value) is list
    return key in ("const", "default")
