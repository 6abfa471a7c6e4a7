"""Flows that are right give no report, whatever the steps, schemas, branches and styles, with handlers and without."""

from __future__ import annotations

from random import Random

import pytest

from flowc.compiler.pipeline import compile_file
from tests.compiler.compiling import codes, compiled, said
from tests.compiler.placed_yaml import placed
from tests.compiler.right_flows import right_flow


@pytest.mark.parametrize("seed", range(40))
def test_a_right_flow_gives_no_report(seed: int) -> None:
    for number in range(5):
        rng = Random(f"{seed}/{number}")
        right = right_flow(rng)
        text = placed(right.flow, rng).text.encode()
        for signatures in (None, right.signatures):
            assert said(compile_file("flow.yaml", signatures, text)) == []


JOINED = """
    flow: f
    steps:
      website: {{output: {{required: [status], properties: {{status: {{enum: [200, 404, 500]}}, big: {{}}}}}}}}
      one: {{run_if: {{website: {{status: 200}}}}}}
      other: {{{other}}}
      merge: {{depends_on: [one, other], join: any, output: {{type: object}}}}
      late: {{depends_on: [website], join: settled, with: {{merged: $merge}}}}
"""
TAKES = """
    def website(): ...
    def one(): ...
    def other(): ...
    def merge(): ...
    def late(merged: dict): ...
"""


@pytest.mark.parametrize("other", ["run_unless: {website: {status: 200}}", "run_if: {website: {status: 404}}"])
def test_a_join_of_conditions_that_may_be_for_every_case_is_not_said_to_be_skipped(other: str) -> None:
    assert codes(compiled(JOINED.format(other=other), TAKES)) == []


@pytest.mark.parametrize(
    "other",
    ["run_unless: [{website: {status: 200}}, {website: {status: 500}}]", "run_if: {website: {status: 404, big: true}}"],
)
def test_a_join_of_conditions_that_leave_a_case_out_is_said_to_be_skipped(other: str) -> None:
    assert codes(compiled(JOINED.format(other=other), TAKES)) == ["FL306"]
