"""One text a number: random flows, bytes of the golden files changed, documents spliced, corners of YAML."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from flowc.compiler.signatures import Signatures
from tests.compiler.placed_yaml import placed
from tests.compiler.right_flows import right_flow
from tests.fuzz.torture import PIECES, WHOLE

_ROOT = Path(__file__).parents[2]
_LONGEST = 20_000
_GROWN = 300


class Text(NamedTuple):
    """What a file is called and holds, and what is known of the handlers."""

    file: str
    data: bytes
    signatures: Signatures = None


def text(seed: int, number: int) -> Text:
    """The text of this number; the same for ever."""
    rng = Random(f"{seed}/{number}")
    made = rng.choice(_KINDS)(rng)
    return made._replace(data=made.data[:_LONGEST])


@cache
def _corpus() -> list[Text]:
    """All golden files and examples."""
    folders = (_ROOT / "flows", _ROOT / "tests/golden/check", _ROOT / "tests/golden/ok", _ROOT / "tests/golden/compile")
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in (".yaml", ".json")]
    flows = [path for path in files if ".handlers" not in path.suffixes]
    return [Text(f"flow{path.suffix}", path.read_bytes()[:_LONGEST]) for path in flows]


@cache
def _grown(number: int) -> Text:
    rng = Random(number)
    right = right_flow(rng, most_steps=4)
    data = placed(right.flow, rng).text.encode() if number % 4 else json.dumps(right.flow, indent=1).encode()
    return Text("flow.yaml" if number % 4 else "flow.json", data, right.signatures if number % 3 else None)


def _any_flow(rng: Random) -> Text:
    return rng.choice(_corpus()) if rng.random() < 0.6 else _grown(rng.randrange(_GROWN))


def _mutated(rng: Random) -> Text:
    """A flow in which a few pieces were put in, cut out, doubled, moved, or single bytes changed."""
    flow = _any_flow(rng)
    data = flow.data
    for _ in range(rng.choice((1, 1, 2, 4))):
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.randint(0, 30))
        data = rng.choice(_CHANGES)(data, start, end, rng)
    return flow._replace(data=data)


_CHANGES: tuple[Callable[[bytes, int, int, Random], bytes], ...] = (
    lambda data, start, end, rng: data[:start] + rng.choice(PIECES) + data[start:],
    lambda data, start, end, rng: data[:start] + rng.choice(PIECES) + data[end:],
    lambda data, start, end, rng: data[:start] + data[end:],
    lambda data, start, end, rng: data[:end] + data[start:end] + data[end:],
    lambda data, start, end, rng: data[:start] + data[end:] + data[start:end],
    lambda data, start, end, rng: data[:start] + bytes((rng.randrange(256),)) + data[start + 1 :],
    lambda data, start, end, rng: data[:start],
)


def _spliced(rng: Random) -> Text:
    """Lines of one flow among those of another, at some depth."""
    one, other = _any_flow(rng), _any_flow(rng)
    lines, more = one.data.splitlines(keepends=True), other.data.splitlines(keepends=True)
    at, start = rng.randint(0, len(lines)), rng.randint(0, len(more))
    indent = b" " * rng.choice((0, 0, 2, 4, 6))
    block = [indent + line for line in more[start : start + rng.randint(1, 6)]]
    rest = lines[at + rng.choice((0, 0, 1, 3)) :]
    return one._replace(data=b"".join([*lines[:at], *block, *rest]))


def _changed_values(rng: Random) -> Text:
    """A flow with a value in the wrong place: well-formed, and of odd meaning."""
    value = json.loads(json.dumps(right_flow(rng, most_steps=3).flow))
    for _ in range(rng.choice((1, 2, 3))):
        holder, key = _somewhere(value, rng)
        holder[key] = rng.choice(_ODD)(value, rng)
    if rng.random() < 0.3:
        return Text("flow.json", json.dumps(value, indent=rng.choice((None, 1))).encode())
    return Text("flow.yaml", placed(value, rng).text.encode())


def _somewhere(value: Any, rng: Random) -> tuple[Any, Any]:
    """A mapping or list in ``value``, and a key of it."""
    while True:
        key = rng.choice([*value]) if isinstance(value, dict) else rng.randrange(len(value))
        inner = value[key]
        if not isinstance(inner, (dict, list)) or not inner or rng.random() < 0.25:
            return value, key
        value = inner


_ODD: tuple[Callable[[Any, Random], Any], ...] = (
    lambda value, rng: rng.choice(
        (None, True, 0, -1, 1.5, 10**20, "", "x", "$", "$a.b", "5s", "60", "\u2028", "{{ x }}")
    ),
    lambda value, rng: rng.choice(
        ([], {}, [None], {"": None}, [[]], ["a", "a"], {"type": "strng"}, {"$ref": "#"}, {"steps": {}})
    ),
    lambda value, rng: json.loads(json.dumps(_part(value, rng))),
)


def _part(value: Any, rng: Random) -> Any:
    holder, key = _somewhere(value, rng)
    return holder[key]


def _soup(rng: Random) -> Text:
    """Pieces and nothing but pieces."""
    count = rng.randint(1, 20)
    return Text(_name(rng), b"".join(rng.choice(PIECES) for _ in range(count)))


def _torture(rng: Random) -> Text:
    """A corner of YAML as it is, with a piece more, or as a value of a step."""
    data = rng.choice(WHOLE)
    choice = rng.random()
    if choice < 0.3:
        at = rng.randint(0, len(data))
        data = data[:at] + rng.choice(PIECES) + data[at:]
    elif choice < 0.6:
        data = b"flow: f\nsteps:\n  a:\n    with:\n      x: " + data.replace(b"\n", b"\n        ")
    return Text(_name(rng), data)


def _name(rng: Random) -> str:
    return "flow.json" if rng.random() < 0.25 else "flow.yaml"


_KINDS = (_mutated, _mutated, _mutated, _mutated, _spliced, _spliced, _changed_values, _changed_values, _soup, _torture)
