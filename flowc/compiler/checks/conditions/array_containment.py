"""A pattern has an array with the same element twice.

An array of a pattern matches an array that has each of its elements somewhere: how often and in what order does not
count. `{tags: [1, 1]}` says the same as `{tags: [1]}`.

Bad:

    flow: report
    steps:
      website:
      summary:
        run_if: {website: {tags: [news, news]}}

Good:

    flow: report
    steps:
      website:
      summary:
        run_if: {website: {tags: [news]}}

Take the repeat out; what depends on how many there are has to be said by the step in a field of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowc.compiler.checks.patterns import written_patterns
from flowc.compiler.model import Flow
from flowc.compiler.schema.types import key_of
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

if TYPE_CHECKING:
    from flowc.compiler.document import Path

RULE = Rule("FL506", "array-containment", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each element of a pattern's array that stands before it already."""
    for step in flow.steps.values():
        if step.run_if or step.run_unless:
            for path, pattern in written_patterns(step):
                for place, first in _repeats(pattern, path):
                    yield flow.document.diagnose(
                        RULE,
                        place,
                        "order and repeats do not count in an array of a pattern",
                        label="the same again",
                        help="take it out",
                        related=(flow.document.related(first, "first here", key=False),),
                    )


def _repeats(value: Any, path: Path) -> Iterator[tuple[Path, Path]]:
    """The places of repeated elements, and of the element that each repeats."""
    if type(value) is dict:
        for name, inner in value.items():
            yield from _repeats(inner, (*path, name))
    elif type(value) is list:
        places: dict[Any, int] = {}
        for place, inner in enumerate(value):
            first = places.setdefault(key_of(inner), place)
            if first != place:
                yield (*path, place), (*path, first)
            else:
                yield from _repeats(inner, (*path, place))
