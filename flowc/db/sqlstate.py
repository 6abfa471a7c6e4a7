"""What a database error means for the caller, by SQLSTATE: psycopg's exception classes mix what must be kept apart."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import psycopg

from flowc.errors import DatabaseError, FlowcError, NotDeployedError, UsageError

T = TypeVar("T")

UNKNOWN_FLOW = "FC001"
DIGEST_DIFFERS = "FC002"
RETIRED_FLOW = "FC003"
UNKNOWN_RUN = "FC004"
NOT_NOW = "FC005"
BAD_ARGUMENT = "FC006"
SCHEMA_DIFFERS = "FC007"

_AGAIN = ("40001", "40P01")
# Class 08: connection exceptions; 57P0x: shutdown, crash, starting up, idle session ended; 25006: read-only since a
# failover; class 53 without 53400: the server is short of something now; 58030: its disk failed.
_RECONNECT = ("08", "57P01", "57P02", "57P03", "57P05", "25006", "25P03", "53000", "53100", "53200", "53300", "58030")

_KINDS: dict[str, type[FlowcError]] = {
    UNKNOWN_FLOW: NotDeployedError,
    UNKNOWN_RUN: NotDeployedError,
    NOT_NOW: UsageError,
    BAD_ARGUMENT: UsageError,
}
_NOT_INSTALLED = ("3F000", "42P01", "42883")
_ATTEMPTS = 5
_FIRST_PAUSE = 0.02


class Verdict(StrEnum):
    """What to do about a database error."""

    AGAIN = "again"  # the same call on the same connection, soon
    RECONNECT = "reconnect"  # the same call on a new connection, later
    REFUSED = "refused"  # it will never succeed as it is


def judge(error: psycopg.Error) -> Verdict:
    """What to do about ``error``; an error of the connection, which has no SQLSTATE, asks for a new one."""
    state = error.sqlstate
    if state is None:
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return Verdict.RECONNECT if lost else Verdict.REFUSED
    if state in _AGAIN:
        return Verdict.AGAIN
    return Verdict.RECONNECT if state.startswith(_RECONNECT) else Verdict.REFUSED


def with_retries(call: Callable[[], T], *, attempts: int = _ATTEMPTS) -> T:
    """``call()``, the whole of it again after a deadlock or a serialisation failure, up to ``attempts`` times.

    Raises:
        psycopg.Error: the last of these failures, or any other at once.
    """
    for attempt in range(1, attempts):
        try:
            return call()
        except psycopg.Error as error:
            if judge(error) is not Verdict.AGAIN:
                raise
        time.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))
    return call()


def as_flowc_error(error: psycopg.Error) -> FlowcError:
    """``error`` in the operator's words: the message of our own functions, or what PostgreSQL said and what to do."""
    state = error.sqlstate or ""
    said = error.diag.message_primary or str(error).strip().split("\n", maxsplit=1)[0]
    hint = error.diag.message_hint
    if state.startswith("FC"):
        return _KINDS.get(state, DatabaseError)(_with_detail(said, error.diag.message_detail), help=hint)
    if state in _NOT_INSTALLED:
        return DatabaseError(
            f"flowc is not installed in this database, or not whole: {said}", help="run `flowc install`"
        )
    if state == "42501":
        return DatabaseError(
            f"the database's role may not do this: {said}", help=hint or "use a role that may, or grant it"
        )
    if judge(error) is Verdict.RECONNECT:
        return DatabaseError(f"the database went away or refuses for now: {said}", help=hint or "try again")
    return DatabaseError(_with_detail(f"the database refuses: {said}", error.diag.message_detail), help=hint)


def _with_detail(said: str, detail: str | None) -> str:
    return f"{said} ({detail})" if detail else said
