"""JSON Schema of a value: what does not fit, at which path, in one sentence."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.schemas import SchemaError, errors_of, fits, path_text, remote_references, schema_error, schema_errors

PAGE = {
    "type": "object",
    "required": ["url", "depth"],
    "additionalProperties": False,
    "properties": {
        "url": {"type": "string", "format": "uri"},
        "depth": {"type": "integer", "minimum": 1},
        "items": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}},
    },
}


def test_a_value_that_fits_has_no_errors() -> None:
    assert errors_of(PAGE, {"url": "any text: format is an annotation", "depth": 1}) == []
    assert errors_of(True, {"any": "thing"}) == []


def test_every_error_is_told_with_its_path() -> None:
    assert errors_of(PAGE, {"depth": 0, "items": [{}, {"name": 5}], "extra": 1}) == [
        ("$", "`extra` is not allowed here"),
        ("$", "`url` is missing"),
        ("$.depth", "at least 1 is needed, got integer 0"),
        ("$.items[1].name", "a string or null is needed, got integer 5"),
    ]


@pytest.mark.parametrize(
    ("schema", "value", "path", "message"),
    [
        ({"enum": ["a", "b"]}, "c", "$", 'one of "a", "b" is needed, got string "c"'),
        ({"const": 1}, 2, "$", "1 is needed, got integer 2"),
        ({"type": "object"}, [1], "$", "an object is needed, got an array"),
        ({"maximum": 3}, 4.5, "$", "at most 3 is allowed, got number 4.5"),
        ({"minItems": 1}, [], "$", "at least 1 element needed, got 0"),
        ({"maxLength": 2}, "abc", "$", "at most 2 characters allowed, got 3"),
        ({"pattern": "^a+$"}, "b", "$", 'the pattern `^a+$` has to match, got string "b"'),
        ({"propertyNames": {"maxLength": 1}}, {"bb": 1}, "$", None),
        ({"uniqueItems": True}, [1, 1], "$", "the elements have to differ from one another"),
        ({"properties": {"a b": False}}, {"a b": 1}, '$["a b"]', "nothing is allowed here, got integer 1"),
        ({"type": "string"}, True, "$", "a string is needed, got boolean true"),
        ({"type": "string"}, None, "$", "a string is needed, got null"),
        ({"items": {"type": "integer"}}, [1, "x" * 99], "$[1]", "an integer is needed, got a long string"),
        ({"unevaluatedProperties": False}, {"a": 1}, "$", "`a` is not allowed here"),
        ({"multipleOf": 2}, 3, "$", "a multiple of 2 is needed, got integer 3"),
        ({"not": {"type": "null"}}, None, "$", "the schema's `not` excludes this, got null"),
        ({"contains": {"type": "string"}}, [1], "$", "no element is as `contains` asks, or too few or too many are"),
        ({"oneOf": [{}, {}]}, 1, "$", "this fits more than one of the alternatives, and only one is allowed"),
    ],
)
def test_a_sentence_says_what_is_needed_and_what_is_there(
    schema: Any, value: Any, path: str, message: str | None
) -> None:
    [(found, sentence)] = errors_of(schema, value)
    assert found == path
    assert message is None or sentence == message


def test_a_choice_by_type_names_all_types() -> None:
    schema = {"anyOf": [{"type": "string"}, {"type": "array"}, {"type": "null"}]}
    assert errors_of(schema, 5) == [("$", "an array or a string or null is needed, got integer 5")]


def test_a_choice_is_explained_from_the_key_that_decides_it() -> None:
    def shape(kind: str, key: str) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["kind", key],
            "properties": {"kind": {"const": kind}, key: {"type": "integer"}},
        }

    schema = {"oneOf": [shape("circle", "radius"), shape("square", "side")]}
    assert errors_of(schema, {"kind": "cube"}) == [("$.kind", 'one of "circle", "square" is needed, got string "cube"')]
    assert errors_of(schema, {"kind": "square", "side": "2"}) == [("$.side", 'an integer is needed, got string "2"')]


def test_a_choice_between_an_object_and_null_explains_the_object() -> None:
    schema = {"anyOf": [{"$ref": "#/$defs/page"}, {"type": "null"}], "$defs": {"page": PAGE}}
    assert errors_of(schema, {"url": "x"}) == [("$", "`depth` is missing")]


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"type": "strng"}, ("type",), 'got string "strng"'),
        ({"properties": []}, ("properties",), "an object is needed, got an array"),
        ({"items": {"minLength": -1}}, ("items", "minLength"), "at least 0"),
        ({"type": ["string", "x"]}, ("type", 1), 'got string "x"'),
        ({"pattern": "("}, ("pattern",), "`(` is no regular expression"),
        ({"items": {"$ref": "#/$defs/page"}}, ("items", "$ref"), "`#/$defs/page` leads nowhere in this schema"),
        ({"$ref": "#page"}, ("$ref",), "leads nowhere"),
        (5, (), "5 is not of types"),
    ],
)
def test_a_schema_that_is_none_says_where_and_why(schema: Any, path: tuple[str, ...], message: str) -> None:
    error = schema_error(schema)
    assert error is not None
    assert error.path == path
    assert message in error.message


@pytest.mark.parametrize("key", ["$ref", "$dynamicRef"])
@pytest.mark.parametrize("target", ["https://example.com/page.json", "page.json", "file:///etc/passwd", "urn:a:b#/c"])
def test_nothing_outside_of_the_schema_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str, target: str
) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("a socket was opened")

    (tmp_path / "page.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "socket", no_network)
    schema = {"properties": {"page": {key: target}}}
    with pytest.raises(SchemaError, match="outside of this schema"):
        errors_of(schema, {"page": 1})
    assert list(remote_references(schema)) == [(("properties", "page", key), target)]


def test_a_reference_in_data_is_no_reference() -> None:
    assert schema_error({"const": {"$ref": "https://example.com"}, "enum": [{"$ref": "x"}]}) is None


def test_a_recursive_schema_is_fine() -> None:
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}
    assert errors_of(tree, {"left": {"right": {"left": 5}}}) == [
        ("$.left.right.left", "an object is needed, got integer 5")
    ]


def test_a_pattern_that_backtracks_for_ever_elsewhere_ends_at_once() -> None:
    assert not fits({"pattern": "^(a+)+$"}, "a" * 60 + "b")
    assert len(errors_of({"pattern": "^(a+)+$"}, "a" * 60 + "b")) == 1


def test_numbers_beyond_64_bits_are_fine_in_schemas_and_values() -> None:
    assert errors_of({"maximum": 10**30}, 10**29) == []
    assert len(errors_of({"maximum": 10**30}, 10**31)) == 1


def test_a_key_that_fits_no_alternative_is_told_what_all_of_them_want() -> None:
    schema = {"propertyNames": {"anyOf": [{"const": "a"}, {"const": "b"}]}}
    assert errors_of(schema, {"c": 1}) == [
        ("$", 'the key "c" is not allowed: one of "a", "b" is needed, got string "c"')
    ]


def test_a_list_with_a_million_mistakes_is_cut() -> None:
    assert len(errors_of({"items": {"type": "string"}}, [1] * 100_000)) == 50


def test_paths_read_as_people_write_them() -> None:
    assert path_text(()) == "$"
    assert path_text(("items", 3, "name", "a-b", "ü")) == '$.items[3].name["a-b"].ü'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "b", "kind"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "kind"]), inner, max_size=3),
    max_leaves=8,
)
types = st.sampled_from(["string", "integer", "object", "array", "null", "boolean", "number"])
schemas = st.recursive(
    st.booleans()
    | st.fixed_dictionaries({"type": types | st.lists(types, min_size=1, unique=True)})
    | st.fixed_dictionaries({"const": json_values})
    | st.fixed_dictionaries({"enum": st.lists(json_values, min_size=1, max_size=3)})
    | st.fixed_dictionaries({"minimum": st.integers(-5, 5), "maxLength": st.integers(0, 2)}),
    lambda inner: (
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"oneOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from(["a", "b", "kind"]), inner, max_size=3)})
        | st.fixed_dictionaries({"items": inner, "required": st.just(["a"]), "uniqueItems": st.booleans()})
        | st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"propertyNames": inner, "additionalProperties": inner})
    ),
    max_leaves=6,
)


@given(schemas, json_values)
def test_there_are_errors_exactly_where_a_value_does_not_fit(schema: Any, value: Any) -> None:
    errors = errors_of(schema, value)
    assert bool(errors) is not fits(schema, value)
    for path, message in errors:
        assert path.startswith("$")
        assert message
        assert "valid under" not in message


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"properties": {"": {"type": "strng"}}}, ("properties", "", "type")),
        (
            {"properties": {"": {"properties": {"": {"minLength": "x"}}}}},
            ("properties", "", "properties", "", "minLength"),
        ),
    ],
)
def test_a_mistake_below_an_empty_key_is_told_with_its_whole_path(schema: Any, path: tuple[str, ...]) -> None:
    assert [error.path for error in schema_errors(schema)] == [path]
    error = schema_error(schema)
    assert error is not None
    assert error.path == path


def test_all_mistakes_of_a_schema_are_told() -> None:
    schema = {
        "properties": {
            "a": {"type": "int"},
            "b": {"required": "c"},
            "d": {"pattern": "("},
            "e": {"$ref": "#/$defs/there"},
            "f": {"$ref": "#/$defs/nowhere"},
            "g": {"items": [], "patternProperties": {"[": {}}},
            "h": {"$ref": "#here"},
            "i": {"$ref": "#nowhere"},
            "pattern": {"const": {"pattern": "("}, "$anchor": "here"},
        },
        "$defs": {"there": {"$ref": "#/properties/z"}},
    }
    assert [error.path for error in schema_errors(schema)] == [
        ("$defs", "there", "$ref"),
        ("properties", "a", "type"),
        ("properties", "b", "required"),
        ("properties", "d", "pattern"),
        ("properties", "f", "$ref"),
        ("properties", "g", "items"),
        ("properties", "g", "patternProperties", "["),
        ("properties", "i", "$ref"),
    ]
    assert [error.path for error in schema_errors({"pattern": "("})] == [("pattern",)]
    assert [error.path for error in schema_errors({"$ref": "https://example.com/a"})] == []
