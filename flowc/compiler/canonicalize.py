"""Flow to definition: every spelling of the same meaning becomes the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flowc.compiler import model
from flowc.compiler.definition import Definition, canonical_text, define

if TYPE_CHECKING:
    from flowc.compiler.model import Flow, Retry, Step

# Where a JSON Schema holds further schemas: one, a list of them, an object of them. All else is data.
_SCHEMA = frozenset({"additionalProperties", "contains", "contentSchema", "else", "if", "items", "not"}) | frozenset(
    {"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
)
_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED_SCHEMAS = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
_SETS = frozenset({"enum", "required", "type"})


def canonicalize(flow: Flow) -> Definition:
    """The definition of ``flow``, which has no error."""
    body: dict[str, Any] = {"flow": flow.flow}
    if flow.input:
        body["input"] = _schema(flow.input)
    if flow.secrets:
        body["secrets"] = sorted(set(flow.secrets))
    if "returns" in flow.written:
        body["returns"] = flow.returns
    body["steps"] = {slug: _step(step) for slug, step in flow.steps.items()}
    return define(body)


def _step(step: Step) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": step.kind}
    if step.branch is not None:
        body["branch"] = step.branch
    if step.joins:
        body["depends_on"] = list(step.joins)
    if step.join != model.JOIN:
        body["join"] = step.join
    if step.run_if:
        body["run_if"] = _as_set(_pattern(pattern) for pattern in step.run_if)
    if step.run_unless:
        body["run_unless"] = _as_set(_pattern(pattern) for pattern in step.run_unless)
    if step.on_unmet != model.ON_UNMET:
        body["on_unmet"] = step.on_unmet
    if step.kind != "branch":
        _add_work(step, body)
    return body


def _add_work(step: Step, body: dict[str, Any]) -> None:
    """Add the keys that only tasks and maps have."""
    if step.handler != (step.slug,):
        body["handler"] = step.handler[0] if len(step.handler) == 1 else list(step.handler)
    if step.with_ is not None:
        body["with"] = step.with_
    if step.output:
        body["output"] = _schema(step.output)
    if step.retry is not model.RETRY and (retry := _retry(step.retry)):
        body["retry"] = retry
    if step.timeout != model.TIMEOUT:
        body["timeout"] = step.timeout
    if step.delay != model.DELAY:
        body["delay"] = step.delay
    if step.queue != model.QUEUE:
        body["queue"] = step.queue
    if step.priority != model.PRIORITY:
        body["priority"] = step.priority
    if step.on_failure != model.ON_FAILURE:
        body["on_failure"] = step.on_failure
    if step.kind == "map":
        body["map"] = step.map_
        if step.max_parallel is not None:
            body["max_parallel"] = step.max_parallel


def _retry(retry: Retry) -> dict[str, int | float]:
    default = model.RETRY
    names = ("max_attempts", "base_delay", "max_delay", "jitter")
    return {name: value for name in names if (value := getattr(retry, name)) != getattr(default, name)}


def _pattern(pattern: Any) -> Any:
    """A pattern without what containment ignores: the order and the repeats of arrays."""
    if type(pattern) is dict:
        return {key: _pattern(value) for key, value in pattern.items()}
    if type(pattern) is list:
        return _as_set(_pattern(value) for value in pattern)
    return pattern


def _schema(schema: Any) -> Any:
    """A JSON Schema without what its meaning ignores: the order and the repeats of `required`, `type` and `enum`."""
    if type(schema) is not dict:
        return schema
    for value in schema.values():
        if type(value) is dict or type(value) is list:
            break
    else:
        return schema  # most are leaves such as `{type: string}`
    clean = {key: _clean(key, value) for key, value in schema.items() if type(value) is dict or type(value) is list}
    return {**schema, **clean}


def _clean(key: str, value: Any) -> Any:
    """The value of a schema's keyword, an object or a list, in its one form; as it is where it is data."""
    if type(value) is dict:
        if key in _NAMED_SCHEMAS:
            return {name: _schema(inner) for name, inner in value.items()}
        return _schema(value) if key in _SCHEMA else value
    if key in _SETS:
        return _as_set(value)
    return [_schema(inner) for inner in value] if key in _SCHEMAS else value


def _as_set(values: Iterable[Any]) -> list[Any]:
    """``values`` sorted by their canonical bytes, each once."""
    values = list(values)
    if _are_words(values):
        return sorted(set(values))
    by_text = {canonical_text(value): value for value in values}
    return [by_text[text] for text in sorted(by_text)]


def _are_words(values: list[Any]) -> bool:
    """Whether the values are texts of letters, digits and `_`: these sort as their canonical bytes do."""
    try:
        together = "".join(values)
    except TypeError:
        return False
    return together.isascii() and together.isidentifier()
