"""JSON Schemas that are so plain that nothing can be wrong with them: most of those in flows, told at a glance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def is_plain(schema: Any) -> bool:
    """Whether a schema is valid beyond doubt; False means that somebody else has to look at it."""
    if type(schema) is not dict:
        return type(schema) is bool
    for key, value in schema.items():
        is_right = _RIGHT.get(key)
        if is_right is None or not is_right(value):
            return False
    return True


def _is_type(value: Any) -> bool:
    return value in TYPES if type(value) is str else bool(value) and _are_names(value) and TYPES.issuperset(value)


def _are_names(value: Any) -> bool:
    return type(value) is list and all(type(name) is str for name in value) and len(set(value)) == len(value)


def _are_properties(value: Any) -> bool:
    return type(value) is dict and all(map(is_plain, value.values()))


def _are_schemas(value: Any) -> bool:
    return type(value) is list and bool(value) and all(map(is_plain, value))


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def _is_flag(value: Any) -> bool:
    return type(value) is bool


def _is_list(value: Any) -> bool:
    return type(value) is list


def _is_anything(value: Any) -> bool:
    return True


_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_RIGHT: dict[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "required": _are_names,
    "properties": _are_properties,
    **dict.fromkeys(("items", "additionalProperties", "contains", "not"), is_plain),
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), _are_schemas),
    **dict.fromkeys(("title", "description", "format", "$comment"), _is_text),
    **dict.fromkeys(_COUNTS, _is_count),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly"), _is_flag),
    **dict.fromkeys(("enum", "examples"), _is_list),
    **dict.fromkeys(("const", "default"), _is_anything),
}
