"""Finding what people name on the command line: a run by the beginning of its id, a deployed flow by its slug."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from flowc.compiler.did_you_mean import did_you_mean
from flowc.db import queries
from flowc.db.deploy import deployed_digests
from flowc.errors import NotDeployedError, UsageError

if TYPE_CHECKING:
    from psycopg import Connection


def find_run(conn: Connection, beginning: str) -> str:
    """The id of the one run whose id begins like that.

    Raises:
        UsageError: that is no beginning of an id, or several runs have it.
        NotDeployedError: no run has it.
    """
    digits = beginning.lower().replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{1,32}", digits):
        raise UsageError(f"`{beginning}` is no run's id", help="`flowc runs` lists them")
    found = queries.run_ids(conn, digits.ljust(32, "0"), digits.ljust(32, "f"), 2)
    if not found:
        raise NotDeployedError(f"there is no run {beginning}", help="`flowc runs` lists them")
    if len(found) > 1:
        raise UsageError(f"several runs begin with {beginning}", help="give more of the id: `flowc runs` lists them")
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
