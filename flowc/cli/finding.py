"""Finding what people name on the command line: a run by the beginning of its id, a deployed flow or a step by slug."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowc.compiler.did_you_mean import did_you_mean, either, listing
from flowc.db import queries
from flowc.db.deploy import deployed_digests
from flowc.errors import NotDeployedError, UsageError

if TYPE_CHECKING:
    from psycopg import Connection

_LISTED = 4
# Ids begin with the time: with so many digits in common, they are of the same minute.
_NEAR = 8


def find_run(conn: Connection, beginning: str) -> str:
    """The id of the one run whose id begins like that.

    Raises:
        UsageError: that is no beginning of an id, or several runs have it.
        NotDeployedError: no run has it.
    """
    digits = beginning.lower().replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{1,32}", digits):
        raise UsageError(f"`{beginning}` is no run's id", help="`flowc runs` lists them")
    found = _beginning_with(conn, digits)
    if not found:
        near = _near(conn, digits)
        meant = f"did you mean {either(near)}?" if near else "`flowc runs` lists them"
        raise NotDeployedError(f"there is no run {beginning}", help=meant)
    if len(found) > 1:
        more = " and more" if len(found) > _LISTED else ""
        listed = listing(found[:_LISTED])
        raise UsageError(f"several runs begin with {beginning}: {listed}{more}", help="give more of the id")
    return found[0]


def find_flow(conn: Connection, slug: str) -> dict[str, Any]:
    """The definition of a deployed flow.

    Raises:
        NotDeployedError: no flow of that slug is deployed.
    """
    text = queries.get_flow(conn, slug)
    if text is None:
        known = list(deployed_digests(conn))
        near = did_you_mean(slug, known)
        raise NotDeployedError(f"no flow `{slug}` is deployed here", help=near or "`flowc deploy` deploys flows")
    definition: dict[str, Any] = json.loads(text)
    return definition


def find_step(body: Mapping[str, Any], slug: str) -> dict[str, Any]:
    """A step of a definition.

    Raises:
        UsageError: the flow has no such step.
    """
    steps: Mapping[str, dict[str, Any]] = body["steps"]
    if slug not in steps:
        near = did_you_mean(slug, steps)
        raise UsageError(f"`{body['flow']}` has no step `{slug}`", help=near or f"it has {listing(steps)}")
    return steps[slug]


def _beginning_with(conn: Connection, digits: str) -> list[str]:
    return queries.run_ids(conn, digits.ljust(32, "0"), digits.ljust(32, "f"), _LISTED + 1)


def _near(conn: Connection, digits: str) -> list[str]:
    """The runs whose ids have the longest beginning in common with these digits, if that is long and they are few."""
    for length in range(len(digits) - 1, _NEAR - 1, -1):
        found = _beginning_with(conn, digits[:length])
        if found:
            return found if len(found) <= _LISTED else []
    return []
