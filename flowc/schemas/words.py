"""Sentences for what a validator found; a choice is explained from the key that decides it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Path = tuple[str | int, ...]
Finding = tuple[Path, str]

_ARTICLES = {"array": "an array", "integer": "an integer", "object": "an object", "null": "null"}
_SHOWN = 60
# Lists of what would be allowed stop here.
_LISTED = 8
# `json.dumps` would make an encoder for each value.
_json = json.JSONEncoder(ensure_ascii=False).encode


def explain(errors: Sequence[Any]) -> list[Finding]:
    """The findings behind a validator's errors, in the order of their paths, each once."""
    found = {finding for error in errors for finding in _findings(error)}
    return sorted(found, key=lambda finding: ([(isinstance(step, str), str(step)) for step in finding[0]], finding[1]))


def explain_schema(error: Any) -> Finding:
    """What is wrong with a schema, from the error of the validator that refused it."""
    path: Path = tuple(error.instance_path)
    if path and _name(error) == "Format" and error.instance is not None:
        return path, f"`{error.instance}` is no regular expression"
    if path:
        return min(_findings(error))
    message = str(error.message)
    if message.startswith(("Pointer", "Anchor")):
        return (
            path,
            f"`$ref` leads nowhere: {message.partition(' does')[0].lower().replace(chr(39), '`')} does not exist",
        )
    return path, f"{message[:1].lower()}{message[1:]}"


def got(value: Any) -> str:
    """A value as messages name it: ``integer 5``, ``the string "x"`` where it is short, else its type."""
    kind = _type(value)
    if kind in ("object", "array"):
        return _ARTICLES[kind]
    if kind == "null":
        return kind
    text = _json(value)
    return f"{kind} {text}" if len(text) <= _SHOWN else f"a long {kind}"


def _findings(error: Any) -> list[Finding]:
    kind = _name(error)
    if kind in ("AnyOf", "OneOfNotValid"):
        return _choice(error)
    path: Path = tuple(error.instance_path)
    if kind == "PropertyNames":
        inner = error.kind.error
        return [(path, f"the key {_json(inner.instance)} is not allowed: {_findings(inner)[0][1]}")]
    if kind == "Required":
        return [(path, f"`{error.kind.property}` is missing")]
    return [(path, _sentence(error))]


def _choice(error: Any) -> list[Finding]:
    """An `anyOf` or `oneOf` of which no alternative fits: what the nearest one lacks, or what all of them want."""
    path: Path = tuple(error.instance_path)
    alternatives: list[list[Any]] = [list(branch) for branch in error.kind.context]
    wrong_type = [_type_error(branch, path) for branch in alternatives]
    if alternatives and all(wrong_type):
        types = [name for inner in wrong_type if _name(inner) == "Type" for name in inner.kind.types]
        literals = [literal for inner in wrong_type if _is_literal(inner) for literal in _literals(inner)]
        wanted = [_needed(types)] * bool(types) + [_one_of(literals)] * bool(literals)
        return [(path, f"{', or '.join(wanted)}, got {got(error.instance)}")]
    fitting = [branch for branch, other in zip(alternatives, wrong_type, strict=True) if not other]
    decided = _decider(fitting, path)
    if decided is not None:
        return [decided]
    best = min(fitting, key=lambda branch: (any(_is_literal(inner) for inner in branch), len(branch)), default=[])
    return [finding for inner in best for finding in _findings(inner)] or [(path, "this fits none of the alternatives")]


def _type_error(branch: Sequence[Any], path: Path) -> Any:
    """The error that says the value itself has the wrong type; None if the alternative takes values of its type."""
    for inner in branch:
        if tuple(inner.instance_path) == path and (_name(inner) == "Type" or _is_other_type(inner)):
            return inner
    return None


def _is_other_type(error: Any) -> bool:
    return _is_literal(error) and all(_type(literal) != _type(error.instance) for literal in _literals(error))


def _decider(branches: Sequence[Sequence[Any]], path: Path) -> Finding | None:
    """Where every alternative wants another literal at the same place: what all of them take there."""
    if len(branches) < 2:
        return None
    places = [{tuple(inner.instance_path): inner for inner in branch if _is_literal(inner)} for branch in branches]
    shared = set(places[0]).intersection(*places[1:])
    if not shared:
        return None
    place = min(shared, key=lambda found: (len(found), [str(step) for step in found]))
    literals = [literal for found in places for literal in _literals(found[place])]
    return place, f"{_one_of(literals)}, got {got(places[0][place].instance)}"


def _is_literal(error: Any) -> bool:
    return _name(error) in ("Constant", "Enum")


def _literals(error: Any) -> list[Any]:
    return list(error.kind.options) if _name(error) == "Enum" else [error.kind.expected_value]


def _sentence(error: Any) -> str:
    words = _SENTENCES.get(_name(error))
    if words is not None:
        return words(error.kind, error.instance)
    message = str(error.message)
    return message if len(message) <= 200 else f"{message[:200]}…"


def _one_of(literals: Sequence[Any]) -> str:
    shown = list(dict.fromkeys(_json(literal) for literal in literals))
    if len(shown) == 1:
        return f"{shown[0]} is needed"
    more = f" and {len(shown) - _LISTED} more" if len(shown) > _LISTED else ""
    return f"one of {', '.join(shown[:_LISTED])}{more} is needed"


def _needed(types: Sequence[str]) -> str:
    named = [_ARTICLES.get(name, f"a {name}") for name in sorted(set(types), key=lambda name: (name == "null", name))]
    return f"{' or '.join(named)} is needed"


def _unexpected(kind: Any, _instance: Any) -> str:
    names = ", ".join(f"`{name}`" for name in kind.unexpected[:_LISTED])
    return f"{names} {'is' if len(kind.unexpected) == 1 else 'are'} not allowed here"


def _name(error: Any) -> str:
    return type(error.kind).__name__.rpartition("_")[2]


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "integer" if isinstance(value, int) else "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


_SENTENCES: dict[str, Callable[[Any, Any], str]] = {
    "Type": lambda kind, value: f"{_needed(kind.types)}, got {got(value)}",
    "Enum": lambda kind, value: f"{_one_of(kind.options)}, got {got(value)}",
    "Constant": lambda kind, value: f"{_one_of([kind.expected_value])}, got {got(value)}",
    "Minimum": lambda kind, value: f"at least {kind.limit} is needed, got {got(value)}",
    "Maximum": lambda kind, value: f"at most {kind.limit} is allowed, got {got(value)}",
    "ExclusiveMinimum": lambda kind, value: f"more than {kind.limit} is needed, got {got(value)}",
    "ExclusiveMaximum": lambda kind, value: f"less than {kind.limit} is needed, got {got(value)}",
    "MultipleOf": lambda kind, value: f"a multiple of {kind.multiple_of} is needed, got {got(value)}",
    "MinLength": lambda kind, value: f"at least {_count(kind.limit, 'character')} needed, got {got(value)}",
    "MaxLength": lambda kind, value: f"at most {_count(kind.limit, 'character')} allowed, got {len(value)}",
    "MinItems": lambda kind, value: f"at least {_count(kind.limit, 'element')} needed, got {len(value)}",
    "MaxItems": lambda kind, value: f"at most {_count(kind.limit, 'element')} allowed, got {len(value)}",
    "MinProperties": lambda kind, value: f"at least {_count(kind.limit, 'key')} needed, got {len(value)}",
    "MaxProperties": lambda kind, value: f"at most {_count(kind.limit, 'key')} allowed, got {len(value)}",
    "UniqueItems": lambda _kind, _value: "the elements have to differ from one another",
    "Pattern": lambda kind, value: f"the pattern `{kind.pattern}` has to match, got {got(value)}",
    "Contains": lambda _kind, _value: "no element is as `contains` asks, or too few or too many are",
    "FalseSchema": lambda _kind, value: f"nothing is allowed here, got {got(value)}",
    "Not": lambda _kind, value: f"the schema's `not` excludes this, got {got(value)}",
    "OneOfMultipleValid": lambda _kind, _value: "this fits more than one of the alternatives, and only one is allowed",
    "AdditionalProperties": _unexpected,
    "UnevaluatedProperties": _unexpected,
    "AdditionalItems": lambda kind, value: f"at most {_count(kind.limit, 'element')} allowed, got {len(value)}",
    "UnevaluatedItems": lambda kind, _value: (
        f"the elements {', '.join(kind.unexpected[:_LISTED])} are not allowed here"
    ),
}
