"""`schemas/flow.schema.json`: every key explained to editors, and the same verdicts as `flowc check`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.assets import schema_text
from flowc.compiler import keys
from flowc.compiler.parse import parse
from flowc.compiler.pipeline import compile_file
from flowc.compiler.validate import validate

SCHEMA = json.loads(schema_text("flow.schema.json"))
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)
ROOT = Path(__file__).parents[2]
STEP = SCHEMA["$defs"]["step"]


def tables() -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings of keys in the schema, by the place where they are."""
    yield "flow", SCHEMA["properties"]
    for name in ("step", "defaults", "retry"):
        yield name, SCHEMA["$defs"][name]["properties"]


KEYS = [pytest.param(key, id=f"{place}.{name}") for place, table in tables() for name, key in table.items()]


def test_the_schema_is_json_schema_2020_12_with_a_name() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"]
    assert SCHEMA["title"]
    assert jsonschema_rs.meta.is_valid(SCHEMA)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_a_description_and_examples_that_fit(key: dict[str, Any]) -> None:
    assert key["description"].endswith(".")
    assert len(key["description"]) < 240
    assert key["examples"]
    alone = jsonschema_rs.Draft202012Validator({**key, "$defs": SCHEMA["$defs"]})
    for example in key["examples"]:
        alone.validate(example)


@pytest.mark.parametrize("name", list(SCHEMA["$defs"]))
def test_every_definition_has_a_description(name: str) -> None:
    assert SCHEMA["$defs"][name]["description"].endswith(".")


def test_the_keys_are_those_of_the_closed_table() -> None:
    found = {place: set(table) for place, table in tables()}
    assert found == {
        "flow": set(keys.FLOW),
        "step": set(keys.STEP),
        "defaults": set(keys.DEFAULTS),
        "retry": set(keys.RETRY),
    }
    assert set(STEP["then"]["properties"]) == {*keys.TASK, *keys.MAP}


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") is not None:
            yield schema
        for value in schema.values():
            yield from objects(value)


def test_only_the_authors_own_data_may_have_any_key() -> None:
    closed = list(objects(SCHEMA))
    assert len(closed) == 4
    assert all(table["additionalProperties"] is False for table in closed)


@pytest.mark.parametrize("path", sorted((ROOT / "flows").glob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_fit(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


# Slugs, conditions as text and empty conditions are not for validate to report.
OF_OTHER_RULES = {"FL313", "FL501", "FL504"}
SLUGS = st.sampled_from(["a", "b", "c", "d"])
WRONG = st.sampled_from([None, True, 5, -1, 2.5, "", "x", "60", [], {}, [5], ["a", 5], {"x": 1}])
DURATIONS = st.sampled_from(
    ["0s", "1s", "500ms", "10m", "2h", "3d", "005s", "5 s", "-1s", "1.5h", "s", "5x", "1h30m", "٣s"]
)
NUMBERS = st.sampled_from([-101, -100, -1, 0, 1, 0.5, 1.0, 1.5, 3.0, 100, 101, 1_000_000, 1_000_001])
NAMES = st.sampled_from(["", "a", "a.b", "x" * 63, "x" * 64, "é"])
TEXTS = st.sampled_from(["", "text"])
SCHEMAS = st.sampled_from([{}, {"type": "object"}, {"properties": {"x": {"type": "string"}}}])
PATTERNS = st.sampled_from(
    [{"a": 1}, {"input": {"x": None}}, [{"a": 1}, {"b": []}], {}, [], [{}], [{"a": 1}, 5], "a == 1"]
)
RETRY: dict[str, st.SearchStrategy[Any]] = {
    "max_attempts": NUMBERS,
    "base_delay": DURATIONS,
    "max_delay": DURATIONS,
    "jitter": NUMBERS,
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "description": TEXTS,
    "depends_on": st.lists(SLUGS, max_size=2),
    "join": st.sampled_from(["all", "any", "none", "settled", "al", "ALL"]),
    "run_if": PATTERNS,
    "run_unless": PATTERNS,
    "on_unmet": st.sampled_from(["skip", "fail", "skipp"]),
    "handler": NAMES | st.lists(NAMES, max_size=2),
    "with": st.sampled_from([{}, {"x": "$a"}, {"x": [1]}]),
    "output": SCHEMAS,
    "timeout": DURATIONS,
    "delay": DURATIONS,
    "queue": NAMES,
    "priority": NUMBERS,
    "on_failure": st.sampled_from(["fail", "skip", "retry"]),
    "map": st.sampled_from(["$a", "$a.b", "$", "$$a", "a", "", [], [1]]),
    "max_parallel": NUMBERS,
    "input": SCHEMAS,
    "secrets": st.lists(st.sampled_from(["A", "a_1", "1A", "A-B", ""]), max_size=2),
    "returns": st.sampled_from([{}, {"x": "$a"}]),
    "flow": st.sampled_from(["x", "x_v2", "x" * 63]),
}


def mapping(values: dict[str, st.SearchStrategy[Any]], *required: str) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings with some of these keys, mostly with values of their kind, sometimes with a key nobody knows."""
    mixed = {key: st.one_of(*[value] * 9, WRONG) for key, value in values.items()}
    known = st.fixed_dictionaries(
        {key: mixed[key] for key in required},
        optional={key: value for key, value in mixed.items() if key not in required},
    )
    return st.builds(
        lambda found, extra, dropped: {key: value for key, value in {**found, **extra}.items() if key != dropped},
        known,
        st.sampled_from([*[{}] * 18, {"unknown": 1}, {"Timeout": "5s"}]),
        st.sampled_from([*[None] * 18, *required]),
    )


def few(values: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """The same with at most so many keys: one mistake does not hide another then."""
    chosen = st.lists(st.sampled_from(list(values)), max_size=most, unique=True)
    return chosen.flatmap(lambda names: mapping({name: values[name] for name in names}))


RETRIES = few(RETRY, 2)
TASK = few(
    {**{key: VALUES[key] for key in (*keys.EVERY_STEP, *keys.TASK, *keys.MAP) if key in VALUES}, "retry": RETRIES}, 3
)
STEPS = st.recursive(
    st.dictionaries(SLUGS, TASK | st.none(), min_size=1, max_size=2),
    lambda inner: st.dictionaries(
        SLUGS, few({**{key: VALUES[key] for key in keys.EVERY_STEP}, "steps": inner, "handler": NAMES}, 3), max_size=2
    ),
    max_leaves=3,
)
DEFAULTS = few({**{key: VALUES[key] for key in keys.DEFAULTS if key in VALUES}, "retry": RETRIES}, 2)
FLOWS = mapping(
    {
        **{key: VALUES[key] for key in ("flow", "description", "input", "secrets", "returns")},
        "defaults": DEFAULTS,
        "steps": STEPS,
    },
    "flow",
    "steps",
)


@settings(max_examples=200, deadline=None)
@given(FLOWS)
def test_the_checker_reports_what_the_schema_refuses_and_nothing_else(flow: dict[str, Any]) -> None:
    data = json.dumps(flow).encode()
    document, _ = parse("flow.json", data)
    assert document is not None
    shape = validate(document)
    if VALIDATOR.is_valid(flow):
        assert [found.message for found in shape] == []
    else:
        found = {one.code for one in compile_file("flow.json", None, data).diagnostics}
        assert shape or found & OF_OTHER_RULES


def test_only_the_checker_counts_days() -> None:
    flow = {"flow": "x", "steps": {"a": {"timeout": "999d"}}}
    document, _ = parse("flow.json", json.dumps(flow).encode())
    assert document is not None
    assert VALIDATOR.is_valid(flow)
    assert [found.message for found in validate(document)] == ["`999d` is too long; at most 365 days"]
