"""What changed between two definitions, in the flow's own words."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.canonicalize import canonicalize
from flowc.compiler.changes import changes, in_one_sentence
from flowc.compiler.definition import canonical_text
from tests.compiler.compiling import flow_of
from tests.compiler.test_canonicalize import FLOW, OTHER, SAME, _set, _value

OLD = """
flow: report
input: {type: object, required: [url], properties: {url: {type: string}, depth: {type: integer}}}
secrets: [TOKEN]
steps:
  website:
    with: {url: $input.url, depth: $input.depth}
    output: {type: object, properties: {status: {type: integer}, text: {}, html: {}}}
  if_success:
    run_if: {website: {status: 200}}
    steps:
      summary: {with: {text: $website.text}}
      save: {depends_on: [summary], timeout: 2m}
  notify: {depends_on: [website]}
returns: {report: $save}
"""


def body_of(text: str) -> dict[str, Any]:
    """The definition that a text means, whatever the rules say of it."""
    return canonicalize(flow_of(text)).body


def changed(*replacements: tuple[str, str]) -> list[str]:
    """What changes say where parts of the text of OLD are replaced."""
    text = OLD
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return changes(body_of(OLD), body_of(text))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  notify: {d", "  log: {handler: x}\n  notify: {d", "step `log` added"),
        ("  notify: {depends_on: [website]}\n", "", "step `notify` removed"),
        ("  notify: {d", "  tell: {d", "step `notify` is called `tell`"),
        ("  notify: {d", "  notify: {handler: tell, d", "`notify`: calls `tell`, called `notify`"),
        ("notify: {d", "notify: {handler: [a, b], d", "`notify`: calls `a`, then `b`, called `notify`"),
        ("status: 200", "status: 201", "`if_success`: the condition `run_if` is"),
        ("run_if:", "run_unless:", "`if_success`: the condition `run_if` is gone, was"),
        ("notify: {depends_on: [website]", "notify: {depends_on: [if_success]", "`notify`: waits for `if_success` now"),
        ("notify: {", "notify: {join: settled, ", "`notify`: `join` is settled, was all"),
        ("notify: {", "notify: {timeout: 90m, ", "`notify`: only options changed: `timeout` is 90m, was 1m"),
        ("timeout: 2m", "timeout: 1500ms", "`save`: only options changed: `timeout` is 1500ms, was 2m"),
        ("timeout: 2m", "timeout: 2m, retry: {max_attempts: 9}", "`save`: only options changed: `retry.max_attempts`"),
        ("required: [url]", "required: [url, depth]", "`input` narrowed: `depth` is required now"),
        ("required: [url], ", "", "`input` widened: `url` is no longer required"),
        ("depth: {type: integer}", "depth: {type: number}", "`input` widened: `depth` takes number, took integer"),
        ("depth: {type: integer}", "depth: {type: integer, minimum: 1}", "`input` narrowed: `minimum` of `depth` is"),
        ("[TOKEN]", "[TOKEN, KEY]", "needs secret `KEY` now"),
        ("secrets: [TOKEN]\n", "", "no longer needs secret `TOKEN`"),
        ("{report: $save}", "{report: $summary}", '`returns.report` is `"$summary"`, was `"$save"`'),
        ("text: $website.text", "text: $website.html", '`summary`: `with.text` is `"$website.html"`, was'),
        (
            "status: {type: integer}",
            "status: {type: string}",
            "`website`: `output` changed: `status` takes string, took",
        ),
        ("      summary: {with", "      summary: {map: [1], with", "`summary`: is a map, was a task"),
    ],
)
def test_a_change_is_said_in_the_words_of_the_flow(old: str, new: str, words: str) -> None:
    sentence = changed((old, new))[0]
    assert sentence.startswith(words)


def test_a_renamed_step_changes_nothing_where_it_is_mentioned() -> None:
    said = changed(("save", "store"), ("$store", "$store"), ("store: {", "store: {handler: save, "))
    assert said == ["step `save` is called `store`"]


def test_a_renamed_step_that_goes_by_its_name_calls_another_handler() -> None:
    assert changed(("save", "store")) == ["step `save` is called `store`", "`store`: calls `store`, called `save`"]


def test_a_reference_that_makes_an_edge_is_said_once() -> None:
    [sentence] = changed(("notify: {depends_on: [website]}", "notify: {depends_on: [website], with: {x: $summary}}"))
    assert sentence.startswith("`notify`: `with` is")
    assert "waits" not in sentence


def test_a_step_that_moved_says_from_where() -> None:
    moved = OLD.replace("      save: {depends_on: [summary], timeout: 2m}\n", "")
    moved = moved.replace("  notify:", "  save: {depends_on: [summary], timeout: 2m}\n  notify:")
    [sentence] = changes(body_of(OLD), body_of(moved))
    assert sentence == "`save`: moved to the top from `if_success`"


def test_of_many_changes_the_first_are_said_and_the_rest_counted() -> None:
    assert in_one_sentence([str(number) for number in range(12)]) == "0; 1; 2; 3; 4; 5; 6; 7; and 4 more"
    assert in_one_sentence(["one"]) == "one"


def test_the_same_definition_has_no_changes() -> None:
    assert changes(body_of(OLD), body_of(OLD)) == []


@pytest.mark.parametrize(("path", "new"), OTHER.values(), ids=OTHER)
def test_every_change_of_the_digest_is_said_in_words(path: str, new: Any) -> None:
    if path == "flow":
        return
    sentences = changes(body_of(FLOW), body_of(json.dumps(_set(_value(), path, new))))
    assert sentences
    assert "fc1:" not in " ".join(sentences)


@pytest.mark.parametrize(("path", "new"), SAME.values(), ids=SAME)
def test_another_spelling_is_no_change(path: str, new: Any) -> None:
    assert changes(body_of(FLOW), body_of(json.dumps(_set(_value(), path, new)))) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(list(OTHER)), min_size=1, max_size=3, unique=True), st.booleans())
def test_several_changes_at_once_are_said_in_both_directions(names: list[str], back: bool) -> None:
    value = _value()
    for name in names:
        try:
            _set(value, *OTHER[name])
        except (KeyError, IndexError):
            continue
    value["flow"] = "report_v1"
    old, new = body_of(FLOW), body_of(json.dumps(value))
    assert bool(changes(new, old) if back else changes(old, new)) is (canonical_text(old) != canonical_text(new))


def _mutated(body: dict[str, Any], order: random.Random) -> dict[str, Any]:
    """A definition to which some things happened that editing can do, sensible or not."""
    body = copy.deepcopy(body)
    steps = body["steps"]
    for _ in range(order.randint(1, 4)):
        slug = order.choice(sorted(steps))
        step = steps[slug]
        what = order.randrange(8)
        if what == 0 and len(steps) > 2:
            del steps[slug]
        elif what == 1:
            steps[f"copy{order.randrange(9)}"] = copy.deepcopy(step)
        elif what == 2:
            steps[f"other{order.randrange(9)}"] = steps.pop(slug)
        elif what == 3:
            step["timeout"] = order.choice([1, 500, 61_000, 86_400_000])
        elif what == 4:
            step["with"] = order.choice([{}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": f"${slug}.x"}])
        elif what == 5:
            body["input"] = order.choice([{}, {"type": "object"}, {"properties": {"a": True}}, {"items": False}])
        elif what == 6:
            step["branch"] = order.choice(sorted(steps))
        else:
            step.pop("depends_on", None)
    return body


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_there_are_words_exactly_where_two_definitions_differ(order: random.Random) -> None:
    body = body_of(FLOW)
    old, new = _mutated(body, order), _mutated(body, order)
    assert bool(changes(old, new)) is (canonical_text(old) != canonical_text(new))
    assert changes(old, copy.deepcopy(old)) == []


def test_what_became_of_several_steps_alike_is_said_once() -> None:
    [sentence] = changed(("steps:\n  website:", "defaults: {queue: slow}\nsteps:\n  website:"))
    assert sentence == "`notify`, `save`, `summary`, `website`: only options changed: `queue` is slow, was default"


def test_a_schema_that_says_the_same_in_another_way_is_told_as_that() -> None:
    assert changed(("url: {type: string}", "url: {type: [string]}")) == [
        "`input` changed: `url` says the same in another way"
    ]
    assert changed(("depth: {type: integer}", "depth: {type: integer, maximum: 4}")) == [
        "`input` narrowed: `maximum` of `depth` is `4` now"
    ]
    bounded = OLD.replace("depth: {type: integer}", "depth: {type: integer, maximum: 4}")
    assert changes(body_of(bounded), body_of(bounded.replace("maximum: 4", "maximum: 4.0"))) == [
        "`input` changed: `maximum` of `depth` is `4.0`, was `4`"
    ]
