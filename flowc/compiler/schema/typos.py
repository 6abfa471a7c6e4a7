"""Keys of a JSON Schema that are nearly keywords, and none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowc.compiler.near_names import near
from flowc.compiler.schema.keywords import schemas_in

if TYPE_CHECKING:
    from flowc.compiler.document import Path

# Shorter keys are near to too much.
_LEAST = 3
# fmt: off
_KEYWORDS = frozenset({
    "$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary",
    "additionalProperties", "allOf", "anyOf", "const", "contains", "contentEncoding", "contentMediaType",
    "contentSchema", "default", "dependentRequired", "dependentSchemas", "deprecated", "description", "else",
    "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", "format", "if", "items", "maxContains", "maxItems",
    "maxLength", "maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum",
    "multipleOf", "not", "oneOf", "pattern", "patternProperties", "prefixItems", "properties", "propertyNames",
    "readOnly", "required", "then", "title", "type", "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
    "writeOnly",
})
# fmt: on
# Keywords of older drafts and of OpenAPI, which are no slips of the pen.
_ELSEWHERE = frozenset({"additionalItems", "definitions", "dependencies", "example", "extends", "nullable"})


def typos(schema: Any) -> Iterator[tuple[Path, str]]:
    """The places of such keys in a schema, and the keyword that each was meant to be."""
    for path, inner in schemas_in(schema, ()):
        for key in inner:
            meant = near(key, _KEYWORDS, 1) if _may_be_one(key) else []
            if meant and not meant[0][:-2].startswith(key):
                yield (*path, key), meant[0]


def _may_be_one(key: str) -> bool:
    return len(key) >= _LEAST and key not in _KEYWORDS and key not in _ELSEWHERE
