"""What waits for what: order, cycles through branches, and flows as deep and wide as they come."""

from __future__ import annotations

from flowc.compiler.build import build
from flowc.compiler.document import Document, Node
from flowc.compiler.graph import cycles, edges_of, in_file_order, order
from flowc.compiler.model import Flow
from flowc.compiler.source import Source
from tests.compiler.compiling import compiled, flow_of, said


def _flow(steps: dict[str, object]) -> Flow:
    return build(Document(Source("flow.yaml", ""), {"flow": "f", "steps": steps}, Node(0, 0)))


def _circles(flow: Flow) -> list[list[str]]:
    return [[edge.waiter for edge in cycle] for cycle in cycles(flow)]


def test_a_flow_written_top_down_is_in_file_order() -> None:
    flow = flow_of("""
        steps:
          a:
          b: {with: {x: $a}}
          c: {depends_on: [b], steps: {d: {with: {x: $a}}, e: {run_if: {d: {x: 1}}}}}
          f: {depends_on: [c]}
    """)
    assert in_file_order(flow)
    assert order(flow) == ["a", "b", "c", "d", "e", "f"]


def test_a_flow_written_bottom_up_is_put_in_order() -> None:
    flow = flow_of("""
        steps:
          c: {depends_on: [b]}
          b: {steps: {d: {with: {x: $a}}}}
          a:
    """)
    assert not in_file_order(flow)
    assert order(flow) == ["a", "b", "d", "c"] or order(flow) == ["b", "a", "d", "c"]
    assert _circles(flow) == []


def test_a_step_that_waits_for_a_branch_waits_for_all_steps_in_it() -> None:
    flow = flow_of("""
        steps:
          after: {depends_on: [group]}
          group: {steps: {inner: {depends_on: [after]}}}
    """)
    assert _circles(flow) == [["after", "group", "inner"]]


def test_a_branch_that_waits_opens_its_steps_late() -> None:
    flow = flow_of("""
        steps:
          group: {depends_on: [outside], steps: {inner: }}
          outside: {depends_on: [inner]}
    """)
    assert _circles(flow) == [["group", "outside", "inner"]]


def test_the_shortest_of_several_circles_is_told() -> None:
    flow = flow_of("""
        steps:
          a: {depends_on: [d, b]}
          b: {depends_on: [a]}
          c: {depends_on: [b]}
          d: {depends_on: [c]}
    """)
    assert _circles(flow)[0] == ["a", "b"]


def test_without_its_first_edge_the_graph_is_searched_on() -> None:
    flow = flow_of("""
        steps:
          a: {depends_on: [b]}
          b: {depends_on: [a]}
          c: {depends_on: [d]}
          d: {depends_on: [c]}
    """)
    assert _circles(flow) == [["a", "b"], ["c", "d"]]


def test_edges_that_another_rule_reports_make_no_circle() -> None:
    flow = flow_of("""
        steps:
          a: {depends_on: [a, nowhere], with: {x: $a.y}}
          group:
            run_if: {inner: {x: 1}}
            steps: {inner: {depends_on: [group], with: {x: $group.y}}}
    """)
    assert _circles(flow) == []
    assert edges_of(flow, "a") == []
    assert edges_of(flow, "inner") == []


def test_a_value_that_the_branch_waited_for_is_no_edge() -> None:
    flow = flow_of("""
        steps:
          a:
          group: {run_if: {a: {x: 1}}, steps: {inner: {with: {x: $a}}}}
    """)
    assert edges_of(flow, "inner") == []


def test_the_report_shows_each_edge_of_a_circle_with_its_line() -> None:
    compilation = compiled("""\
        flow: f
        steps:
          a:
            with: {x: $c}
          b:
            depends_on: [a]
          c:
            run_if: {b: {x: 1}}
    """)
    [diagnostic] = compilation.diagnostics
    assert said(compilation) == ["FL401 4:15-4:17 steps wait for each other: `a` → `c` → `b` → `a`"]
    assert [(one.position.line, one.position.column, one.label) for one in diagnostic.related] == [
        (8, 14, "`c` waits for `b`"),
        (6, 18, "`b` waits for `a`"),
    ]


def test_a_chain_of_ten_thousand_steps_has_an_order_in_whatever_order_it_is_written() -> None:
    chain = {f"s{n}": {"depends_on": [f"s{n - 1}"]} if n else {} for n in range(10_000)}
    assert order(_flow(chain)) == list(chain)
    assert order(_flow(dict(reversed(chain.items())))) == list(chain)


def test_a_circle_of_ten_thousand_steps_is_found() -> None:
    chain: dict[str, object] = {f"s{n}": {"depends_on": [f"s{n - 1}"]} for n in range(1, 10_000)}
    [cycle] = cycles(_flow({"s0": {"depends_on": ["s9999"]}, **chain}))
    assert len(cycle) == 10_000


def test_a_ladder_of_five_thousand_diamonds_has_an_order_and_no_circle() -> None:
    steps: dict[str, object] = {"top0": {}}
    for n in range(5_000):
        steps |= {f"{side}{n}": {"with": {"x": f"$top{n}"}} for side in ("left", "right")}
        steps[f"top{n + 1}"] = {"depends_on": [f"left{n}", f"right{n}"]}
    flow = _flow(dict(reversed(steps.items())))
    assert len(order(flow)) == len(steps)
    assert _circles(flow) == []


def test_entangled_circles_are_told_in_moderation() -> None:
    steps = {f"s{n}": {"depends_on": [f"s{m}" for m in range(50) if m != n]} for n in range(50)}
    assert [len(cycle) for cycle in cycles(_flow(steps))] == [2] * 8
