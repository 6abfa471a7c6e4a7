"""The SQL for psql: nothing in a flow can leave its quotes, and the same flows give the same bytes."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowc.compiler.definition import Definition, canonical_text, define, digest_of
from flowc.compiler.emit import emit
from tests.compiler.compiling import compiled
from tests.conftest import Psql

EVIL = "$flowc$; drop table x; --\n\\! touch /tmp/pwned\n'\x00\x7f\x1b\u2028é𝄞$$"


def _definition(slug: str = "f", **keys: object) -> Definition:
    return define({"flow": slug, "steps": {"a": {"kind": "task", **keys}}})


def test_the_first_and_last_lines_are_those_that_psql_needs() -> None:
    lines = emit([_definition()]).splitlines()
    assert lines[:3] == [
        "\\set ON_ERROR_STOP on",
        "begin isolation level read committed;",
        "select flowc.lock_deploys();",
    ]
    assert lines[-1] == "commit;"


def test_plain_is_the_same_without_the_backslash_and_the_transaction() -> None:
    definitions = [_definition()]
    full, plain = emit(definitions), emit(definitions, plain=True)
    assert full == "\\set ON_ERROR_STOP on\nbegin isolation level read committed;\n" + plain + "commit;\n"
    assert "\\" not in re.sub(r"\$flowc\$.*\$flowc\$", "", plain)


def test_flows_come_by_slug_whatever_the_order_they_are_given_in() -> None:
    definitions = [_definition(slug) for slug in ("b", "B", "a_2", "a")]
    texts = {emit(order) for order in permutations(definitions)}
    assert len(texts) == 1
    assert re.findall(r"values \('(\w+)'", texts.pop()) == ["B", "a", "a_2", "b"]


@given(st.text() | st.just(EVIL))
def test_whatever_an_author_writes_stays_within_one_line_of_ascii(text: str) -> None:
    sql = emit([_definition(**{"with": {text: text}})])
    assert sql.isascii()
    assert all(character.isprintable() for character in sql.replace("\n", ""))
    assert len(sql.splitlines()) == len(emit([_definition()]).splitlines())
    assert sql.count("$flowc$") == 2
    assert not any(line.lstrip().startswith("\\") for line in sql.splitlines()[1:])


def test_the_canonical_form_is_sorted_unspaced_ascii() -> None:
    assert canonical_text({"b": [1, 1.0, 1e22, True, None], "a": {"é": '𝄞 $x \x7f\n"'}}) == (
        '{"a":{"\\u00e9":"\\ud834\\udd1e \\u0024x \\u007f\\n\\""},"b":[1,1.0,1e+22,true,null]}'
    )


def test_no_text_of_an_author_stands_outside_the_literal() -> None:
    compilation = compiled("""
        flow: f
        description: "secret plan\\n\\\\! rm"
        steps:
          a: {description: secret plan, handler: plan.b, with: {x: secret plan}}
    """)
    assert compilation.definition is not None
    outside = re.sub(r"\$flowc\$.*\$flowc\$", "", emit([compilation.definition]))
    assert "plan" not in outside
    assert "--" not in outside


FLOW = """
    flow: f
    steps:
      a: {handler: [x, y.z]}
      b: {map: $a.list, handler: one}
      c:
      g:
        depends_on: [b]
        run_if: [{a: {x: 1}}, {c: {y: 2}, input: {z: 3}}]
        run_unless: {c: {y: 4}}
        steps:
          d: {with: {x: $c, y: $b}}
          e: {depends_on: [d], join: settled}
"""


def test_the_rows_are_those_of_the_definition(dsn: str) -> None:
    definition = compiled(FLOW).definition
    assert definition is not None
    with psycopg.connect(dsn) as connection:
        connection.execute(emit([definition], plain=True).encode())
        rows = connection.execute("select step_slug, kind, branch, handler from flowc.steps order by 1").fetchall()
        assert rows == [
            ("a", "task", None, ["x", "y.z"]),
            ("b", "map", None, ["one"]),
            ("c", "task", None, ["c"]),
            ("d", "task", "g", ["d"]),
            ("e", "task", "g", ["e"]),
            ("g", "branch", None, None),
        ]
        deps = connection.execute("select step_slug, depends_on, kind from flowc.deps order by 1, 2, 3").fetchall()
        assert deps == [
            ("b", "a", "join"),
            ("d", "g", "gate"),
            ("e", "d", "join"),
            ("e", "g", "gate"),
            ("g", "a", "condition"),
            ("g", "b", "join"),
            ("g", "c", "condition"),
        ]
        hashing = "select definition, digest, encode(sha256(convert_to(definition, 'UTF8')), 'hex') from flowc.flows"
        [(text, digest, hashed)] = connection.execute(hashing).fetchall()
        assert text == definition.text
        assert digest == definition.digest == digest_of(text) == f"fc1:{hashed}"


def test_deploying_again_adds_nothing(dsn: str) -> None:
    definition = compiled(FLOW).definition
    assert definition is not None
    sql = emit([definition], plain=True).encode()
    with psycopg.connect(dsn) as connection:
        connection.execute(sql)
        before = connection.execute("select count(*) from flowc.deps").fetchone()
        connection.execute(sql)
        assert connection.execute("select count(*) from flowc.deps").fetchone() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_is_stored_is_what_was_written(dsn: str, text: str) -> None:
    definition = _definition(**{"with": {"x": text}})
    with psycopg.connect(dsn) as connection:
        connection.execute(emit([definition], plain=True).encode())
        [stored] = connection.execute("select definition #>> '{with,x}' from flowc.steps").fetchall()
        connection.rollback()
    assert stored == (text,)


@pytest.mark.each_postgres
def test_psql_stores_what_was_written_and_runs_nothing_else(psql: Psql, dsn: str, tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    evil = f"$flowc$; \n\\! touch {forged}\n-- '\x01\x7f\x1b\u2028é𝄞$$ :slug :'slug' \\\\"
    definition = _definition(**{"with": {evil: evil}, "description": evil})
    for _ in range(2):
        done = psql(emit([definition]), dsn, "-qAt")
        assert (done.returncode, done.stderr) == (0, "")
    assert not forged.exists()
    with psycopg.connect(dsn) as connection:
        [(stored,)] = connection.execute("select definition from flowc.steps").fetchall()
    assert stored == definition.body["steps"]["a"]
