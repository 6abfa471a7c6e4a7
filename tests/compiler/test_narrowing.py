"""What a condition says of a value is so for every value that it lets pass."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flowc.compiler.checks.narrowing import where_matched, where_unmatched
from flowc.compiler.schema.types import Type, accepts, of
from flowc.schemas import fits
from flowc.simulate.containment import contains
from tests.compiler.test_schema_types import schemas, values
from tests.compiler.test_types_in_flows import patterns, quick, several

CHOICE = {
    "oneOf": [
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"const": "x"}, "b": {"type": "string"}}},
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"const": "y"}, "b": {"type": "integer"}}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": ["boolean", "null"]}}},
    ]
}


@quick
@given(schemas() | st.just(CHOICE), st.lists(patterns, min_size=1, max_size=2), several)
def test_a_value_that_matched_is_among_those_that_may(schema: Any, asked: list[Any], some: list[Any]) -> None:
    narrowed = where_matched(of(schema), asked)
    for value in some:
        if fits(schema, value) and any(contains({"it": value}, {"it": pattern}) for pattern in asked):
            assert accepts(narrowed, value)


@quick
@given(schemas() | st.just(CHOICE), st.lists(patterns, min_size=1, max_size=3), several)
def test_a_value_that_did_not_match_is_among_the_others(schema: Any, asked: list[Any], some: list[Any]) -> None:
    narrowed = where_unmatched(of(schema), asked)
    for value in some:
        if fits(schema, value) and not any(contains({"it": value}, {"it": pattern}) for pattern in asked):
            assert accepts(narrowed, value)


@given(values)
def test_a_value_is_one_of_those_that_are_not_another_one(value: Any) -> None:
    asked = {"a": value if type(value) not in (dict, list) else None}
    for a in ("x", "y", True, False, None):
        whole = {"a": a, "b": 1 if a == "y" else "z"}
        assert accepts(where_unmatched(of(CHOICE), [asked]), whole) or contains(whole, asked)


def _kinds(narrowed: Type) -> set[str]:
    return {shape.kind for one in narrowed.of_kind("object") for shape in one.field("b").shapes if one.requires("b")}


def test_a_choice_is_made_by_what_is_asked_of_it() -> None:
    whole = of(CHOICE)
    assert _kinds(whole) == {"string", "number"}
    assert _kinds(where_matched(whole, [{"a": "x"}])) == {"string"}
    assert _kinds(where_unmatched(whole, [{"a": "x"}])) == {"number"}
    assert len(where_unmatched(whole, [{"a": "x"}, {"a": "y"}]).shapes) == 1
    assert _kinds(where_unmatched(whole, [{"a": "x", "b": 1}, {"a": ["x"]}])) == _kinds(whole)
    for value in (None, True):
        assert not accepts(where_unmatched(whole, [{"a": value}]), {"a": value})
