"""A flow file with the schemas that it has from other files: each value keeps the place where it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flowc.compiler.document import Document, Path, Span
from flowc.diagnostic import Diagnostic, Edit, Related, Rule


class Origin(NamedTuple):
    """Where a bundled schema comes from: its place in its file, and the `$ref` of the flow by which it came."""

    reference: Path
    document: Document
    path: Path


class BundledDocument(Document):
    """A document some of whose schemas stand in other files.

    What is said of these is said at the flow's `$ref`, and their own place comes second.
    """

    __slots__ = ("_origins",)

    def __init__(self, document: Document, value: Any, origins: Mapping[Path, Origin]) -> None:
        super().__init__(document.source, value, document._tree, document.spoilt)
        self._origins = origins

    def diagnose(
        self,
        rule: Rule,
        path: Path,
        message: str,
        *,
        label: str = "",
        help: str | None = None,  # noqa: A002 - the word of the reports
        related: Sequence[Related] = (),
        key: bool = False,
        edits: Sequence[Edit] = (),
    ) -> Diagnostic:
        """A diagnostic at the value of ``path``, or at its key; of a borrowed one, at the flow's `$ref`."""
        origin = self._origin(path)
        if origin is not None:
            here = _place_in(origin, label or "here", key)
            message, label = f"{message}, in {here.file}:{here.position.line}", ""
            related, key, edits = (here, *related), False, ()
        return super().diagnose(rule, path, message, label=label, help=help, related=related, key=key, edits=edits)

    def related(self, path: Path, label: str, *, key: bool = True) -> Related:
        """A second place of a report, in the file where it is written."""
        origin = self._origin(path)
        return super().related(path, label, key=key) if origin is None else _place_in(origin, label, key)

    def span(self, path: Path, *, key: bool = False) -> Span:
        """The offsets of a value or of its key; of a borrowed one, those of the flow's `$ref`."""
        origin = self._origin(path)
        return super().span(path, key=key) if origin is None else super().span(origin.reference)

    def _origin(self, path: Path) -> Origin | None:
        """The origin of the very value at a path; None where the flow file has it."""
        for length in range(len(path), 1, -1):
            if path[length - 2] == "$defs" and path[:length] in self._origins:
                reference, document, place = self._origins[path[:length]]
                return Origin(reference, document, (*place, *path[length:]))
        return None


def _place_in(origin: Origin, label: str, key: bool) -> Related:
    document = origin.document
    position = document.key_position(origin.path) if key else document.position(origin.path)
    return Related(position, label, document.file)
