"""``flowc check --fix`` and ``--diff``: mending files, or showing what that would change."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flowc.cli.terminal import put
from flowc.compiler.signatures import Signatures
from flowc.errors import UsageError
from flowc.project.checked import Checked
from flowc.project.mend import mend
from flowc.report.visible import visible

# A byte order mark is seen by nobody, and `git apply` asks for it.
_MARK = "\ufeff"
# Lines as git and flowc see them: other characters that break lines elsewhere are text.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Mending(NamedTuple):
    """One file with what it holds, what it shall hold, and how many diagnostics go."""

    file: str
    before: bytes
    after: bytes
    fixed: int


def mend_files(flows: Sequence[Checked], signatures: Signatures) -> int:
    """Write the mended text of every file that has something to mend; how many diagnostics are gone.

    Raises:
        UsageError: a file cannot be written.
    """
    from flowc.project.lock import replace_text

    fixed = 0
    for mending in _mendings(flows, signatures):
        try:
            replace_text(Path(mending.file), mending.after)
        except OSError as error:
            raise UsageError(
                f"cannot write {mending.file}: {error.strerror}", help="check the file's permissions"
            ) from error
        fixed += mending.fixed
    return fixed


def print_diff(flows: Sequence[Checked], signatures: Signatures) -> int:
    """Print what mending would change; how many diagnostics would go."""
    fixed = 0
    for mending in _mendings(flows, signatures):
        put(_diff(mending))
        fixed += mending.fixed
    return fixed


def _mendings(flows: Sequence[Checked], signatures: Signatures) -> Iterator[Mending]:
    for flow in flows:
        if any(diagnostic.edits for diagnostic in flow.diagnostics):
            before = Path(flow.file).read_bytes()
            mended = mend(flow.file, before, signatures)
            if mended.data != before:
                yield Mending(flow.file, before, mended.data, mended.fixed)


def _diff(mending: Mending) -> str:
    """A unified diff, as `git apply` takes it where the text holds no control characters."""
    before, after = (_LINE.findall(data.decode()) for data in (mending.before, mending.after))
    lines = difflib.unified_diff(before, after, f"a/{mending.file}", f"b/{mending.file}")
    return "".join(_shown(line) for line in lines)


def _shown(line: str) -> str:
    text = line.rstrip("\r\n")
    end = "\n" if line.endswith("\r") else line[len(text) :] or "\n\\ No newline at end of file\n"
    mark = text[:2] if text[1:2] == _MARK else ""
    return mark + "\t".join(visible(part) for part in text[len(mark) :].split("\t")) + end
