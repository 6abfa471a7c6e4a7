"""The command line: one command a file, and the one place where errors become words and exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    import click

    from flowc.errors import FlowcError

DONE, FOUND, TROUBLE, BUG, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 130, 143
ISSUES = "the project's issue tracker"


class Terminated(KeyboardInterrupt):
    """SIGTERM, as an exception, so that what was opened is closed on the way out.

    It is a kind of Ctrl-C because libraries know how to be interrupted by that: psycopg cancels its query.
    """


def main() -> int:
    """Run the command line of this process; the exit code of ``cli.md``."""
    try:
        # Ctrl-C may come before anything is imported, and leaves no traceback there either.
        return _run()
    except KeyboardInterrupt as error:
        return _interrupted(error)


def _run() -> int:
    import signal

    signal.signal(signal.SIGTERM, _terminate)

    import click

    from flowc.cli.group import flowc
    from flowc.cli.terminal import say_error, tolerate_any_text
    from flowc.errors import FlowcError

    tolerate_any_text()
    try:
        return flowc.main(prog_name="flowc", standalone_mode=False) or DONE
    except click.Abort as error:
        return _interrupted(error.__cause__)
    except FlowcError as error:
        _show_traceback()
        say_error(error.message, error.help)
        return error.exit_code
    except click.ClickException as error:
        say_error(*_click_words(error))
        return TROUBLE
    except Exception as error:  # noqa: BLE001 - the last net: a bug of ours is said in a sentence, not in a traceback
        _show_traceback()
        trouble = _database_words(error)
        if trouble:
            say_error(trouble.message, trouble.help)
            return trouble.exit_code
        say_error(
            f"flowc went wrong where it should not: {type(error).__name__}: {error}",
            f"this is a bug of flowc: please report it to {ISSUES} with what FLOWC_TRACEBACK=1 prints",
        )
        return BUG


def _interrupted(by: BaseException | None) -> int:
    return TERMINATED if isinstance(by, Terminated) else INTERRUPTED


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise Terminated


def _show_traceback() -> None:
    if os.environ.get("FLOWC_TRACEBACK"):
        import traceback

        traceback.print_exc(file=sys.stderr)


def _database_words(error: Exception) -> FlowcError | None:
    """What a database error that nobody explained means; None if it is none, or nothing ever loaded the driver."""
    psycopg = sys.modules.get("psycopg")
    if psycopg is None or not isinstance(error, psycopg.Error):
        return None
    from flowc.db.sqlstate import as_flowc_error

    return as_flowc_error(error)


def _click_words(error: click.ClickException) -> tuple[str, str | None]:
    """What is wrong on the command line, and what to do, in our two lines."""
    message = error.format_message().rstrip(".")
    message = message[:1].lower() + message[1:]
    context = getattr(error, "ctx", None)
    return message, f"{context.command_path} --help" if context else None
