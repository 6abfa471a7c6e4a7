"""The definition that a released slug had: from the contents that git kept of its file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from flowc.compiler.pipeline import compile_file
from flowc.project.git import Content, contents_of, contents_when_added, reader_at
from flowc.project.lock import Entry

# Each content is compiled, which takes milliseconds: so many are worth an answer.
_CONTENTS = 60


def former_definition(entry: Entry, file: str, lock: Path) -> dict[str, Any] | None:
    """The definition whose digest ``entry`` holds, found in the history of ``file`` or beside the lock's line.

    None where git does not know it: no repository, a shallow clone, a file that was never committed.
    """
    for content in islice(_contents(entry, Path(file), lock), _CONTENTS):
        # The schema files to which it refers count as they were at the same commit.
        definition = compile_file(content.file, None, content.data, reader_at(content.commit)).definition
        if definition is not None and definition.digest == entry.digest:
            return definition.body
    return None


def _contents(entry: Entry, file: Path, lock: Path) -> Iterator[Content]:
    yield from contents_of(file)
    yield from contents_when_added(f"{entry.slug} {entry.digest}", lock, rf"""["']?{entry.slug}["']?""")
