"""A condition that was not met is told by the value that did not match."""

from __future__ import annotations

from typing import Any

import pytest

from flowc.simulate.unmet import conditions_of, why_unmet

PAGE = {"website": {"status": 404, "tags": ["a"], "text": "x" * 100}, "input": {"lang": "de"}}


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({"run_if": [{"website": {"status": 200}}]}, "`run_if` was not met: website.status was 404"),
        ({"run_if": [{"website": {"stat": 200}}]}, "`run_if` was not met: there was no website.stat"),
        ({"run_if": [{"gone": {"status": 200}}]}, "`run_if` was not met: gone has no output"),
        ({"run_if": [{"website": {"tags": ["b"]}}]}, '`run_if` was not met: website.tags was ["a"]'),
        ({"run_if": [{"website": 5}]}, '`run_if` was not met: website was {"status": 404'),
        (
            {"run_if": [{"website": {"status": 200}}, {"input": {"lang": "en"}}]},
            '`run_if` was not met: website.status was 404, input.lang was "de"',
        ),
        (
            {"run_unless": [{"website": {"status": 404}, "input": {"lang": "de"}}]},
            '`run_unless` was met: website.status was 404, input.lang was "de"',
        ),
        ({"run_if": [{"website": {"status": 404.0}}]}, ""),
        ({"run_unless": [{"website": {"status": 200}}]}, ""),
        (
            {"run_unless": [{"website": {"text": "x" * 100}}]},
            "`run_unless` was met: website.text was " + '"' + "x" * 59 + "…",
        ),
    ],
)
def test_the_value_that_decided_is_told(step: dict[str, Any], why: str) -> None:
    assert why_unmet(step, PAGE)[: len(why) or None] == why


def test_the_steps_that_a_condition_tests_are_known() -> None:
    assert conditions_of({"run_if": [{"a": 1}, {"input": 2}], "run_unless": [{"b": 3}]}) == {"a", "b"}
