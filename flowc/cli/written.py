"""A text that a command makes: printed, or written to the file of ``--output``."""

from __future__ import annotations

from pathlib import Path

from flowc.cli.terminal import put, say
from flowc.errors import UsageError


def put_or_write(text: str, output: Path | None) -> None:
    """Print a text to stdout, or write it to a file, as UTF-8, and say so.

    Raises:
        UsageError: the file cannot be written.
    """
    if output is None:
        put(text)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}", help="check the folder") from error
    say(f"wrote {output}")
