"""``flowc.lock``: the released slugs of a folder of flows, each with the digest that it means for ever."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from flowc.diagnostic import Position
from flowc.errors import UsageError

HEAD = """\
# Released flows, one a line: slug, digest and, where it is taken out of use, `retired`.
# `flowc lock` adds to it and nothing is taken back: what a slug means here, it means for ever.
"""
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,62}) (fc1:[0-9a-f]{64})( retired)?", re.ASCII)
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


@dataclass(frozen=True, slots=True)
class Entry:
    """One released slug; ``line`` is its place in the file, 0 where it stands in none."""

    slug: str
    digest: str
    retired: bool = False
    line: int = 0

    def __str__(self) -> str:
        return f"{self.slug} {self.digest}{' retired' if self.retired else ''}"

    @property
    def position(self) -> Position:
        """Where the slug stands in the lock's file."""
        return Position(max(self.line, 1), 1, max(self.line, 1), 1 + (len(self.slug) if self.line else 0))


@dataclass(frozen=True, slots=True)
class Lock:
    """The entries of a lock by slug; ``file`` is its name in reports, ``text`` what it says."""

    file: str
    entries: Mapping[str, Entry] = field(default_factory=dict)
    text: str = ""


def read_lock(file: Path) -> Lock:
    """The lock in ``file``; an empty one where there is no such file.

    Raises:
        UsageError: it cannot be read, or is no lock.
    """
    name = os.path.relpath(file)
    try:
        return parse_lock(file.read_text(encoding="utf-8"), name)
    except FileNotFoundError:
        return Lock(name)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {name}: {error}", help="restore it, e.g. from git") from error


def parse_lock(text: str, name: str) -> Lock:
    """The lock that ``text`` writes.

    Raises:
        UsageError: a line is no entry, or a slug has two digests.
    """
    entries: dict[str, Entry] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = _entry(line.rstrip(), number, name)
        known = entries.get(entry.slug)
        if known is not None and known.digest != entry.digest:
            raise UsageError(
                f"{name}:{number}: `{entry.slug}` has two digests, another one on line {known.line}",
                help="a slug means one flow for ever: keep the line that was released first, and bump the other flow",
            )
        entries[entry.slug] = entry if known is None else replace(known, retired=known.retired or entry.retired)
    return Lock(name, entries, text)


def _entry(line: str, number: int, name: str) -> Entry:
    found = _LINE.fullmatch(line)
    if found is None:
        if line.startswith(_CONFLICT):
            raise UsageError(
                f"{name}:{number}: a merge left its marks", help="keep the lines of both sides and remove the marks"
            )
        raise UsageError(
            f"{name}:{number}: not `slug digest [retired]`", help="restore the line, e.g. from git; `flowc lock` adds"
        )
    return Entry(found[1], found[2], found[3] is not None, number)


def write_lock(file: Path, entries: Iterable[Entry]) -> None:
    """Write ``entries``, sorted by slug, in the place of what ``file`` holds: all of it, or nothing.

    Raises:
        UsageError: it cannot be written.
    """
    lines = "".join(f"{entry}\n" for entry in sorted(entries, key=lambda entry: entry.slug))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_text(file, (HEAD + lines).encode())
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", help="check the folder's permissions") from error


def replace_text(file: Path, data: bytes) -> None:
    """Put ``data`` in the place of a file's content, all at once; its permissions stay, a link is followed.

    Raises:
        OSError: it cannot be written.
    """
    import tempfile  # only where something is written: most commands only read

    file = Path(os.path.realpath(file))
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # A new file gets what the umask leaves, as one that is opened the plain way.
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(file.stat().st_mode & 0o7777 if file.exists() else 0o666 & ~umask)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
