"""What the checks report of types is so for every value; what may be right is not reported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowc.compiler.pipeline import compile_file
from flowc.compiler.signatures import Parameter, Signature
from flowc.references import resolve
from flowc.schemas import fits
from flowc.simulate.containment import contains
from tests.compiler.compiling import codes, compiled, said
from tests.compiler.test_schema_types import schemas, values

quick = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)

patterns = st.recursive(
    st.sampled_from([None, True, 0, 1, 2.5, "", "a"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "0"]), inner, min_size=1, max_size=2)
    ),
    max_leaves=4,
)
_references = st.sampled_from(["$a", "$a.a", "$a.b", "$a.0", "$a.a.a", "$a.1.b"])
templates = st.recursive(
    _references | st.sampled_from([None, True, 1, 2.5, "", "a", "$$a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)


several = st.lists(values, min_size=4, max_size=12)


def _lists_fields(schema: dict[str, Any]) -> bool:
    """Whether the schema lists fields, which the checks take for all that there are."""
    return "properties" in json.dumps(schema)


def _codes(steps: dict[str, Any], signatures: dict[str, Signature] | None = None) -> set[str]:
    text = json.dumps({"flow": "f", "steps": steps}).encode()
    return {found.code for found in compile_file("flow.json", signatures, text).diagnostics}


@pytest.mark.parametrize(("asked", "is_possible"), [(99, False), (100, True), (599, True), (600, False)])
@pytest.mark.parametrize("bounds", [{"minimum": 100, "maximum": 599}, {"minimum": 99.5, "maximum": 599.5}])
def test_a_pattern_asks_for_numbers_within_bounds(bounds: dict[str, float], asked: int, is_possible: bool) -> None:
    output = {"type": "object", "properties": {"status": {"type": "integer", **bounds}}}
    assert ("FL503" in _codes({"a": {"output": output}, "b": {"run_if": {"a": {"status": asked}}}})) is not is_possible


@quick
@given(schemas(), patterns, several)
def test_a_pattern_that_is_said_never_to_match_does_not(schema: Any, pattern: Any, some: list[Any]) -> None:
    found = _codes({"a": {"output": schema}, "b": {"run_if": {"a": pattern}}})
    never = bool(found & {"FL502", "FL503"}) or ("FL304" in found and not _lists_fields(schema))
    for value in some if never else ():
        assert not (contains({"a": value}, {"a": pattern}) and fits(schema, value))


@quick
@given(schemas(), schemas(), templates, several)
def test_an_argument_that_is_said_never_to_fit_does_not(output: Any, wanted: Any, template: Any, some: Any) -> None:
    signature = Signature((Parameter("x", True, wanted),))
    steps = {"a": {"output": output}, "b": {"handler": "takes", "depends_on": ["a"], "with": {"x": template}}}
    found = _codes(steps, {"takes": signature, "a": Signature()})
    for value in some if found & {"FL602", "FL604"} else ():
        assert not (fits(wanted, resolve({"x": template}, {"a": value}.get)["x"]) and fits(output, value))


@quick
@given(schemas(), _references, several)
def test_a_reference_that_is_said_to_lead_nowhere_is_null(output: Any, text: str, some: list[Any]) -> None:
    found = _codes({"a": {"output": output}, "b": {"with": {"x": text}}})
    for value in some if found & {"FL304", "FL316"} and not _lists_fields(output) else ():
        assert resolve(text, {"a": value}.get) is None or not fits(output, value)


OUTPUT = "output: {type: object, required: [n], properties: {n: {type: integer}, t: {type: string}}}"


@pytest.mark.parametrize(
    "rest",
    [
        "b: {with: {x: $a.n, y: $a.t, z: $a}}",
        "b: {run_if: {a: {n: 1.0}}}",
        "b: {run_unless: [{a: {t: x}}, {a: {n: 2}}]}",
        "b: {run_if: {a: {t: x}}, with: {t: $a.t}}",
        "b: {join: settled, depends_on: [c], with: {x: $a.n}}\n  c: {on_failure: skip}",
    ],
)
def test_what_fits_gives_no_report(rest: str) -> None:
    assert said(compiled(f"flow: f\nsteps:\n  a: {{{OUTPUT}}}\n  {rest}\n")) == []


@pytest.mark.parametrize(
    "schema",
    [
        "{type: object}",
        "{}",
        "{properties: {a: true}, additionalProperties: true}",
        "{properties: {a: true}, patternProperties: {'^x': true}}",
        "{properties: {a: true}, unevaluatedProperties: {type: string}}",
        "{properties: {a: true}, if: {required: [a]}, then: {properties: {x: true}}}",
        "{anyOf: [{type: object, properties: {a: true}}, {type: object}]}",
        "{allOf: [{properties: {a: true}}, {properties: {x: true}}]}",
        "{$ref: '#/$defs/d', $defs: {d: {properties: {x: true}}}}",
        "{oneOf: [{properties: {a: true}}, {properties: {x: true}}]}",
        "{enum: [{a: 1}, {x: 1}]}",
        "{properties: {a: true}, $dynamicRef: '#d', $defs: {d: {$dynamicAnchor: d}}}",
        "{properties: {a: true}, $ref: '#d', $defs: {d: {$anchor: d, properties: {x: true}}}}",
        "{$ref: '#/$defs/tree', $defs: {tree: {properties: {x: {$ref: '#/$defs/tree'}}}}}",
    ],
)
def test_a_field_that_may_be_there_is_not_reported(schema: str) -> None:
    flow = f"flow: f\nsteps:\n  a: {{output: {schema}}}\n  b: {{with: {{y: $a.x}}, run_if: {{a: {{x: 1}}}}}}\n"
    assert [code for code in codes(compiled(flow)) if code in {"FL304", "FL503"}] == []


@pytest.mark.parametrize(
    "schema",
    [
        "{properties: {a: true}}",
        "{type: object, properties: {a: true}, additionalProperties: false}",
        "{type: object, additionalProperties: false}",
        "{allOf: [{properties: {a: true}}, {properties: {b: true}}]}",
        "{anyOf: [{properties: {a: true}}, {type: 'null'}]}",
        "{$ref: '#/$defs/d', $defs: {d: {properties: {a: true}}}}",
        "{properties: {a: true, x: false}}",
        "{enum: [{a: 1}, null]}",
        "{type: string}",
    ],
)
def test_a_field_that_is_never_there_is_reported_once(schema: str) -> None:
    assert codes(compiled(f"flow: f\nsteps:\n  a: {{output: {schema}}}\n  b: {{with: {{y: $a.x}}}}\n")) == ["FL304"]


def test_a_schema_that_is_wrong_is_reported_alone() -> None:
    flow = "flow: f\nsteps:\n  a: {output: {type: strng}}\n  b: {with: {x: $a.b.0}, run_if: {a: 5}}\n  c: {map: $a}\n"
    assert codes(compiled(flow)) == ["FL601"]


def test_handlers_tell_what_no_output_declares() -> None:
    handlers = "def a() -> int: ...\ndef b(x: str): ..."
    assert codes(compiled("flow: f\nsteps:\n  a:\n  b: {with: {x: $a}}\n", handlers)) == ["FL604"]
    assert codes(compiled("flow: f\nsteps:\n  a:\n  b: {run_if: {a: one}}\n", "def a() -> int: ...\ndef b(): ...")) == [
        "FL502"
    ]


def test_what_a_handler_returns_counts_only_where_no_output_is_declared() -> None:
    handlers = "def a() -> int: ...\ndef b(x: str): ..."
    assert codes(compiled("flow: f\nsteps:\n  a: {output: {type: string}}\n  b: {with: {x: $a}}\n", handlers)) == []


def test_a_chain_of_thousands_is_looked_through() -> None:
    steps = [f"  s{n}: {{handler: h, depends_on: [s{n - 1}], on_failure: skip}}" for n in range(1, 3000)]
    last = "  last: {handler: t, depends_on: [s2999, s1], join: any, with: {x: $s2999, y: $s1}}"
    text = "\n".join(["flow: f", "steps:", "  s0: {handler: h}", *steps, last, ""])
    found = codes(compiled(text, "def h(): ...\ndef t(x: str, y: str): ..."))
    assert set(found) <= {"FL306", "FL404"}


def test_maps_over_maps_are_looked_through_in_any_order() -> None:
    steps: dict[str, Any] = {f"s{n}": {"handler": "h", "map": f"$s{n - 1}" if n else [1, 2]} for n in range(1500)}
    backwards = {slug: steps[slug] for slug in reversed(steps)}
    for written in (steps, backwards):
        found = _codes({**written, "last": {"handler": "h", "with": {"x": "$s1499.first", "y": "$s3.2"}}})
        assert "FL316" in found


def test_choices_that_refer_to_choices_are_looked_at_once() -> None:
    choices = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    choices["d40"] = {"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}}
    output = {"$ref": "#/$defs/d0", "$defs": choices}
    assert _codes({"a": {"output": output}, "b": {"with": {"x": "$a.a.a.a", "y": "$a.a.z"}}}) == {"FL304"}


def test_schemas_that_are_no_schemas_say_nothing() -> None:
    for part in (5, None, [], "x", {"type": 5}, {"enum": {}}, {"required": 5, "properties": []}, {"$ref": 5}):
        output = {"type": "object", "properties": {"a": part}, "required": [5], "prefixItems": 5, "minimum": "x"}
        found = _codes({"a": {"output": output}, "b": {"with": {"x": "$a.a.b.0"}, "run_if": {"a": {"a": {"c": 1}}}}})
        assert found <= {"FL601"}


def test_a_map_over_what_may_be_null_is_told_how_to_run_only_where_it_is_none() -> None:
    [found] = compiled("""
        flow: f
        input: {type: object, required: [a], properties: {a: {type: [array, "null"], maxItems: 3}}}
        steps: {b: {map: $input.a}}
    """).diagnostics
    assert found.code == "FL309"
    assert found.help is not None
    assert found.help.endswith("`run_unless: {input: {a: null}}`")


def test_a_reference_that_leads_nowhere_is_told_the_definition_that_may_be_meant() -> None:
    [found] = compiled("""
        flow: f
        input: {type: object, properties: {a: {$ref: "#/$def/adress"}}, $defs: {address: {}, money: {}}}
        steps: {b: {with: {a: $input.a}}}
    """).diagnostics
    assert (found.code, found.help) == ("FL601", "did you mean `#/$defs/address`?")


@pytest.mark.parametrize(
    ("source", "reference", "line"),
    [
        ("$input.pages", "$item.lnik", 7),
        ("$input.pages", "$item.link.hrfe", 11),
        ("$input.more.pages", "$item.lnik", 14),
        ("$listed", "$item.lnik", 16),
        ("$mapped", "$item.lnik", 17),
    ],
)
def test_a_field_that_an_element_has_not_is_told_with_the_place_that_declares_the_element(
    source: str, reference: str, line: int
) -> None:
    found = compiled(f"""
        flow: f
        input:
          $defs: {{pages: {{type: array, items: {{type: object, properties: {{link: {{}}}}}}}}}}
          type: object
          properties:
            pages:
              type: array
              items:
                properties:
                  link: {{type: object, properties: {{href: {{}}}}}}
                type: object
              maxItems: 3
            more: {{type: object, properties: {{pages: {{$ref: "#/$defs/pages"}}}}}}
        steps:
          listed: {{output: {{type: array, maxItems: 3, items: {{type: object, properties: {{link: {{}}}}}}}}}}
          mapped: {{map: [1], output: {{type: object, properties: {{link: {{type: array}}}}}}}}
          b: {{map: {source}, with: {{x: {reference}, y: [$input.pages, $input.more]}}, max_parallel: 1}}
    """).diagnostics
    [lost] = [one for one in found if one.code == "FL304"]
    assert [related.position.line for related in lost.related] == [line]


def test_a_single_reference_in_place_of_returns_is_told_how_to_be_named() -> None:
    [found] = compiled("flow: f\nsteps: {a: }\nreturns: $a.b\n").diagnostics
    assert (found.code, found.help) == ("FL203", "write `{result: $a.b}`")


def test_a_field_that_no_result_has_is_told_with_those_that_there_are() -> None:
    flow = "flow: f\nsteps:\n  a:\n  b: {with: {x: $a.zebra}}\n"
    returns = {"type": "object", "properties": {"label": {}, "score": {}}}
    signatures = {"a": Signature((), False, returns), "b": Signature((Parameter("x", True, None),), False, None)}
    [found] = compile_file("flow.yaml", signatures, flow.encode()).diagnostics
    assert (found.code, found.help) == ("FL304", "it has `label`, `score`")


@pytest.mark.parametrize(
    ("schema", "literal"),
    [
        ({"prefixItems": [{"const": [None], "$ref": "#"}]}, [[None]]),
        ({"items": {"enum": [[None]], "anyOf": [{"properties": {}, "$ref": "#"}]}}, [[None]]),
        ({"additionalProperties": {"const": {"a": {}}, "allOf": [{"$ref": "#"}]}}, {"a": {"a": {}}}),
    ],
)
def test_a_schema_that_asks_its_literals_of_itself_is_read(schema: Any, literal: Any) -> None:
    steps = {"a": {"output": schema}, "b": {"with": {"x": "$a"}, "run_if": {"a": literal}}}
    signature = Signature((Parameter("x", True, {"const": literal}),))
    assert "FL601" not in _codes(steps, {"a": Signature(), "b": signature})
