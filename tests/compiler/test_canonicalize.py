"""The identity of a flow: every spelling of a meaning has one digest, and every change of meaning another one."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.canonicalize import canonicalize
from flowc.compiler.definition import canonical_text
from tests.compiler.compiling import compiled, digest_of, flow_of

FLOW = """
flow: report_v1
description: A report.
input:
  type: object
  required: [url, depth]
  properties:
    url: {type: [string, "null"], enum: [b, a, null], description: where}
    depth: {type: integer, default: 2}
    required: {type: string}
secrets: [TOKEN, API_KEY]
defaults: {timeout: 2m, retry: {max_attempts: 5}}
steps:
  website:
    description: Fetch it.
    with: {url: $input.url, price: $$5, tags: [b, a, b], ratio: 1.5}
    output:
      type: object
      required: [status, links]
      properties: {status: {type: integer}, links: {type: array}, text: {type: string}, tags: {type: array}}
  if_success:
    run_if: [{website: {status: 200, tags: [x, y]}}, {input: {depth: 1}}]
    steps:
      sentiment: {on_failure: skip, retry: {base_delay: 2s, jitter: 0.5}, delay: 1m, priority: 3, queue: slow}
      subpages: {map: $website.links, max_parallel: 10, handler: [fetch, parse], with: {url: $item}}
      inner:
        run_unless: {sentiment: {score: 0}}
        steps: {deep: {with: {score: $sentiment.score}}, shallow: }
      save: {depends_on: [subpages, inner], join: any, with: {website: $website.text}}
  notify: {depends_on: [if_success], join: none, run_unless: {website: {status: 200}}, on_unmet: fail, timeout: 5s}
returns: {report: $save, "n": 1}
"""


def _value() -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load(FLOW)
    return value


def _digest(value: dict[str, Any]) -> str:
    return digest_of(json.dumps(value))


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[int(name) if name.isdecimal() else name]
    return value


def _set(value: dict[str, Any], path: str, new: Any) -> dict[str, Any]:
    holder, _, name = path.rpartition(".")
    target = _at(value, holder) if holder else value
    key = int(name) if isinstance(target, list) else name
    if new is None:
        del target[key]
    else:
        target[key] = new
    return value


def _shuffled(value: Any, order: random.Random) -> Any:
    """The same data with the keys of every mapping in another order."""
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: _shuffled(value[key], order) for key in keys}
    return [_shuffled(inner, order) for inner in value] if isinstance(value, list) else value


def _commented(text: str, order: random.Random) -> str:
    """The same YAML with comments and empty lines between its lines."""
    lines = []
    for line in text.splitlines():
        lines += [order.choice(["", "# a comment: [", line]) if order.random() < 0.3 else line]
        if lines[-1] is not line:
            lines.append(line)
    return "\n".join(lines) + "\n# the end\n"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([None, True, False]), st.integers(40, 200))
def test_order_comments_and_layout_keep_the_digest(seed: int, flow_style: bool | None, width: int) -> None:
    order = random.Random(seed)
    value = _shuffled(_value(), order)
    text = yaml.safe_dump(value, sort_keys=False, default_flow_style=flow_style, width=width)
    if flow_style is not True:
        text = _commented(text, order)
    assert digest_of(text) == digest_of(FLOW)


def test_json_and_yaml_of_the_same_flow_have_one_digest() -> None:
    assert digest_of(json.dumps(_value())) == digest_of(FLOW)


SAME = {
    "another description": ("description", "Something else."),
    "no description": ("description", None),
    "another description of a step": ("steps.website.description", "Get it."),
    "a default written out": ("steps.website.join", "all"),
    "built-in defaults written out": ("steps.website.queue", "default"),
    "no delay": ("steps.website.delay", "0s"),
    "priority 0": ("steps.website.priority", 0),
    "on_unmet: skip": ("steps.website.on_unmet", "skip"),
    "on_failure: fail": ("steps.website.on_failure", "fail"),
    "the timeout that defaults give": ("steps.website.timeout", "120s"),
    "the same time in another unit": ("steps.notify.timeout", "5000ms"),
    "the retry that defaults give": ("steps.website.retry", {"max_attempts": 5, "base_delay": "1s", "max_delay": "5m"}),
    "the handler of the slug": ("steps.website.handler", "website"),
    "a list of one handler": ("steps.website.handler", ["website"]),
    "a slug named twice": ("steps.if_success.steps.save.depends_on", ["subpages", "inner", "subpages"]),
    "a slug named by condition and by list": ("steps.notify.depends_on", ["if_success", "website"]),
    "a list of one pattern": ("steps.notify.run_unless", [{"website": {"status": 200}}]),
    "a pattern twice": ("steps.notify.run_unless", [{"website": {"status": 200}}] * 2),
    "patterns in another order": (
        "steps.if_success.run_if",
        [{"input": {"depth": 1}}, {"website": {"tags": ["y", "x", "y"], "status": 200}}],
    ),
    "secrets in another order": ("secrets", ["API_KEY", "TOKEN", "TOKEN"]),
    "required in another order": ("input.required", ["depth", "url"]),
    "types in another order": ("input.properties.url.type", ["null", "string"]),
    "enum in another order": ("input.properties.url.enum", ["a", "b", None]),
    "dependencies in another order": ("steps.if_success.steps.save.depends_on", ["inner", "subpages"]),
    "an output that says nothing": ("steps.notify.output", {}),
}


@pytest.mark.parametrize(("path", "new"), SAME.values(), ids=SAME)
def test_another_spelling_keeps_the_digest(path: str, new: Any) -> None:
    assert _digest(_set(_value(), path, new)) == _digest(_value())


def test_an_edge_written_out_that_a_reference_implies_keeps_the_digest() -> None:
    implied = "flow: f\nsteps: {a: , b: {with: {x: $a}}}"
    written = "flow: f\nsteps: {a: , b: {depends_on: [a], with: {x: $a}}}"
    assert digest_of(implied) == digest_of(written)


def test_an_edge_written_out_to_what_the_branch_waited_for_is_another_meaning() -> None:
    value = "flow: f\nsteps: {a: , g: {depends_on: [a], join: settled, steps: {b: {with: {x: $a}}}}}"
    edge = "flow: f\nsteps: {a: , g: {depends_on: [a], join: settled, steps: {b: {depends_on: [a], with: {x: $a}}}}}"
    assert digest_of(value) != digest_of(edge)


OTHER = {
    "the slug": ("flow", "report_v2"),
    "no input": ("input", None),
    "an input's type": ("input.properties.depth.type", "number"),
    "a default of the input": ("input.properties.depth.default", 3),
    "a description inside a schema": ("input.properties.url.description", "whence"),
    "a required field less": ("input.required", ["url"]),
    "a secret less": ("secrets", ["TOKEN"]),
    "a default timeout": ("defaults.timeout", "3m"),
    "a default of attempts": ("defaults.retry.max_attempts", 6),
    "a reference": ("steps.website.with.url", "$input.depth"),
    "a literal": ("steps.website.with.price", "$$6"),
    "the order of a list of values": ("steps.website.with.tags", ["a", "b", "b"]),
    "no repeat in a list of values": ("steps.website.with.tags", ["b", "a"]),
    "another number": ("steps.website.with.ratio", 1.25),
    "no arguments at all": ("steps.website.with", {}),
    "the handler decides": ("steps.website.with", None),
    "an output's schema": ("steps.website.output.properties.text.type", "integer"),
    "a condition's value": ("steps.if_success.run_if.0.website.status", 201),
    "a condition less": ("steps.if_success.run_if", [{"input": {"depth": 1}}]),
    "a further condition": ("steps.if_success.run_unless", {"website": {"status": 7}}),
    "on_failure": ("steps.if_success.steps.sentiment.on_failure", "fail"),
    "a retry's delay": ("steps.if_success.steps.sentiment.retry.base_delay", "3s"),
    "a retry's jitter": ("steps.if_success.steps.sentiment.retry.jitter", 0.4),
    "the delay": ("steps.if_success.steps.sentiment.delay", "2m"),
    "the priority": ("steps.if_success.steps.sentiment.priority", 4),
    "the queue": ("steps.if_success.steps.sentiment.queue", "fast"),
    "the list to map over": ("steps.if_success.steps.subpages.map", ["a", "b"]),
    "max_parallel": ("steps.if_success.steps.subpages.max_parallel", 11),
    "the order of handlers": ("steps.if_success.steps.subpages.handler", ["parse", "fetch"]),
    "join": ("steps.if_success.steps.save.join", "settled"),
    "a dependency less": ("steps.if_success.steps.save.depends_on", ["subpages"]),
    "on_unmet": ("steps.notify.on_unmet", "skip"),
    "a timeout": ("steps.notify.timeout", "6s"),
    "what the flow returns": ("returns.n", 2),
    "the kind of a number": ("returns.n", 1.0),
    "nothing returned by name": ("returns", None),
}


@pytest.mark.parametrize(("path", "new"), OTHER.values(), ids=OTHER)
def test_another_meaning_has_another_digest(path: str, new: Any) -> None:
    assert _digest(_set(_value(), path, new)) != _digest(_value())


def test_a_step_less_is_another_flow() -> None:
    assert _digest(_set(_value(), "steps.if_success.steps.inner.steps.shallow", None)) != _digest(_value())


def test_a_step_moved_out_of_its_branch_is_another_flow() -> None:
    value = _value()
    value["steps"]["shallow"] = value["steps"]["if_success"]["steps"]["inner"]["steps"].pop("shallow")
    assert _digest(value) != _digest(_value())


def test_a_step_renamed_is_another_flow_also_with_the_same_handler() -> None:
    value = _value()
    steps = value["steps"]["if_success"]["steps"]["inner"]["steps"]
    steps.pop("shallow")
    steps["flat"] = {"handler": "shallow"}
    assert _digest(value) != _digest(_value())


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of all texts, numbers and empty values of a flow, descriptions of flow and steps left out."""
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key != "description" or "properties" in path:
                yield from _leaves(inner, (*path, key))
    else:
        yield path


def _meant(value: dict[str, Any]) -> str:
    """The canonical text of a flow, whatever the rules say of it."""
    return canonicalize(flow_of(json.dumps(value))).text


def _other(leaf: Any) -> Any:
    """Another value of the same kind; durations stay durations."""
    if isinstance(leaf, str):
        return f"1{leaf}" if leaf[:1].isdecimal() else f"{leaf}x"
    return {"queue": "z"} if leaf is None else leaf + 1


@pytest.mark.parametrize("path", list(_leaves(_value())), ids=lambda path: ".".join(map(str, path)))
def test_every_word_and_number_of_a_flow_counts(path: tuple[str | int, ...]) -> None:
    value = _value()
    holder = value
    for key in path[:-1]:
        holder = holder[key]  # type: ignore[index]
    holder[path[-1]] = _other(holder[path[-1]])  # type: ignore[index]
    assert _meant(value) != _meant(_value())


TEXTS = st.text() | st.sampled_from(["$", "\x7f", "é", "𝄞", "\ud800", ",1.5", ":e", "a.b"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS


@settings(max_examples=500)
@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
def test_the_canonical_text_is_what_python_writes_with_dollars_escaped(value: Any) -> None:
    written = json.dumps(value, sort_keys=True, separators=(",", ":")).replace("$", "\\u0024")
    assert canonical_text(value) == written
    assert json.loads(canonical_text(value)) == value


def test_data_in_schemas_is_left_as_it_is() -> None:
    schema = {
        "properties": {"enum": {"const": {"required": ["b", "a"]}}, "required": {"default": ["b", "a"]}},
        "examples": [{"enum": ["b", "a"]}],
        "anyOf": [{"required": ["b", "a"]}, {"items": {"type": ["string", "null"]}}],
        "$defs": {"x": {"enum": [2, 1, 10]}},
    }
    definition = compiled(f"flow: f\ninput: {json.dumps(schema)}\nsteps: {{a: }}").definition
    assert definition is not None
    assert definition.body["input"] == {
        **schema,
        "anyOf": [{"required": ["a", "b"]}, {"items": {"type": ["null", "string"]}}],
        "$defs": {"x": {"enum": [1, 10, 2]}},
    }


def test_the_definition_is_that_of_the_contract() -> None:
    definition = compiled(FLOW).definition
    assert definition is not None
    steps = copy.deepcopy(definition.body["steps"])
    assert list(definition.body) == ["flow", "input", "secrets", "returns", "steps"]
    assert definition.body["secrets"] == ["API_KEY", "TOKEN"]
    retry = {"retry": {"max_attempts": 5}}
    assert steps["website"].pop("output")["required"] == ["links", "status"]
    assert steps["website"] == {
        "kind": "task",
        "with": {"url": "$input.url", "price": "$$5", "tags": ["b", "a", "b"], "ratio": 1.5},
        "timeout": 120_000,
        **retry,
    }
    assert steps["if_success"] == {
        "kind": "branch",
        "run_if": [{"input": {"depth": 1}}, {"website": {"status": 200, "tags": ["x", "y"]}}],
    }
    assert steps["sentiment"] == {
        "kind": "task",
        "branch": "if_success",
        "retry": {"max_attempts": 5, "base_delay": 2000, "jitter": 0.5},
        "timeout": 120_000,
        "delay": 60_000,
        "queue": "slow",
        "priority": 3,
        "on_failure": "skip",
    }
    assert steps["subpages"] == {
        "kind": "map",
        "branch": "if_success",
        "handler": ["fetch", "parse"],
        "with": {"url": "$item"},
        "map": "$website.links",
        "max_parallel": 10,
        "timeout": 120_000,
        **retry,
    }
    assert steps["inner"] == {"kind": "branch", "branch": "if_success", "run_unless": [{"sentiment": {"score": 0}}]}
    assert steps["save"] == {
        "kind": "task",
        "branch": "if_success",
        "depends_on": ["inner", "subpages"],
        "join": "any",
        "with": {"website": "$website.text"},
        "timeout": 120_000,
        **retry,
    }
    assert steps["notify"] == {
        "kind": "task",
        "depends_on": ["if_success"],
        "join": "none",
        "run_unless": [{"website": {"status": 200}}],
        "on_unmet": "fail",
        "timeout": 5_000,
        **retry,
    }
    assert "depends_on" not in steps["deep"]
