"""What each key of a flow file takes as its value: one function a kind of value, one line a key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from flowc.compiler import keys
from flowc.compiler.checks.shape.bad_choice import RULE as BAD_CHOICE
from flowc.compiler.checks.shape.out_of_range import RULE as OUT_OF_RANGE
from flowc.compiler.checks.shape.unknown_key import RULE as UNKNOWN_KEY
from flowc.compiler.checks.shape.wrong_type import RULE as WRONG_TYPE
from flowc.compiler.complaint import Complaint, got
from flowc.compiler.did_you_mean import did_you_mean, listing, question
from flowc.compiler.misspelt_durations import check_duration
from flowc.compiler.near_names import near
from flowc.references import is_reference

Complaints = Iterable[Complaint]
ValueCheck = Callable[[Any], Complaints]


class Table(NamedTuple):
    """The keys of one place with what their values may be, what other tools call them, and where other keys belong."""

    values: dict[str, ValueCheck]
    called: dict[str, str]
    advice: str | None = None


LONGEST_NAME = 63
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Keys of one place that people look for in another, and where they belong.
_PLACES = (
    (keys.FLOW, "a key of the flow itself, at the top"),
    (keys.DEFAULTS, "a key of a step, or of `defaults`"),
    (keys.STEP, "a key of a step"),
    (keys.RETRY, "a key of `retry`"),
)


def wrong_type(key: str, wanted: str, value: Any, advice: str | None = None) -> Complaint:
    """FL203: ``key`` takes ``wanted`` and got something else."""
    return Complaint(WRONG_TYPE, f"`{key}` takes {wanted}, got {got(value)}", help=advice)


def unknown_key(key: str, around: dict[str, Any], table: Table) -> Complaint:
    """FL201: a key of the mapping ``around`` that its table does not know.

    The name that is meant is put in its place only if nothing can go wrong with it: it is the only one, it is not there
    yet, and it takes this value.
    """
    meant = [table.called[key]] if table.called.get(key) in table.values else near(key, table.values)
    instead = None
    if len(meant) == 1 and meant[0] not in around and not list(table.values[meant[0]](around[key])):
        instead = meant[0]
    if instead == "max_parallel" and "map" not in around:
        instead = None
    advice = question(meant) or _elsewhere(key) or table.advice or f"the keys here are {listing(table.values)}"
    message = f"there is no key `{key}` here"
    return Complaint(UNKNOWN_KEY, message, label="not a key", help=advice, path=(key,), on_key=True, instead=instead)


def _elsewhere(key: str) -> str | None:
    return next((f"`{key}` is {where}" for known, where in _PLACES if key in known), None)


def _text(key: str, value: Any) -> Complaints:
    return () if type(value) is str else (wrong_type(key, "a string", value),)


def _mapping(key: str, value: Any) -> Complaints:
    return () if type(value) is dict else (wrong_type(key, "a mapping", value),)


def _returns(value: Any) -> Complaints:
    if type(value) is dict:
        return ()
    advice = f"write `{{result: {value}}}`" if is_reference(value) and value.isprintable() else None
    return (wrong_type("returns", "a mapping", value, advice),)


def _name(key: str, value: Any) -> Complaints:
    if type(value) is not str:
        return (wrong_type(key, "a string", value),)
    if not value:
        return (Complaint(OUT_OF_RANGE, f"`{key}` is not empty"),)
    if len(value) > LONGEST_NAME:
        return (Complaint(OUT_OF_RANGE, f"`{key}` has at most {LONGEST_NAME} characters, got {len(value)}"),)
    return ()


def _handler(key: str, value: Any) -> Complaints:
    if type(value) is not list:
        if type(value) is str:
            return _no_empty(key, value)
        return (wrong_type(key, "a string, or a list of them", value),)
    if not value:
        return (Complaint(OUT_OF_RANGE, f"`{key}` names at least one handler"),)
    return [found.below(i) for i, name in enumerate(value) for found in (*_text(key, name), *_no_empty(key, name))]


def _no_empty(key: str, value: Any) -> Complaints:
    return (Complaint(OUT_OF_RANGE, f"`{key}` is not empty"),) if value == "" else ()


def _slugs(key: str, value: Any) -> Complaints:
    if type(value) is not list:
        advice = f"write `{key}: [{value}]`" if type(value) is str else None
        return (wrong_type(key, "a list of slugs", value, advice),)
    return [
        Complaint(WRONG_TYPE, f"`{key}` lists slugs, got {got(slug)}", path=(index,))
        for index, slug in enumerate(value)
        if type(slug) is not str
    ]


def _secrets(key: str, value: Any) -> Complaints:
    if type(value) is not list:
        return (wrong_type(key, "a list of names", value, "names only; values come from the worker's environment"),)
    found = []
    for index, name in enumerate(value):
        if type(name) is not str:
            found.append(Complaint(WRONG_TYPE, f"`{key}` lists names, got {got(name)}", path=(index,)))
        elif not _ENVIRONMENT_NAME.fullmatch(name):
            message = "a secret has the name of an environment variable: letters, digits and `_`"
            found.append(Complaint(OUT_OF_RANGE, message, path=(index,)))
    return found


def _condition(key: str, value: Any) -> Complaints:
    """Patterns; a text, and what is empty, are for the rules of conditions to explain."""
    if type(value) in (dict, str):
        return ()
    if type(value) is not list:
        return (wrong_type(key, "a pattern, or a list of them", value, "write a pattern: `{step: {field: value}}`"),)
    return [
        Complaint(WRONG_TYPE, f"`{key}` lists patterns, got {got(pattern)}", path=(index,))
        for index, pattern in enumerate(value)
        if type(pattern) not in (dict, str)
    ]


def _choice(key: str, value: Any, *, choices: tuple[str, ...]) -> Complaints:
    if type(value) is str and value in choices:
        return ()
    offered = f"{', '.join(choices[:-1])} or {choices[-1]}"
    if type(value) in (dict, list):
        return (wrong_type(key, offered, value),)
    return (
        Complaint(
            BAD_CHOICE,
            f"`{key}` is {offered}, got {got(value)}",
            help=did_you_mean(value, choices) if type(value) is str else None,
        ),
    )


def _number(key: str, value: Any, *, least: float, most: float, whole: bool) -> Complaints:
    wanted = "an integer" if whole else "a number"
    if type(value) not in (int, float) or (whole and value != int(value)):
        return (wrong_type(key, wanted, value),)
    if not least <= value <= most:
        return (Complaint(OUT_OF_RANGE, f"`{key}` is {wanted} from {least} to {most}, got {value}"),)
    return ()


def _source(key: str, value: Any) -> Complaints:
    """Where a map takes its elements from: a reference, or a list."""
    if type(value) is list or (type(value) is str and value.startswith("$") and not value.startswith("$$")):
        return ()
    advice = f"a reference begins with `$`: `${value}`" if type(value) is str and value[:1].isalpha() else None
    return (wrong_type(key, "a reference or a list", value, advice),)


def check_keys(value: dict[str, Any], table: Table) -> list[Complaint]:
    """What is wrong with a mapping whose keys are all of one table: keys it does not have, and values."""
    found: list[Complaint] = []
    for key, inner in value.items():
        check = table.values.get(key)
        if check is None:
            found.append(unknown_key(key, value, table))
        else:
            found += [complaint.below(key) for complaint in check(inner)]
    return found


def _retry(key: str, value: Any) -> Complaints:
    if type(value) is dict:
        return check_keys(value, RETRY)
    advice = f"write `{key}: {{max_attempts: {value}}}`" if type(value) is int else None
    return (wrong_type(key, "a mapping", value, advice),)


def _defaults(key: str, value: Any) -> Complaints:
    return check_keys(value, DEFAULTS) if type(value) is dict else (wrong_type(key, "a mapping", value),)


_RETRY: dict[str, ValueCheck] = {
    "max_attempts": partial(_number, "max_attempts", least=1, most=100, whole=True),
    "base_delay": partial(check_duration, "base_delay"),
    "max_delay": partial(check_duration, "max_delay"),
    "jitter": partial(_number, "jitter", least=0, most=1, whole=False),
}
STEP: dict[str, ValueCheck] = {
    "description": partial(_text, "description"),
    "depends_on": partial(_slugs, "depends_on"),
    "join": partial(_choice, "join", choices=("all", "any", "none", "settled")),
    "run_if": partial(_condition, "run_if"),
    "run_unless": partial(_condition, "run_unless"),
    "on_unmet": partial(_choice, "on_unmet", choices=("skip", "fail")),
    "handler": partial(_handler, "handler"),
    "with": partial(_mapping, "with"),
    "output": partial(_mapping, "output"),
    "retry": partial(_retry, "retry"),
    "timeout": partial(check_duration, "timeout", least=1),
    "delay": partial(check_duration, "delay"),
    "queue": partial(_name, "queue"),
    "priority": partial(_number, "priority", least=-100, most=100, whole=True),
    "on_failure": partial(_choice, "on_failure", choices=("fail", "skip")),
    "map": partial(_source, "map"),
    "max_parallel": partial(_number, "max_parallel", least=1, most=1_000_000, whole=True),
}
_FLOW: dict[str, ValueCheck] = {
    "flow": partial(_text, "flow"),
    "description": partial(_text, "description"),
    "input": partial(_mapping, "input"),
    "secrets": partial(_secrets, "secrets"),
    "defaults": partial(_defaults, "defaults"),
    "steps": partial(_mapping, "steps"),
    "returns": _returns,
}

FLOW = Table(_FLOW, keys.CALLED_IN_FLOWS)
TASK = Table(
    {**STEP, "steps": partial(_mapping, "steps")}, keys.CALLED_IN_STEPS, "arguments for the handler go into `with`"
)
BRANCH = Table({name: TASK.values[name] for name in (*keys.EVERY_STEP, keys.STEPS)}, keys.CALLED_IN_STEPS)
DEFAULTS = Table({name: STEP[name] for name in keys.DEFAULTS}, keys.CALLED_IN_STEPS)
RETRY = Table(_RETRY, keys.CALLED_IN_RETRY)
