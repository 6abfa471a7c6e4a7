"""What the engine refuses, each with the SQLSTATE under which PostgreSQL refuses it."""

from __future__ import annotations

from flowc.errors import FlowcError

UNKNOWN_FLOW = "FC001"
DIGEST_DIFFERS = "FC002"
UNKNOWN_RUN = "FC004"
NOT_NOW = "FC005"
BAD_ARGUMENT = "FC006"


class Refused(FlowcError):
    """A call that changes nothing because it may not: ``sqlstate`` says why, as the database would."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
