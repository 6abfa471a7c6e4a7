"""What a text means as a flow: defaults, mentions, edges, and patience with what is malformed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowc.compiler.build import build
from flowc.compiler.canonicalize import canonicalize
from flowc.compiler.checks import CHECKS
from flowc.compiler.document import Document, Node
from flowc.compiler.model import Retry
from flowc.compiler.source import Source
from tests.compiler.compiling import flow_of


def test_steps_are_flat_and_in_file_order() -> None:
    flow = flow_of("""
        flow: f
        steps:
          a:
          group: {steps: {b: , inner: {steps: {c: }}, d: }}
          e: {map: [1, 2]}
    """)
    assert list(flow.steps) == ["a", "group", "b", "inner", "c", "d", "e"]
    assert [step.kind for step in flow.steps.values()] == ["task", "branch", "task", "branch", "task", "task", "map"]
    assert [step.branch for step in flow.steps.values()] == [None, None, "group", "group", "inner", "group", None]
    assert flow.steps["c"].path == ("steps", "group", "steps", "inner", "steps", "c")
    assert [step.slug for step in flow.branches_of(flow.steps["c"])] == ["inner", "group"]


def test_defaults_reach_every_step_and_retry_merges_key_by_key() -> None:
    flow = flow_of("""
        defaults: {timeout: 2m, queue: slow, priority: 4, on_failure: skip, retry: {max_attempts: 7, jitter: 0}}
        steps:
          a:
          group: {steps: {b: {timeout: 500ms, queue: fast, priority: 0, on_failure: fail, retry: {base_delay: 1h}}}}
    """)
    a, b = flow.steps["a"], flow.steps["b"]
    assert (a.timeout, a.queue, a.priority, a.on_failure) == (120_000, "slow", 4, "skip")
    assert a.retry == Retry(max_attempts=7, jitter=0)
    assert (b.timeout, b.queue, b.priority, b.on_failure) == (500, "fast", 0, "fail")
    assert b.retry == Retry(max_attempts=7, base_delay=3_600_000, jitter=0)


def test_a_step_without_handler_calls_the_one_of_its_slug() -> None:
    flow = flow_of("steps: {a: , b: {handler: x.y}, c: {handler: [d, e]}, g: {steps: {h: }}}")
    assert [step.handler for step in flow.steps.values()] == [("a",), ("x.y",), ("d", "e"), (), ("h",)]


def test_join_edges_are_what_is_named_and_referred_to_but_for_conditions() -> None:
    flow = flow_of("""
        steps:
          a:
          b:
          c:
          d:
            map: $a.list
            depends_on: [c, b]
            run_if: {b: {x: 1}, input: {y: 2}}
            with: {deep: [{x: $c.y}], item: $item, number: $index, all: $input, text: $$a, price: 5$}
    """)
    assert flow.steps["d"].joins == ("a", "c")
    assert flow.steps["d"].conditions == ("b",)
    assert flow.strays == ()
    assert [mention.text for mention in flow.inputs] == ["$input", "input"]


def test_a_reference_to_what_an_enclosing_branch_waited_for_is_a_value() -> None:
    flow = flow_of("""
        steps:
          a:
          b:
          outer:
            depends_on: [a]
            steps:
              inner:
                run_unless: {b: {x: 1}}
                steps:
                  c: {with: {x: $a, y: $b}}
                  d: {depends_on: [a], with: {x: $c}}
    """)
    assert flow.steps["c"].joins == ()
    assert flow.steps["d"].joins == ("a", "c")


def test_mentions_know_their_place() -> None:
    flow = flow_of("""
        steps:
          a: {with: {x: [0, $b.c.0]}, depends_on: [b], run_if: [{b: {x: 1}}], run_unless: {b: {x: 2}}}
          b:
        returns: {x: $nowhere}
    """)
    assert [(mention.key, mention.name, mention.fields, mention.path) for mention in flow.steps["a"].mentions] == [
        ("depends_on", "b", (), ("steps", "a", "depends_on", 0)),
        ("with", "b", ("c", "0"), ("steps", "a", "with", "x", 1)),
        ("run_if", "b", (), ("steps", "a", "run_if", 0, "b")),
        ("run_unless", "b", (), ("steps", "a", "run_unless", "b")),
    ]
    assert [(mention.owner, mention.path) for mention in flow.strays] == [(None, ("returns", "x"))]


def test_of_two_steps_with_one_slug_both_are_kept() -> None:
    flow = flow_of("steps: {g: {steps: {a: {with: {x: $b}}}}, h: {steps: {a: {with: {x: $c}}}}, d: {depends_on: [a]}}")
    assert [step.slug for step in flow.steps.values()] == ["g", "a", "h", "a", "d"]
    assert [mention.name for mention in flow.strays] == ["b", "c"]


TEXTS = ["", "$", "$a.b", "$a..b", "$secret.a", "$item", "a", "5s", "all", "a.b == 5"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TEXTS)
)
KEYS = (
    "flow description input secrets defaults steps returns retry timeout queue priority on_failure depends_on join "
    "run_if run_unless on_unmet handler with output delay map max_parallel max_attempts base_delay max_delay jitter "
    "properties a b"
)


def _mappings(inner: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6)


JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | _mappings(inner), max_leaves=20)


@given(JSON)
def test_no_document_is_too_malformed_to_be_built_and_checked(value: object) -> None:
    flow = build(Document(Source("flow.yaml", ""), value, Node(0, 0)))
    for check in CHECKS:
        for diagnostic in check(flow, {}):
            assert diagnostic.message
    canonicalize(flow)
