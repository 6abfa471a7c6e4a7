"""A condition is written as text, as if it were an expression.

flowc has no expression language: a condition is a pattern, matched against the run's input and the outputs of the
steps that completed.

Bad:

    flow: report
    steps:
      website:
      save:
        run_if: website.status == 200

Good:

    flow: report
    steps:
      website:
      save:
        run_if: {website: {status: 200}}

Write the pattern. What patterns cannot say (more than, not equal to a path of another step) belongs into a handler,
whose result is then tested.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Edit, Rule
from flowc.references import INPUT

if TYPE_CHECKING:
    from flowc.compiler.document import Path

RULE = Rule("FL501", "condition-is-text", fixable=True)

_EQUATION = re.compile(r"\$?([A-Za-z]\w*(?:\.\w+)*)\s*(==?|!=)\s*(\S.*?)", re.ASCII)
_COMPARISON = re.compile(r"[<>]|\b(?:in|contains|matches|startswith|endswith)\b|=~", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OTHER = {"run_if": "run_unless", "run_unless": "run_if"}


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each condition, or element of a list of them, that is text."""
    for step in flow.steps.values():
        for key in ("run_if", "run_unless"):
            written = step.written.get(key)
            if type(written) is str:
                yield _diagnostic(flow, (*step.path, key), key, written)
            elif type(written) is list:
                for index, text in enumerate(written):
                    if type(text) is str:
                        yield _diagnostic(flow, (*step.path, key, index), key, text)


def _diagnostic(flow: Flow, path: Path, key: str, text: str) -> Diagnostic:
    pattern, negated = _pattern(flow, text)
    advice = _advice(flow, text)
    if pattern and not negated:
        advice = f"write `{pattern}`"
    elif pattern and path[-1] == key:
        advice = f"write `{_OTHER[key]}: {pattern}`"
    return flow.document.diagnose(
        RULE,
        path,
        f"`{key}` is a pattern, not an expression",
        label="a text",
        help=advice,
        edits=_edits(flow, path, key, pattern, negated) if pattern else (),
    )


def _advice(flow: Flow, text: str) -> str:
    """What to do where the text is no equation."""
    truth, _ = _pattern(flow, f"{text.strip()} == true")
    if truth:
        return f"write `{truth}`"
    if _COMPARISON.search(text):
        return "a pattern asks for equal values: let a handler compare, and ask for its result"
    return "write a pattern: `{step: {field: value}}`"


def _edits(flow: Flow, path: Path, key: str, pattern: str, negated: bool) -> list[Edit]:
    """The pattern in the place of the text; a negated one under the other key, if that is free."""
    document = flow.document
    edits = [document.edit(path, pattern)]
    if not negated:
        return edits
    other = _OTHER[key]
    around: Any = document.value
    for name in path[:-1]:
        around = around[name]
    if path[-1] != key or other in around:
        return []
    return [document.edit(path, f'"{other}"' if document.is_json else other, key=True), *edits]


def _pattern(flow: Flow, text: str) -> tuple[str | None, bool]:
    """The pattern that an equation means, in YAML, and whether it is the negated one; None where it cannot be told."""
    found = _EQUATION.fullmatch(text.strip())
    if found is None:
        return None, False
    names = found[1].split(".")
    value = _value(found[3])
    if value is None or (names[0] not in flow.steps and names[0] != INPUT):
        return None, False
    for name in reversed(names):
        value = f"{{{json.dumps(name) if flow.document.is_json else _key(name)}: {value}}}"
    return value, found[2] == "!="


def _value(text: str) -> str | None:
    """A literal of an expression as JSON, which YAML reads too."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return None if "'" in text[1:-1] or "\\" in text else json.dumps(text[1:-1])
    if _WORD.fullmatch(text) and text.lower() in {"true", "false", "null", "none"}:
        return {"none": "null"}.get(text.lower(), text.lower())
    try:
        value = json.loads(text)
    except ValueError:
        return json.dumps(text) if _WORD.fullmatch(text) else None
    return None if type(value) in (dict, list) else text


def _key(name: str) -> str:
    return name if _WORD.fullmatch(name) and name.lower() not in {"true", "false", "null"} else json.dumps(name)
