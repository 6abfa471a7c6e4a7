"""Types are never smaller than their schemas: what they exclude, a JSON Schema validator excludes too."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flowc.compiler.schema.paths import follow
from flowc.compiler.schema.types import accepts, both, disjoint, either, literals, of, same
from flowc.compiler.schema.wording import described
from flowc.references import look_up
from flowc.schemas import fits, schema_error

quick = settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

_NAMES = ["a", "b", "x-y", "0", "1"]
_SCALARS = [None, True, False, 0, 1, 1.0, 2, 2.5, -1, 200, "", "a", "b", "aa", "0"]
scalars = st.sampled_from(_SCALARS)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3),
    max_leaves=8,
)
paths = st.lists(st.sampled_from(_NAMES), max_size=3).map(tuple)
_TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
_POINTERS = ["#", "#/$defs/d", "#/$defs/e", "#/$defs/d/properties/a", "#/properties/a"]


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas of a few keywords: one with many excludes everything."""
    several = st.lists(inner, min_size=1, max_size=3)
    fields = st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3)
    patterns = st.dictionaries(st.sampled_from(["^a", "x-", "[01]", "(a|b)$", "."]), inner, max_size=2)
    keywords = {
        "type": st.sampled_from(_TYPES) | st.lists(st.sampled_from(_TYPES), min_size=1, max_size=4, unique=True),
        "enum": st.lists(values, min_size=1, max_size=3),
        "const": values,
        "properties": fields,
        "patternProperties": patterns,
        "required": st.lists(st.sampled_from(_NAMES), max_size=2, unique=True),
        "additionalProperties": inner,
        "unevaluatedProperties": inner,
        "prefixItems": several,
        "items": inner,
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(0, 2),
        "minimum": st.sampled_from([-1, 0, 1.5, 2]),
        "exclusiveMaximum": st.sampled_from([0, 1, 2.5, 200]),
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(0, 2),
        "maxProperties": st.integers(0, 2),
        "anyOf": several,
        "oneOf": several,
        "allOf": several,
        "not": inner,
        "if": inner,
        "then": inner,
        "$ref": st.sampled_from(_POINTERS),
    }
    each = [st.tuples(st.just(name), value) for name, value in keywords.items()]
    return st.lists(st.one_of(each), min_size=1, max_size=3).map(dict)


_inner = st.recursive(st.booleans() | st.just({}), _schemas, max_leaves=6)


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    """A JSON Schema that a validator takes, its references inside of itself."""
    schema = {**draw(_schemas(_inner)), "$defs": {"d": draw(_inner), "e": draw(_inner)}}
    assume(schema_error(schema) is None)
    return schema


@quick
@given(schemas(), values)
def test_a_type_has_every_value_that_its_schema_accepts(schema: Any, value: Any) -> None:
    assert accepts(of(schema), value) or not fits(schema, value)


@quick
@given(schemas(), values, paths)
def test_what_stands_at_a_path_is_in_the_type_of_the_path(schema: Any, value: Any, path: tuple[str, ...]) -> None:
    assume(fits(schema, value))
    found = follow(of(schema), path)
    assert found.nowhere or accepts(found.type, look_up(value, path))


@quick
@given(schemas(), schemas(), values)
def test_types_that_are_disjoint_share_no_value(one: Any, other: Any, value: Any) -> None:
    if fits(one, value) and fits(other, value):
        assert not disjoint(of(one), of(other))
        assert accepts(both(of(one), of(other)), value)


@quick
@given(schemas(), schemas(), values)
def test_either_has_the_values_of_each(one: Any, other: Any, value: Any) -> None:
    if fits(one, value) or fits(other, value):
        assert accepts(either([of(one), of(other)]), value)


@quick
@given(schemas())
def test_every_type_can_be_told_in_words(schema: Any) -> None:
    assert described(of(schema))


@quick
@given(values, values)
def test_types_of_literals_have_just_these(one: Any, other: Any) -> None:
    assert accepts(literals([one]), one)
    assert disjoint(literals([one]), literals([other])) != same(one, other)
