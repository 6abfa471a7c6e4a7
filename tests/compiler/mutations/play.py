"""Break right flows, check them, and see whether what was broken is reported where it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from flowc.compiler.pipeline import compile_file
from flowc.diagnostic import Diagnostic
from flowc.report import full
from tests.compiler.mutations import graph, names, shape, values
from tests.compiler.mutations.mutation import Operator
from tests.compiler.placed_yaml import Placed, Span, placed
from tests.compiler.right_flows import right_flow

OPERATORS: tuple[Operator, ...] = (
    names.rename_step_in_reference,
    names.rename_field_in_reference,
    names.rename_dependency,
    names.rename_step_in_condition,
    names.rename_field_in_condition,
    names.misspell_key,
    names.misspell_keyword,
    names.repeat_key,
    names.repeat_slug,
    names.slug_in_other_case,
    names.slug_that_is_none,
    names.rename_handler,
    names.branch_as_value,
    graph.drop_step,
    graph.add_edge_back,
    graph.wait_for_itself,
    graph.wait_for_inside,
    graph.refer_to_other_branch,
    graph.contradict_branch,
    graph.narrow_otherwise,
    graph.add_implied_dependency,
    graph.join_of_nothing,
    values.change_schema,
    values.misspell_type,
    values.refer_to_the_net,
    values.forget_to_require,
    values.change_pattern,
    values.change_literal,
    values.drop_argument,
    values.misspell_argument,
    values.map_over_what_is_no_list,
    values.drop_limit,
    values.item_outside_map,
    values.spell_a_reference_wrong,
    values.write_a_secret,
    values.add_unused_input,
    values.condition_as_text,
    shape.bad_duration,
    shape.out_of_range,
    shape.bad_choice,
    shape.wrong_kind_of_value,
    shape.key_of_another_kind,
    shape.empty_branch,
    shape.steps_as_list,
    shape.forget_top_key,
    shape.no_yaml,
    shape.refused_yaml,
    shape.doubtful_yaml,
)


class Played(NamedTuple):
    """A broken flow, whether the checker noticed, and all that it said."""

    text: str
    spans: list[Span]
    caught: bool
    found: list[Diagnostic]

    def shown(self) -> str:
        """The text with what was broken in it, and the report."""
        places = ", ".join(f"{span.start[0]}:{span.start[1]}-{span.end[0]}:{span.end[1]}" for span in self.spans)
        return f"{self.text}\nbroken at {places}\n{full.render(self.found, {'flow.yaml': self.text})}"


def play(operator: Operator, seed: int, flows: int) -> Iterator[Played]:
    """The mutants that an operator makes of so many right flows."""
    for number in range(flows):
        rng = Random(f"{seed} {number} {operator.__name__}")
        right = right_flow(rng)
        flow = json.loads(json.dumps(right.flow))
        mutation = operator(flow, rng)
        if mutation is None:
            continue
        written = placed(flow, rng)
        found = compile_file("flow.yaml", right.signatures, written.text.encode()).diagnostics
        spans = [_span(written, *place) for place in mutation.places]
        yield Played(written.text, spans, any(_is_told(one, spans, mutation.elsewhere) for one in found), found)


def _span(written: Placed, path: tuple[str | int, ...], part: str) -> Span:
    if part == "key":
        return written.keys[path]
    return written.whole(path) if part == "whole" else written.values[path]


def _is_told(found: Diagnostic, spans: list[Span], elsewhere: bool) -> bool:
    """Whether a report begins within what was broken, or, if that is enough, points there."""
    positions = [found.position]
    if elsewhere:
        positions += [related.position for related in found.related]
    return any(span.start <= (place.line, place.column) <= span.end for place in positions for span in spans)
