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
    return {
        **_wrong_words(),
        **_wrong_values(),
        **_wrong_graphs(),
        **_wrong_texts(),
        **_odd_lines(),
        **_many_conditions(),
        **_large_schemas(),
    }


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


def _odd_lines() -> dict[str, str]:
    """Lines of which thousands are looked through for one that means something."""
    many = range(MISTAKES)
    redundant = "{depends_on: [a], with: {x: $a}}"
    return {
        "ignored mistakes": _flow(["  a:", *(f"  s{n}: {redundant} # flowc: ignore[FL404]" for n in many)]),
        "a block of ignores": _flow(["  a:", *("  # flowc: ignore[FL404]" for _ in many), f"  b: {redundant}"]),
        "blank lines": "\n" * 1_000_000,
        "blank lines and braces": "{\n" * 500_000,
        "a line of spaces": f"flow: a\nx: y{' ' * 450_000}\tz\n",
        "tabs in quotes": _flow(f'  s{n}:\n    description: "a\n\t\tb"' for n in many),
        "dependencies named twice": _flow(["  a:", f"  b: {{depends_on: [{', '.join('a' for _ in many)}]}}"]),
    }


def _many_conditions() -> dict[str, str]:
    """Conditions and branches of which each could be held against each."""

    def patterns(first: int) -> str:
        return ", ".join(f"{{a: {{x: {n}}}}}" for n in range(first, first + MISTAKES))

    return {
        "alternatives that exclude each other": _flow(
            [
                "  a:",
                f"  b: {{run_if: [{patterns(0)}]}}",
                f"  c: {{run_if: [{patterns(MISTAKES)}]}}",
                "  d: {depends_on: [b, c]}",
            ]
        ),
        "choices without an otherwise": _flow(
            ["  a:", *(f"  b{n}: {{run_if: {{a: {{x{n // 2}: {n}}}}}, steps: {{t{n}: }}}}" for n in range(5_000))]
        ),
        "branches as values": _flow(
            ["  a:"]
            + [f"  b{n}: {{run_if: {{a: {{x: {n}}}}}, steps: {{t{n}: }}}}" for n in range(4_000)]
            + [f"  s{n}: {{with: {{y: $b{n}}}}}" for n in range(4_000)]
        ),
    }


def _large_schemas() -> dict[str, str]:
    """Schemas of thousands of names, values, patterns and alternatives, and flows that ask for what they lack."""
    asking = [f"  s{n}: {{with: {{x: $a.q{n}}}}}" for n in range(MISTAKES)]

    def output(schema: str, steps: list[str]) -> str:
        return _flow([f"  a: {{output: {schema}}}", *steps])

    texts = ", ".join(f"t{n}" for n in range(5_000))
    names = ", ".join(f"r{n}" for n in range(40_000))
    wide = ", ".join(f"p{n}: {{}}" for n in range(20_000))
    matched = ", ".join(f"^p{n}: {{}}" for n in range(20_000))
    together = ", ".join(f"{{minLength: {n}}}" for n in range(40_000))
    nested = (
        "{$ref: '#/$defs/n', $defs: {n: {anyOf: ["
        "{type: object, properties: {p: {type: string}, x: {$ref: '#/$defs/n'}}}, "
        "{type: object, properties: {q: {type: string}, x: {$ref: '#/$defs/n'}}}]}}}"
    )
    return {
        "one of 5,000 texts": output(
            f"{{type: object, properties: {{x: {{enum: [{texts}]}}}}}}",
            [f"  s{n}: {{run_if: {{a: {{x: u{n}}}}}}}" for n in range(MISTAKES)],
        ),
        "required names": output(f"{{type: object, required: [{names}]}}", asking),
        "wide inputs": f"input: {{type: object, properties: {{{wide}}}}}\n"
        + _flow(f"  s{n}: {{with: {{a: $input.q{n}}}}}" for n in range(MISTAKES)),
        "patterns of names": output(
            f"{{type: object, additionalProperties: false, patternProperties: {{{matched}}}}}", asking
        ),
        "a pattern that goes back": output(
            f"{{type: object, additionalProperties: false, patternProperties: {{'^{'a*' * 12}b$': {{}}}}}}",
            [f"  s: {{with: {{x: $a.{'a' * 60}}}}}"],
        ),
        "schemas together": output(f"{{allOf: [{together}]}}", ["  s: {with: {x: $a.x}}"]),
        "nested alternatives": output(nested, [f"  s: {{run_if: {{a: {'{x: ' * 50}{{p: 5}}{'}' * 50}}}}}"]),
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
