"""Plain scalars: what YAML 1.2 reads, and what is said where other tools read something else."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.text.scalars import read_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(text, None) for text in ("", "~", "null", "Null", "NULL")],
        *[(text, True) for text in ("true", "True", "TRUE")],
        *[(text, False) for text in ("false", "False", "FALSE")],
        ("0", 0), ("-0", 0), ("+5", 5), ("-17", -17), ("9007199254740991", 2**53 - 1), ("0o17", 15), ("0x1F", 31),
        ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("-1.5e-3", -0.0015), ("1e3", 1000.0), ("+1E3", 1000.0),
        *[(text, text) for text in ("text", "nul", "tRUE", "y", "n", "Y", "-", "--", ".", "..", "+", "1.2.3", "0x")],
        *[(text, text) for text in ("0o8", "1e", "e1", "-x", "0b", "1 2", "09:30", "$a.b", "1st", "12-34", "+-1")],
    ],
)  # fmt: skip
def test_values_are_those_of_the_core_schema(text: str, value: Any) -> None:
    found, remark = read_plain(text)
    assert (found, type(found)) == (value, type(value))
    assert remark is None


@pytest.mark.parametrize(
    ("text", "value", "code", "message", "instead"),
    [
        ("yes", "yes", "FL109", '`yes` is read as the string "yes"; other tools read a boolean', '"yes"'),
        ("No", "No", "FL109", '`No` is read as the string "No"; other tools read a boolean', '"No"'),
        ("on", "on", "FL109", None, '"on"'),
        ("OFF", "OFF", "FL109", None, '"OFF"'),
        ("010", 10, "FL110", "`010` is 10 here and 8 elsewhere", "10"),
        ("-010", -10, "FL110", "`-010` is -10 here and -8 elsewhere", "-10"),
        ("08", 8, "FL110", "`08` is 8 here and a string elsewhere", "8"),
        ("1_000", "1_000", "FL110", "`1_000` is a string here and 1000 elsewhere", '"1_000"'),
        ("1_0.5", "1_0.5", "FL110", "`1_0.5` is a string here and 10.5 elsewhere", '"1_0.5"'),
        ("22:30", "22:30", "FL110", "`22:30` is a string here and 1350 elsewhere", '"22:30"'),
        ("-1:30", "-1:30", "FL110", "`-1:30` is a string here and -90 elsewhere", '"-1:30"'),
        ("0b11", "0b11", "FL110", "`0b11` is a string here and 3 elsewhere", '"0b11"'),
        ("-0x1F", "-0x1F", "FL110", "`-0x1F` is a string here and a number elsewhere", '"-0x1F"'),
        ("2024-01-01", "2024-01-01", "FL111", "`2024-01-01` is a string here and a date elsewhere", '"2024-01-01"'),
        ("2024-1-1 10:00:00 +2", "2024-1-1 10:00:00 +2", "FL111", None, '"2024-1-1 10:00:00 +2"'),
        (".nan", None, "FL112", "`.nan`: JSON has no NaN", None),
        ("-.INF", None, "FL112", "`-.INF`: JSON has no infinity", None),
        ("9007199254740992", 2**53, "FL113", "`9007199254740992` is beyond 2^53-1", None),
        ("-9007199254740992", -(2**53), "FL113", None, None),
        ("0xFFFFFFFFFFFFFFFF", 2**64 - 1, "FL113", None, None),
        ("9" * 5000, 0, "FL113", "`99999999999999999999…` is beyond 2^53-1", None),
        ("1e999", 0.0, "FL113", "`1e999` is beyond what a double holds", None),
    ],
)
def test_what_other_tools_read_otherwise_is_said(
    text: str, value: Any, code: str, message: str | None, instead: str | None
) -> None:
    found, remark = read_plain(text)
    assert remark is not None
    assert (found, type(found)) == (value, type(value))
    assert (remark.rule.code, remark.instead) == (code, instead)
    assert message in (None, remark.message)


NUMBERISH = st.text("0123456789+-.eExXoObB_:_aFnN TtZ", max_size=14)


@settings(deadline=None, max_examples=500)
@given(NUMBERISH)
def test_a_value_that_yaml_1_1_reads_otherwise_never_goes_without_a_remark(text: str) -> None:
    text = text.strip()
    value, remark = read_plain(text)
    assert not isinstance(value, float) or math.isfinite(value)
    try:
        old = yaml.safe_load(f"[{text}]") if text else [None]
    except (yaml.YAMLError, ValueError, OverflowError):
        return
    if remark is None and len(old) == 1 and not isinstance(old[0], (str, dict)):
        assert value == old[0] or isinstance(value, str) is False
