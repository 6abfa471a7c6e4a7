"""A flow's copy under its next slug: `x`, `x_v2`, `x_v3`."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from flowc.compiler.parse import parse
from flowc.errors import UsageError

LONGEST_SLUG = 63
_SLUG = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_NUMBERED = re.compile(r"(.+)_v([1-9][0-9]{0,8})", re.ASCII)


class Bumped(NamedTuple):
    """The copy: its file, its slug, what it holds, and the slug that it was."""

    file: Path
    slug: str
    data: bytes
    old_slug: str


def next_slug(slug: str) -> str:
    """The slug after this one: ``x``, ``x_v2``, ``x_v3``."""
    match = _NUMBERED.fullmatch(slug)
    return f"{match[1]}_v{int(match[2]) + 1}" if match else f"{slug}_v2"


def bump(file: Path) -> Bumped:
    """The flow in ``file`` with its next slug in the place of the slug; all else, comments and layout, as it is.

    Raises:
        UsageError: the file cannot be read, holds no slug, or the next slug would be too long.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", help="flowc bump takes a flow's file, or its slug"
        ) from error
    document, _ = parse(str(file), data)
    slug = document.value.get("flow") if document is not None else None
    if document is None or type(slug) is not str or not _SLUG.fullmatch(slug):
        raise UsageError(f"{file} has no slug that could be followed by another", help=f"see `flowc check {file}`")
    new = next_slug(slug)
    if len(new) > LONGEST_SLUG:
        raise UsageError(
            f"`{new}` has more than {LONGEST_SLUG} characters", help="give the copy a shorter slug by hand"
        )
    start, end = document.span(("flow",))
    written = document.text[start:end].replace(slug, new)
    text = document.text[:start] + written + document.text[end:]
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return Bumped(file.with_name(_stem(file.stem, slug, new) + file.suffix), new, mark + text.encode(), slug)


def _stem(stem: str, slug: str, new: str) -> str:
    """The copy's name: the slug where the file bears it, with or without its number, else the next one of the name."""
    match = _NUMBERED.fullmatch(slug)
    return new if stem == slug or (match and stem == match[1]) else next_slug(stem)
