"""Large and hostile flow files, all below 1 MiB: graphs of thousands of steps, and thousands of mistakes."""

from __future__ import annotations

from collections.abc import Iterator

MISTAKES = 10_000


def large_flows() -> dict[str, str]:
    """Right flows of thousands of steps, by name."""
    return {
        "10,000 steps": _flow(_steps(10_000)),
        "chain of 10,000": _flow(f"  s{n}: {{depends_on: [s{n - 1}]}}" if n else "  s0:" for n in range(10_000)),
        "chain, last first": _flow(
            f"  s{n}: {{depends_on: [s{n - 1}]}}" if n else "  s0:" for n in range(9_999, -1, -1)
        ),
        "5,000 diamonds": _flow(_ladder(5_000)),
        "5,000 block texts": _flow(f"  s{n}:\n    description: >-\n      one\n      {n}" for n in range(5_000)),
        "5,000 open brackets": _flow(f"  s{n}:\n    with: {{\n      a: {n},\n    }}" for n in range(5_000)),
    }


def hostile_flows() -> dict[str, str]:
    """Wrong flows with thousands of mistakes each, by name."""
    return {**_wrong_words(), **_wrong_values(), **_wrong_graphs(), **_wrong_texts()}


def _wrong_words() -> dict[str, str]:
    """Steps, keys and slugs that are not what they should be."""
    many = range(MISTAKES)
    return {
        "unknown steps": _flow(f"  s{n}: {{with: {{a: $x{n}.y}}}}" for n in many),
        "misspelt steps": _flow(["  website:", *(f"  s{n}: {{with: {{a: $webiste.y}}}}" for n in many)]),
        "unknown depends_on": _flow(f"  s{n}: {{depends_on: [x{n}]}}" for n in many),
        "unknown keys": _flow(f"  s{n}: {{tiemout: 5s}}" for n in many),
        "unknown keys at the top": _flow(["  s:"]) + "".join(f"k{n}: 1\n" for n in many),
        "unknown keys of one step": _flow(["  s:", *(f"    k{n}: 1" for n in many)]),
        "repeated keys": _flow("  s:" for _ in many),
        "wrong types": _flow(f"  s{n}: {{handler: 5}}" for n in many),
        "bare durations": _flow(f"  s{n}: {{timeout: 60}}" for n in many),
        "bad references": _flow(f"  s{n}: {{with: {{a: $b..c}}}}" for n in many),
        "bad slugs": _flow(f"  s-{n}:" for n in many),
        "slugs by case": _flow(line for n in range(MISTAKES // 2) for line in (f"  s{n}:", f"  S{n}:")),
        "themselves": _flow(f"  s{n}: {{with: {{a: $s{n}}}}}" for n in many),
    }


def _wrong_values() -> dict[str, str]:
    """Inputs, fields, scalars and conditions that say nothing, or something else."""
    many = range(MISTAKES)
    return {
        "unknown inputs": "input: {type: object, properties: {a: {}}, additionalProperties: false}\n"
        + _flow(f"  s{n}: {{with: {{a: $input.b{n}}}}}" for n in many),
        "unknown fields": _flow(
            [
                "  a: {output: {type: object, properties: {b: {}}, additionalProperties: false}}",
                *(f"  s{n}: {{with: {{a: $a.c{n}}}}}" for n in many),
            ]
        ),
        "wide outputs": _flow(
            [
                "  a:\n    output:\n      type: object\n      additionalProperties: false\n      properties:",
                *(f"        f{n}: {{}}" for n in range(5_000)),
                *(f"  s{n}: {{with: {{a: $a.g{n}}}}}" for n in range(5_000)),
            ]
        ),
        "credentials": _flow(f"  s{n}: {{with: {{api_key: sk-{n:032x}}}}}" for n in many),
        "ambiguous words": _flow(f"  s{n}: {{with: {{a: yes}}}}" for n in many),
        "ambiguous dates": _flow(f"  s{n}: {{with: {{a: 2024-01-01}}}}" for n in many),
        "anchors": _flow(f"  s{n}: &a{n} {{}}" for n in many),
        "tags": _flow(f"  s{n}: !!x {{}}" for n in many),
        "templates": _flow(f"  s{n}:\n    with:\n      a: ${{{{ x }}}}" for n in many),
        "conditions as text": _flow(["  a:", *(f"  s{n}: {{run_if: a.b == {n}}}" for n in many)]),
        "empty conditions": _flow(f"  s{n}: {{run_if: {{}}}}" for n in many),
        "redundant edges": _flow(["  a:", *(f"  s{n}: {{depends_on: [a], with: {{x: $a}}}}" for n in many)]),
        "useless ignores": _flow(f"  s{n}: # flowc: ignore[FL404]" for n in many),
    }


def _wrong_graphs() -> dict[str, str]:
    """Cycles, and what is never together."""
    many = range(MISTAKES)
    return {
        "one ring": _flow(f"  s{n}: {{depends_on: [s{(n + 1) % MISTAKES}]}}" for n in many),
        "5,000 rings": _flow(f"  s{n}: {{depends_on: [s{n ^ 1}]}}" for n in many),
        "all on all": _flow(
            f"  s{n}: {{depends_on: [{', '.join(f's{m}' for m in range(300) if m != n)}]}}" for n in range(300)
        ),
        "branches in branches": _nested(58),
        "never together": _flow(
            [
                "  a:",
                "  b: {run_if: {a: {x: 1}}}",
                "  c: {run_unless: {a: {x: 1}}}",
                *(f"  s{n}: {{depends_on: [b, c]}}" for n in many),
            ]
        ),
    }


def _wrong_texts() -> dict[str, str]:
    """Patterns, schemas and texts that are hard to read."""
    many = range(MISTAKES)
    return {
        "impossible patterns": _flow(
            [
                "  a: {output: {type: object, properties: {x: {type: integer}}}}",
                *(f"  s{n}: {{run_if: {{a: {{x: t{n}}}}}}}" for n in many),
            ]
        ),
        "bad schemas": _flow(f"  s{n}: {{output: {{type: strng{n}}}}}" for n in many),
        "deep defaults": "input:\n  type: object\n  properties:\n    a:\n      type: object\n      properties:\n"
        + "".join(f"        p{n}: {{default: 1}}\n" for n in many)
        + _flow(["  s: {with: {a: $input}}"]),
        "one long line": "flow: a\nsteps: {" + ", ".join(f"s{n}: {{tiemout: 1}}" for n in many) + "}\n",
        "opened brackets": _flow(["  s: {with: {a: " + "[" * 60 + "]" * 59]),
        "quotes that never close": _flow(f'  s{n}: "' for n in many),
        "controls": _flow(f'  s{n}: {{with: {{a: "\\0"}}}}' for n in many),
    }


def _flow(steps: Iterator[str] | list[str]) -> str:
    return "flow: a\nsteps:\n" + "\n".join(steps) + "\n"


def _steps(count: int) -> Iterator[str]:
    """Steps of all kinds, each of which refers to one before."""
    for n in range(count):
        known = f"s{n // 2 - 1}"
        if n < 4:
            yield f"  s{n}: {{with: {{a: {n}}}}}"
        elif n % 10 == 5:
            yield f"  s{n}:\n    map: ${known}.items\n    max_parallel: 4\n    with: {{x: $item}}"
        elif n % 10 == 7:
            yield f"  s{n}:\n    with:\n      a: ${known}\n    timeout: 5m # slow"
        else:
            yield f"  s{n}: {{with: {{a: ${known}, b: $s{n // 3}}}, on_failure: skip}}"


def _ladder(count: int) -> Iterator[str]:
    yield "  d0:"
    for n in range(count):
        yield f"  a{n}: {{depends_on: [d{n}]}}"
        yield f"  b{n}: {{depends_on: [d{n}]}}"
        yield f"  d{n + 1}: {{depends_on: [a{n}, b{n}]}}"


def _nested(depth: int) -> str:
    lines = ["flow: a", "steps:", "  s: {output: {type: object, properties: {x: {type: integer}}}}"]
    for n in range(depth // 2):
        lines += [f"{'  ' * (2 * n + 1)}b{n}:", f"{'  ' * (2 * n + 2)}run_if: {{s: {{x: {n}}}}}"]
        lines += [f"{'  ' * (2 * n + 2)}steps:"]
        lines += [f"{'  ' * (2 * n + 3)}t{n}_{m}: {{depends_on: [nowhere{m}]}}" for m in range(300)]
    return "\n".join(lines) + "\n"
