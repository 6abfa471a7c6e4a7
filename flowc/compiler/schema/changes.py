"""What became of a JSON Schema: its differences in words, and whether it takes less than before, or more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from flowc.compiler.definition import canonical_text

NARROWED: Final = "narrowed"
WIDENED: Final = "widened"
CHANGED: Final = "changed"

# Bounds: with the larger number at the first group a schema takes less, at the second one more.
_LOWER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"})
_UPPER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"})
_CONSTRAINTS = frozenset({"const", "enum", "format", "multipleOf", "pattern", "uniqueItems"})
_WORDS = frozenset({"$comment", "description", "title", "examples", "deprecated", "readOnly", "writeOnly"})
_SHOWN = 40
_ABSENT: Any = object()


class SchemaChange(NamedTuple):
    """One difference, as what is said after the schema's name, and its direction."""

    words: str
    direction: str


def direction_of(changes: list[SchemaChange]) -> str:
    """``narrowed`` where the schema only takes less, ``widened`` where only more, else ``changed``."""
    directions = {change.direction for change in changes}
    return directions.pop() if len(directions) == 1 else CHANGED


def schema_changes(old: Any, new: Any, where: str = "") -> list[SchemaChange]:
    """The differences of two schemas; ``where`` is the path of the properties that lead to them, dotted."""
    if type(old) is not dict or type(new) is not dict:
        return [] if same(old, new) else [SchemaChange(f"{_name(where)}is {shown(new)}, was {shown(old)}", CHANGED)]
    found = [
        *_of_type(old, new, where),
        *_of_required(old, new, where),
        *_of_properties(old, new, where),
        *_of_items(old, new, where),
        *_of_definitions(old, new, where),
    ]
    told = {"type", "required", "properties", "items", "$defs"}
    for key in sorted((old.keys() | new.keys()) - told):
        found += _of_keyword(key, old.get(key, _ABSENT), new.get(key, _ABSENT), where)
    if found or same(old, new):
        return found
    return [SchemaChange(f"{_name(where)}says the same in another way", CHANGED)]


def shown(value: Any) -> str:
    """A value in a sentence: its JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[: _SHOWN - 1]}…`"


def same(old: Any, new: Any) -> bool:
    """Whether two values are written alike: 1, 1.0 and true are three."""
    return canonical_text(old) == canonical_text(new)


def _name(where: str) -> str:
    return f"`{where}` " if where else ""


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _of_type(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[SchemaChange]:
    before, after = _types(old), _types(new)
    if before == after:
        return
    direction = CHANGED
    if before is None or (after is not None and after < before):
        direction = NARROWED
    elif after is None or before < after:
        direction = WIDENED
    yield SchemaChange(f"{_name(where)}takes {_listed(after)}, took {_listed(before)}", direction)


def _types(schema: dict[str, Any]) -> frozenset[str] | None:
    """The types that a schema names; None where it names none."""
    written = schema.get("type")
    names = frozenset({written} if type(written) is str else written or ())
    return (names | {"integer"} if "number" in names else names) or None


def _listed(types: frozenset[str] | None) -> str:
    if types is None:
        return "anything"
    names = sorted(types - {"integer"} if "number" in types else types)
    return " or ".join(names)


def _of_required(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[SchemaChange]:
    before, after = set(old.get("required") or ()), set(new.get("required") or ())
    for name in sorted(after - before):
        yield SchemaChange(f"`{_below(where, name)}` is required now", NARROWED)
    for name in sorted(before - after):
        yield SchemaChange(f"`{_below(where, name)}` is no longer required", WIDENED)


def _of_properties(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[SchemaChange]:
    before, after = old.get("properties") or {}, new.get("properties") or {}
    for name in sorted(before.keys() | after.keys()):
        path = _below(where, name)
        if name not in before:
            # Where nothing else was taken, a new name is more; elsewhere it says what it must be from now on.
            direction = WIDENED if old.get("additionalProperties") is False else NARROWED
            yield SchemaChange(f"`{path}` is declared now", direction)
        elif name not in after:
            direction = NARROWED if new.get("additionalProperties") is False else WIDENED
            yield SchemaChange(f"`{path}` is no longer declared", direction)
        else:
            yield from schema_changes(before[name], after[name], path)


def _of_items(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[SchemaChange]:
    before, after = old.get("items", _ABSENT), new.get("items", _ABSENT)
    if before is _ABSENT and after is not _ABSENT:
        yield SchemaChange(f"the elements of {_name(where) or 'the list '}are declared now", NARROWED)
    elif before is not _ABSENT and after is _ABSENT:
        yield SchemaChange(f"the elements of {_name(where) or 'the list '}are no longer declared", WIDENED)
    elif before is not _ABSENT:
        yield from schema_changes(before, after, f"{where}[]")


def _of_definitions(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[SchemaChange]:
    """What became of the schemas to which others refer: whether less is taken depends on how they do."""
    before, after = old.get("$defs") or {}, new.get("$defs") or {}
    for name in sorted(before.keys() | after.keys()):
        path = _below(_below(where, "$defs"), name)
        if name not in before or name not in after:
            yield SchemaChange(f"`{path}` is {'new' if name in after else 'gone'}", CHANGED)
        else:
            yield from (
                change._replace(direction=CHANGED) for change in schema_changes(before[name], after[name], path)
            )


def _of_keyword(key: str, old: Any, new: Any, where: str) -> Iterator[SchemaChange]:
    if old is not _ABSENT and new is not _ABSENT and same(old, new):
        return
    name = f"`{key}` of `{where}`" if where else f"`{key}`"
    if key in _WORDS:
        yield SchemaChange(f"{name} says something else", CHANGED)
    elif old is _ABSENT:
        yield SchemaChange(f"{name} is {shown(new)} now", _direction(key, old, new))
    elif new is _ABSENT:
        yield SchemaChange(f"{name} is gone", _direction(key, old, new))
    else:
        yield SchemaChange(f"{name} is {shown(new)}, was {shown(old)}", _direction(key, old, new))


def _direction(key: str, old: Any, new: Any) -> str:
    bound = key in _LOWER or key in _UPPER
    if old is _ABSENT:
        return NARROWED if bound or key in _CONSTRAINTS or new is False else CHANGED
    if new is _ABSENT:
        return WIDENED if bound or key in _CONSTRAINTS or old is False else CHANGED
    if bound and old != new and all(type(each) in (int, float) for each in (old, new)):
        return NARROWED if (new > old) is (key in _LOWER) else WIDENED
    if key == "enum" and type(old) is list and type(new) is list:
        if all(value in old for value in new):
            return NARROWED
        return WIDENED if all(value in new for value in old) else CHANGED
    return CHANGED
