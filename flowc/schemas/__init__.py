"""JSON Schema of a value: what does not fit, where, in one sentence each; shared by checker, worker and simulator.

A schema refers to nothing but itself, nothing is ever fetched, no file is read: the compiler bundles what is in files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NoReturn

import orjson

# Where a value stands in JSON data: keys and indexes, from the root.
Path = tuple[str | int, ...]

# Errors past these are not told: nobody reads them, and a long list can have a million.
_MOST = 50
_REFERENCES = ("$ref", "$dynamicRef")
# Keywords whose values are data or names, not schemas.
_DATA = frozenset({"const", "enum", "default", "examples", "required", "dependentRequired", "type"})


class SchemaError(ValueError):
    """A schema that is none; ``path`` is the place in the schema."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def errors_of(schema: Any, value: Any) -> list[tuple[str, str]]:
    """What does not fit: the path in ``value`` as ``$.items[3].name``, and a sentence; empty if ``value`` fits.

    Args:
        schema: a JSON Schema 2020-12, an object or a boolean; ``format`` is an annotation and checks nothing.
        value: JSON data.

    Raises:
        SchemaError: the schema is none, or refers to something outside of itself.
    """
    validator = _validator_of(schema)
    if validator.is_valid(value):
        return []
    from flowc.schemas.words import explain

    found = explain(list(islice(validator.iter_errors(value), _MOST)))
    return [(path_text(path), message) for path, message in found]


def fits(schema: Any, value: Any) -> bool:
    """Whether a value fits a schema.

    Raises:
        SchemaError: the schema is none, or refers to something outside of itself.
    """
    return bool(_validator_of(schema).is_valid(value))


def test_of(schema: Any) -> Callable[[Any], bool]:
    """A function that says whether a value fits, for a schema that is asked again and again.

    Raises:
        SchemaError: the schema is none, or refers to something outside of itself.
    """
    test: Callable[[Any], bool] = _validator_of(schema).is_valid
    return test


def schema_error(schema: Any) -> SchemaError | None:
    """What is wrong with a schema itself; None if it is a JSON Schema 2020-12 that refers to nothing but itself."""
    try:
        _validator_of(schema)
    except SchemaError as error:
        return error
    return None


def schema_errors(schema: Any) -> list[SchemaError]:
    """All that is wrong with a schema itself, in the order of its places; references out of it aside."""
    from flowc.schemas.words import explain_schema

    found: dict[Path, str] = {}
    errors = list(islice(_schema_of_schemas().iter_errors(schema), _MOST))
    for error in errors:
        path, message = explain_schema(error)
        found.setdefault(_with_empty_keys(path, schema), message)
    if any(remote_references(schema)):
        return _in_order(found)
    # Of what it needs to use a schema, the validator tells the first that is wrong, and only where all else is right.
    first = schema_error(schema) if not errors or len(errors) == _MOST else None
    if errors or first is not None:
        found = dict(_unusable(schema, ())) | found
    if first is not None and (not found or len(errors) == _MOST):
        found.setdefault(first.path, first.message)
    return _in_order(found)


def _in_order(found: Mapping[Path, str]) -> list[SchemaError]:
    return [SchemaError(found[path], path) for path in sorted(found, key=lambda path: [str(step) for step in path])]


def _unusable(schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The patterns that are no regular expressions, and the references that lead nowhere."""
    has_ids = any("$id" in inner for _, inner in _mappings(schema, path))
    for place, name in _references(schema, path):
        if not has_ids and not _is_there(schema, name):
            yield place, f"`{name}` leads nowhere in this schema"
    for place, inner in _mappings(schema, path):
        properties = inner.get("patternProperties")
        patterns = [((*place, "patternProperties", key), key) for key in properties] if type(properties) is dict else []
        for where, text in (*patterns, ((*place, "pattern"), inner.get("pattern"))):
            if type(text) is str and schema_error({"pattern": text}) is not None:
                yield where, f"`{text}` is no regular expression"


def _is_there(schema: Any, name: str) -> bool:
    """Whether something stands where a reference leads, as far as its path or its name tells."""
    if "%" in name or name == "#":
        return True
    if not name.startswith("#/"):
        anchors = [inner.get(key) for _, inner in _mappings(schema, ()) for key in ("$anchor", "$dynamicAnchor")]
        return name.removeprefix("#") in anchors
    for step in name[2:].split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if type(schema) is list and key.isdecimal() and int(key) < len(schema):
            schema = schema[int(key)]
        elif type(schema) is dict and key in schema:
            schema = schema[key]
        else:
            return False
    return True


def _mappings(schema: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The mappings in a schema, itself included, that are no data."""
    if type(schema) is dict:
        yield path, schema
    for key, value in schema.items() if type(schema) is dict else enumerate(schema) if type(schema) is list else ():
        if key not in _DATA:
            yield from _mappings(value, (*path, key))


def remote_references(schema: Any) -> Iterator[tuple[Path, str]]:
    """The places of references that lead out of the schema, and what they name."""
    return ((path, name) for path, name in _references(schema, ()) if not name.startswith("#"))


def path_text(path: Path) -> str:
    """A path as people write it: ``$.items[3].name``; keys that are no names in quotes."""
    parts = ["$"]
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(f".{step}" if step.isidentifier() else f"[{json.dumps(step)}]")
    return "".join(parts)


def _references(schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in _REFERENCES and isinstance(value, str):
                yield (*path, key), value
            elif key not in _DATA:
                yield from _references(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _references(value, (*path, index))


def _with_empty_keys(path: Path, value: Any) -> Path:
    """A path as the validator tells it, with the empty keys that it leaves out."""
    whole: list[str | int] = []
    for step in path:
        while isinstance(value, dict) and step not in value and "" in value:
            whole.append("")
            value = value[""]
        try:
            value = value[step]
        except (LookupError, TypeError):  # an empty key too many left out: what is known of the way is the place
            break
        whole.append(step)
    return tuple(whole)


def _validator_of(schema: Any) -> Any:
    try:
        return _validator(orjson.dumps(schema))
    except TypeError:  # an integer of more than 64 bits
        return _validator(json.dumps(schema).encode())


@lru_cache(maxsize=512)
def _validator(text: bytes) -> Any:
    import jsonschema_rs

    schema = json.loads(text)
    for path, name in remote_references(schema):
        raise SchemaError(f"`{name}` is outside of this schema, and nothing is fetched", path)
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=False, retriever=_refuse)
    except jsonschema_rs.ValidationError as error:
        from flowc.schemas.words import explain_schema

        for path, name in _references(schema, ()):
            if f"'{name.removeprefix('#')}' does not exist" in error.message:
                raise SchemaError(f"`{name}` leads nowhere in this schema", path) from None
        path, message = explain_schema(error)
        raise SchemaError(message, _with_empty_keys(path, schema)) from None


@lru_cache(maxsize=1)
def _schema_of_schemas() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


def _refuse(uri: str) -> NoReturn:
    raise LookupError(uri)
