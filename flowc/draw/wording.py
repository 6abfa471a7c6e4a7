"""What a picture says of a step: its conditions in words, what it maps over, how it joins; all of it on one line."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from flowc.references import INPUT

# A value of a pattern is cut so that a picture stays one; tooltips have more room.
_SHORT = 24
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_WORDS = {"run_if": "if", "run_unless": "unless"}


def seen(text: str) -> str:
    """``text`` on one line, without characters that are not seen: they would move a cursor or break a file."""
    line = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(c) in _UNSEEN else c for c in line)


def cut(text: str, most: int) -> str:
    """``text`` with its middle left out where it is longer than ``most`` characters: both ends tell names apart."""
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def folded(text: str, most: int, lines: int) -> list[str]:
    """``text`` on at most so many lines of ``most`` characters; what does not fit is left out at the end."""
    return wrap(text, most, max_lines=lines, placeholder=" …", break_on_hyphens=False)


def conditions_of(step: Mapping[str, Any]) -> list[str]:
    """The slugs that a step's condition tests, sorted."""
    patterns = [*step.get("run_if", ()), *step.get("run_unless", ())]
    return sorted({name for pattern in patterns for name in pattern} - {INPUT})


def condition(step: Mapping[str, Any], most: int | None = _SHORT) -> str:
    """A step's condition in words, e.g. ``if website.status is 200``; empty if it has none.

    Args:
        step: a step of a definition.
        most: so many characters of each value; None is all.
    """
    said = []
    for key, word in _WORDS.items():
        patterns = [" and ".join(_leaves((), pattern, most)) for pattern in step.get(key, ())]
        if patterns:
            said.append(f"{word} {' or '.join(patterns)}")
    return seen(", ".join(said))


def on_edge(step: Mapping[str, Any], slug: str) -> str:
    """What a step's condition asks of the output of ``slug``, in short, e.g. ``status is 200``."""
    said = []
    for key, word in _WORDS.items():
        patterns = [pattern[slug] for pattern in step.get(key, ()) if slug in pattern]
        asked = [" and ".join(_leaves((), pattern, _SHORT)) for pattern in patterns]
        if asked:
            said.append(f"{'' if key == 'run_if' else word + ' '}{' or '.join(dict.fromkeys(asked))}")
    return seen(", ".join(said))


def is_told_by_edges(step: Mapping[str, Any]) -> bool:
    """Whether the words on its edges are the whole condition: one pattern, of the output of one step."""
    patterns = [*step.get("run_if", ()), *step.get("run_unless", ())]
    return len(patterns) == 1 and len(patterns[0]) == 1 and INPUT not in patterns[0]


def source_of(step: Mapping[str, Any]) -> str:
    """What a map maps over: its reference, or how many elements stand in the flow."""
    source = step["map"]
    if isinstance(source, str):
        return seen(source)
    return "1 value" if len(source) == 1 else f"{len(source)} values"


def handler_of(slug: str, step: Mapping[str, Any]) -> str:
    """The handlers that a step calls, empty where it is the one of its own name."""
    handler = step.get("handler", slug)
    names: Sequence[str] = [handler] if isinstance(handler, str) else handler
    return "" if list(names) == [slug] else seen(" → ".join(names))


def _leaves(path: tuple[str, ...], pattern: Any, most: int | None) -> Iterator[str]:
    """What a pattern asks for, one place after the other."""
    if isinstance(pattern, Mapping) and pattern:
        for key, wanted in pattern.items():
            yield from _leaves((*path, key), wanted, most)
        return
    name = ".".join(path)
    if isinstance(pattern, Mapping):
        said = "is an object" if len(path) > 1 or not path else "has an output"
    elif isinstance(pattern, list):
        said = f"has {', '.join(_value(each, most) for each in pattern)}" if pattern else "is a list"
    else:
        said = f"is {_value(pattern, most)}"
    yield f"{name} {said}".strip()


def _value(value: Any, most: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if most is None else cut(text, most)
