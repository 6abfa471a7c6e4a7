"""What code a worker runs, in a word that its attempts are kept with."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from flowc.errors import UsageError
from flowc.runtime.handlers import Handlers

VARIABLE = "FLOWC_CODE_VERSION"
_DIGITS = 12
_LONGEST = 200


def code_version_of(handlers: Handlers, chosen: str | None = None) -> str | None:
    """The version that was chosen or that ``FLOWC_CODE_VERSION`` says, else a digest of the handlers' files.

    Args:
        handlers: the worker's.
        chosen: e.g. a tag, a commit or an image's digest; empty is as none.

    Returns:
        At most 200 characters; the digest is 12 hexadecimal digits of SHA-256, the same for the same texts wherever
        they lie. None where no handler has a file.

    Raises:
        UsageError: what was chosen is too long, or cannot be printed.
    """
    said = chosen or os.environ.get(VARIABLE)
    if said:
        if len(said) > _LONGEST or not said.isprintable():
            raise UsageError(
                f"the code's version is at most {_LONGEST} printable characters, not {len(said)}: {said[:40]!a}",
                help=f"name a commit or a tag in --code-version or {VARIABLE}",
            )
        return said
    digests = sorted(
        {sha256(text).digest() for handler in handlers if (text := _text_of(handler.names.get("__file__")))}
    )
    return sha256(b"".join(digests)).hexdigest()[:_DIGITS] if digests else None


def _text_of(file: Any) -> bytes:
    """What stands in a module's file; nothing where it has none that can be read."""
    try:
        return Path(file).read_bytes()
    except (TypeError, OSError, ValueError):
        return b""
