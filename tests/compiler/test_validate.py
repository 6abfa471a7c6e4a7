"""The shape of a flow: each mistake with its code, at its place, with what was meant."""

from __future__ import annotations

import pytest

from tests.compiler.reading import fixed, lines, validated

HEAD = "flow: x\nsteps:\n"


def step(keys: str) -> str:
    """A flow whose step `a` has these keys, on line 3 from column 7."""
    return f"{HEAD}  a: {{{keys}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}  a:\n",
        "flow: x\nsteps: {a: }\n",
        f"{HEAD}  a: {{}}\n",
        "flow: x\ndescription: y\ninput: {}\nsecrets: []\ndefaults: {}\nreturns: {}\nsteps: {a: }\n",
        step("handler: [b, c.d], with: {}, output: {}, retry: {}, queue: q, priority: -100, on_failure: skip"),
        step("depends_on: [], join: settled, run_if: {b: {}}, run_unless: [{b: 1}], on_unmet: fail"),
        step("retry: {max_attempts: 100, base_delay: 0s, max_delay: 365d, jitter: 0.5}, timeout: 1ms, delay: 0s"),
        step("retry: {max_attempts: 3.0, jitter: 1}"),
        step("map: $b, max_parallel: 1000000"),
        step("map: [1, 2]"),
        step("steps: {b: , c: {steps: {d: }}}, run_if: {input: {x: 1}}, depends_on: [e]"),
    ],
)
def test_a_right_shape_gives_no_report(text: str) -> None:
    assert validated(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("steps: {a: }\n", ["FL202 1:1-1:6 the flow has no `flow`"]),
        ("flow: x\n", ["FL202 1:1-1:5 the flow has no `steps`"]),
        ("description: x\n", ["FL202 1:1-1:12 the flow has no `flow`", "FL202 1:1-1:12 the flow has no `steps`"]),
        ("flow: 5\nsteps: {a: }\n", ["FL203 1:7-1:8 `flow` takes a string, got integer 5"]),
        ("flow:\nsteps: {a: }\n", ["FL203 1:1-1:5 `flow` takes a string, got nothing"]),
        ("flow: x\ninput: [a]\nsteps: {a: }\n", ["FL203 2:8-2:11 `input` takes a mapping, got a list"]),
        ("flow: x\nreturns: $a\nsteps: {a: }\n", ['FL203 2:10-2:12 `returns` takes a mapping, got string "$a"']),
        (
            "flow: x\nsecrets: {A: b}\nsteps: {a: }\n",
            ["FL203 2:10-2:16 `secrets` takes a list of names, got a mapping"],
        ),
        ("flow: x\nsecrets: [A, 5]\nsteps: {a: }\n", ["FL203 2:14-2:15 `secrets` lists names, got integer 5"]),
        (
            "flow: x\nsecrets: [a-b]\nsteps: {a: }\n",
            ["FL208 2:11-2:14 a secret has the name of an environment variable: letters, digits and `_`"],
        ),
        ("flow: x\ndefaults: 5s\nsteps: {a: }\n", ['FL203 2:11-2:13 `defaults` takes a mapping, got string "5s"']),
        (
            "flow: x\ndefaults: {retry: {max_attempts: 0}, timeout: 5}\nsteps: {a: }\n",
            ["FL208 2:34-2:35 `max_attempts` is an integer from 1 to 100, got 0", "FL206 2:47-2:48 `5` has no unit"],
        ),
        ("flow: x\nsteps: abc\n", ['FL203 2:8-2:11 `steps` takes a mapping of slug to step, got string "abc"']),
        (f"{HEAD}  a: b.c\n", ['FL203 3:6-3:9 a step is a mapping, got string "b.c"']),
        (f"{HEAD}  a: [b]\n", ["FL203 3:6-3:9 a step is a mapping, got a list"]),
        ("flow: x\nsteps:\n- a\n", ["FL205 3:1-3:4 `steps` is a mapping of slug to step, got a list"]),
        ("flow: x\nsteps:\n", ["FL209 2:1-2:6 the flow has no steps"]),
        ("flow: x\nsteps: []\n", ["FL209 2:8-2:10 the flow has no steps"]),
        (f"{HEAD}  a:\n    steps: {{}}\n", ["FL209 4:12-4:14 `a` has no steps"]),
        (f"{HEAD}  a:\n    steps: [b]\n", ["FL205 4:12-4:15 `steps` is a mapping of slug to step, got a list"]),
        (
            f"{HEAD}  a:\n    steps: {{b: {{join: al}}}}\n",
            ['FL207 4:23-4:25 `join` is all, any, none or settled, got string "al"'],
        ),
    ],
)
def test_mistakes_of_the_flow(text: str, expected: list[str]) -> None:
    assert lines(validated(text)) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("description: [a]", "FL203 3:20-3:23 `description` takes a string, got a list"),
        ("handler: 5", "FL203 3:16-3:17 `handler` takes a string, or a list of them, got integer 5"),
        ("handler: [b, 5]", "FL203 3:20-3:21 `handler` takes a string, got integer 5"),
        ("handler: ''", "FL208 3:16-3:18 `handler` is not empty"),
        ("handler: []", "FL208 3:16-3:18 `handler` names at least one handler"),
        ("with: [b]", "FL203 3:13-3:16 `with` takes a mapping, got a list"),
        ("with: ", "FL203 3:7-3:11 `with` takes a mapping, got nothing"),
        ("output: string", 'FL203 3:15-3:21 `output` takes a mapping, got string "string"'),
        ("depends_on: b", 'FL203 3:19-3:20 `depends_on` takes a list of slugs, got string "b"'),
        ("depends_on: [b, 5]", "FL203 3:23-3:24 `depends_on` lists slugs, got integer 5"),
        ("run_if: 5", "FL203 3:15-3:16 `run_if` takes a pattern, or a list of them, got integer 5"),
        ("run_unless: [{b: 1}, 5]", "FL203 3:28-3:29 `run_unless` lists patterns, got integer 5"),
        ("join: [all]", "FL203 3:13-3:18 `join` takes all, any, none or settled, got a list"),
        ("join: al", 'FL207 3:13-3:15 `join` is all, any, none or settled, got string "al"'),
        ("join: ", "FL207 3:7-3:11 `join` is all, any, none or settled, got nothing"),
        ("on_failure: true", "FL207 3:19-3:23 `on_failure` is fail or skip, got boolean true"),
        ("on_unmet: stop", 'FL207 3:17-3:21 `on_unmet` is skip or fail, got string "stop"'),
        ("retry: 3", "FL203 3:14-3:15 `retry` takes a mapping, got integer 3"),
        ("retry: {max_attempts: 101}", "FL208 3:29-3:32 `max_attempts` is an integer from 1 to 100, got 101"),
        ("retry: {max_attempts: 1.5}", "FL203 3:29-3:32 `max_attempts` takes an integer, got number 1.5"),
        ("retry: {max_attempts: true}", "FL203 3:29-3:33 `max_attempts` takes an integer, got boolean true"),
        ("retry: {jitter: 1.1}", "FL208 3:23-3:26 `jitter` is a number from 0 to 1, got 1.1"),
        ("retry: {base_delay: 2}", "FL206 3:27-3:28 `2` has no unit"),
        ("timeout: 60", "FL206 3:16-3:18 `60` has no unit"),
        ("timeout: '60'", "FL206 3:16-3:20 `60` has no unit"),
        ("timeout: -5s", "FL206 3:16-3:19 `-5s`: a duration is not negative"),
        ("timeout: -5", "FL206 3:16-3:18 `-5`: a duration is not negative"),
        ("timeout: 5 min", "FL206 3:16-3:21 `5 min` is no duration"),
        ("timeout: 366d", "FL206 3:16-3:20 `366d` is too long; at most 365 days"),
        ("timeout: 0s", "FL208 3:16-3:18 `timeout` is more than 0"),
        ("timeout: true", "FL203 3:16-3:20 `timeout` takes a duration, got boolean true"),
        ("delay: {s: 5}", "FL203 3:14-3:20 `delay` takes a duration, got a mapping"),
        ("queue: ''", "FL208 3:14-3:16 `queue` is not empty"),
        ("queue: 5", "FL203 3:14-3:15 `queue` takes a string, got integer 5"),
        ("priority: 101", "FL208 3:17-3:20 `priority` is an integer from -100 to 100, got 101"),
        ("priority: high", 'FL203 3:17-3:21 `priority` takes an integer, got string "high"'),
        ("map: b.c", 'FL203 3:12-3:15 `map` takes a reference or a list, got string "b.c"'),
        ("map: $$b", 'FL203 3:12-3:15 `map` takes a reference or a list, got string "$$b"'),
        ("map: [1], max_parallel: 0", "FL208 3:31-3:32 `max_parallel` is an integer from 1 to 1000000, got 0"),
        ("max_parallel: 5", "FL204 3:7-3:19 `max_parallel` is for a step with `map`"),
        ("steps: {b: }, handler: c", "FL204 3:21-3:28 `a` is a branch and has no `handler`"),
        ("map: [1], steps: {b: }", "FL204 3:7-3:10 `a` is a branch and has no `map`"),
        ("timeout: 5, steps: {b: }", "FL204 3:7-3:14 `a` is a branch and has no `timeout`"),
        ("output: {type: strng}", None),
        (
            "output: {$ref: 'https://x.y'}",
            "FL607 3:22-3:35 `https://x.y` is outside of this schema; nothing is fetched",
        ),
        ("output: {items: {$ref: '#/$defs/b'}}", None),
    ],
)
def test_mistakes_of_a_step(keys: str, expected: str | None) -> None:
    found = lines(validated(step(keys)))
    assert len(found) == 1
    assert expected in (None, found[0])


@pytest.mark.parametrize(
    ("keys", "place", "advice"),
    [
        ("tiemout: 5s", "3:7-3:14", "did you mean `timeout`?"),
        ("dependsOn: [b]", "3:7-3:16", "did you mean `depends_on`?"),
        ("needs: [b]", "3:7-3:12", "did you mean `depends_on`?"),
        ("if: {b: 1}", "3:7-3:9", "did you mean `run_if`?"),
        ("unless: {b: 1}", "3:7-3:13", "did you mean `run_unless`?"),
        ("retries: 3", "3:7-3:14", "did you mean `retry`?"),
        ("args: {b: 1}", "3:7-3:11", "did you mean `with`?"),
        ("for_each: $b", "3:7-3:15", "did you mean `map`?"),
        ("max_attempts: 3", "3:7-3:19", "`max_attempts` is a key of `retry`"),
        ("secrets: [A]", "3:7-3:14", "`secrets` is a key of the flow itself, at the top"),
        ("colour: red", "3:7-3:13", "arguments for the handler go into `with`"),
        ("retry: {attempts: 3}", "3:15-3:23", "did you mean `max_attempts`?"),
        ("retry: {timeout: 3s}", "3:15-3:22", "`timeout` is a key of a step, or of `defaults`"),
        ("steps: {b: }, colour: red", "3:21-3:27", None),
    ],
)
def test_an_unknown_key_says_what_was_meant(keys: str, place: str, advice: str | None) -> None:
    [found] = validated(step(keys))
    assert lines([found])[0].startswith(f"FL201 {place} there is no key `")
    assert advice in (None, found.help)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("name: x\nsteps: {a: }\n", "did you mean `flow`?"),
        ("flow: x\njobs: {a: }\n", "did you mean `steps`?"),
        ("flow: x\nstesp: {a: }\n", "did you mean `steps`?"),
        ("flow: x\noutput: {a: 1}\nsteps: {a: }\n", "did you mean `returns`?"),
        ("flow: x\ntimeout: 5s\nsteps: {a: }\n", "`timeout` is a key of a step, or of `defaults`"),
        ("flow: x\ndefaults: {join: any}\nsteps: {a: }\n", "`join` is a key of a step"),
    ],
)
def test_an_unknown_key_of_the_flow_is_reported_once(text: str, advice: str) -> None:
    [found] = validated(text)
    assert (found.code, found.help) == ("FL201", advice)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (step("tiemout: 5s, dependsOn: [b]"), step("timeout: 5s, depends_on: [b]")),
        (step("needs: [b], after: [c]"), step("depends_on: [b], after: [c]")),
        (step("tiemout: 5s, timeout: 6s"), step("tiemout: 5s, timeout: 6s")),
        (step("retries: 3"), step("retries: 3")),
        (step("concurrency: 3"), step("concurrency: 3")),
        (step("map: $b, concurrency: 3"), step("map: $b, max_parallel: 3")),
        (step("'needs': [b]"), step("depends_on: [b]")),
        ("flow: x\nsteps:\n- a\n-   b # c\n", "flow: x\nsteps:\na:\nb: # c\n"),
        ("flow: x\nsteps:\n  - a\n  - b\n", "flow: x\nsteps:\n  a:\n  b:\n"),
        ("flow: x\nsteps: [a, b]\n", "flow: x\nsteps: {a: , b: }\n"),
        ("flow: x\nsteps: [a, a]\n", "flow: x\nsteps: [a, a]\n"),
        ("flow: x\nsteps: [a, {b: 1}]\n", "flow: x\nsteps: [a, {b: 1}]\n"),
    ],
)
def test_edits_are_made_only_where_nothing_can_go_wrong(text: str, expected: str) -> None:
    assert fixed(text, validated(text)) == expected


def test_a_list_of_steps_in_json_is_mended_as_json() -> None:
    text = '{"flow": "x", "steps": ["a", "b"]}'
    assert fixed(text, validated(text, "flow.json")) == '{"flow": "x", "steps": {"a": null, "b": null}}'


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5 min", "5m"), ("1h30m", "90m"), ("1.5h", "90m"), ("PT60S", "1m"), ("P1DT2H", "26h"), ("00:05:00", "5m"),
        ("10S", "10s"), ("2 hours, 30 minutes", "150m"), ("0.5s", "500ms"), ("3 days", "3d"),
    ],
)  # fmt: skip
def test_durations_of_other_tools_are_translated(text: str, meant: str) -> None:
    [found] = validated(step(f"timeout: '{text}'"))
    assert found.help == f"write `{meant}`"


@pytest.mark.parametrize("text", ["5x", "", "s", "1/2h", "five minutes", "0.0001ms", "9" * 50 + "d", "1h-30m"])
def test_durations_that_mean_nothing_are_explained(text: str) -> None:
    [found] = validated(step(f"timeout: '{text}'"))
    assert found.code == "FL206"
    assert "`500ms`, `60s`" in (found.help or found.message)


def test_what_parse_reported_is_not_reported_again() -> None:
    assert (
        validated(step("timeout: .nan, priority: 99999999999999999999, join: {{ x }}, queue: !!int 5, handler: *a"))
        == []
    )


def test_all_mistakes_are_told_in_one_run() -> None:
    text = (
        "flwo: x\ninput: 5\nsteps:\n  a: {timeout: 5, join: al}\n  b: c\n  d: {steps: {e: {colour: red}}, handler: f}\n"
    )
    codes = [found.code for found in validated(text)]
    assert codes == ["FL201", "FL203", "FL206", "FL207", "FL203", "FL201", "FL204"]


def test_a_schema_says_where_and_what_it_should_be() -> None:
    [found] = validated(step("output: {properties: {b: {type: strng}}}"))
    assert lines([found]) == [
        'FL601 3:39-3:44 no valid JSON Schema: one of "array", "boolean", "integer", "null", "number", "object", '
        '"string" is needed, got string "strng"'
    ]
    assert found.help == "did you mean `string`?"


@pytest.mark.parametrize(
    "schema",
    [
        "{type: [string, 'null'], enum: [a, null], const: a, default: b, examples: [c]}",
        "{$ref: '#/$defs/a', $defs: {a: {pattern: '^a+$'}}}",
        "{$id: 'urn:x', allOf: [{minLength: 1}], not: {type: object}, if: {}, then: {}, else: {}}",
        "{properties: {$ref: {type: string}}}",
        "{x-own: {type: strng}, title: a}",
        "{const: {$ref: 'https://x.y'}}",
    ],
)
def test_right_schemas_give_no_report(schema: str) -> None:
    assert validated(step(f"output: {schema}")) == []
