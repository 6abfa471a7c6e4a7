"""The conductor: the whole compiler on one screen; it alone knows the order of the passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flowc.compiler.build import build
from flowc.compiler.bundle import bundle
from flowc.compiler.checks import CHECKS
from flowc.compiler.document import Document
from flowc.compiler.ignore import ignore
from flowc.compiler.model import Flow
from flowc.compiler.parse import parse
from flowc.compiler.schema.files import Borrowed, Read, read_file
from flowc.compiler.signatures import Signatures
from flowc.compiler.validate import validate
from flowc.diagnostic import ERROR, Diagnostic

if TYPE_CHECKING:
    from flowc.compiler.definition import Definition


@dataclass(frozen=True)
class Compilation:
    """What became of one flow file: its mistakes, sorted, and what it means.

    ``text`` is for reports: what the file says, also where nothing could be made of it. ``borrowed`` are the files
    from which it has schemas, None if there are none.
    """

    file: str
    document: Document | None = None
    flow: Flow | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    text: str = ""
    borrowed: Borrowed | None = None

    @cached_property
    def definition(self) -> Definition | None:
        """What the flow means; None where a mistake is an error. Made when somebody asks: most checks do not."""
        if self.flow is None or any(mistake.severity is ERROR for mistake in self.diagnostics):
            return None
        from flowc.compiler.canonicalize import canonicalize

        return canonicalize(self.flow)


def compile_file(
    file: Path | str, signatures: Signatures = None, data: bytes | None = None, read: Read = read_file
) -> Compilation:
    """Compile one flow file, or ``data`` in its name; ``read`` tells what the schema files hold to which it refers.

    Raises:
        OSError: the file cannot be read.
    """
    name, data = str(file), Path(file).read_bytes() if data is None else data
    document, mistakes = parse(name, data)
    if document is None:
        return Compilation(name, diagnostics=sorted(mistakes), text=data.decode("utf-8-sig", errors="replace"))
    document, strays, borrowed = bundle(document, parse, read)
    flow = build(document)  # tolerates what validate reports, so that all rules speak in one run
    found = strays + validate(document) + [mistake for check in CHECKS for mistake in check(flow, signatures)]
    mistakes += [mistake for mistake in found if not document.explains(mistake)]
    mistakes = ignore(document, mistakes, handlers=signatures is not None)
    return Compilation(name, document, flow, sorted(mistakes), document.text, borrowed)
