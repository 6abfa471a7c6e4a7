"""What stops a command and is nobody's flow file: the operator's trouble, in one line, with what to do."""

from __future__ import annotations


class FlowcError(Exception):
    """Raised where a command cannot go on; the command line prints it as one line and exits with ``exit_code``.

    ``help`` is the second sentence: what to do.
    """

    exit_code = 2

    def __init__(self, message: str, *, help: str | None = None) -> None:  # noqa: A002 - the word of the reports
        super().__init__(message)
        self.message = message
        self.help = help


class UsageError(FlowcError):
    """The command line, a setting or an argument is wrong."""


class InvalidInput(UsageError):
    """The input of a run does not fit the flow's schema, or cannot be stored."""


class DatabaseError(FlowcError):
    """The database is absent, refuses, or is not what flowc installed."""


class HandlersError(FlowcError):
    """The handlers cannot be loaded or registered."""


class NotDeployedError(FlowcError):
    """A flow or run that the database does not know."""
