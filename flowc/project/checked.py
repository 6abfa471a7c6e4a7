"""What a check found in one flow file: all that a report and the rules of a project ask for, and no more in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from flowc.compiler.pipeline import Compilation
    from flowc.compiler.schema.files import Borrowed
    from flowc.diagnostic import Diagnostic, Position


class Checked:
    """The mistakes of a flow file, and what it is called.

    Attributes:
        file: its name in reports.
        diagnostics: its mistakes, sorted.
        slug: what it calls itself, also where it has mistakes; None where that cannot be told.
        known_digest: the digest, where it is known already.
        calls: the handlers that it calls; None where it could not be read whole.
        borrowed: the files from which it has schemas; None where there are none, or where the result was kept.
    """

    __slots__ = ("_again", "_compilation", "_text", "borrowed", "calls", "diagnostics", "file", "known_digest", "slug")

    def __init__(
        self,
        file: str,
        diagnostics: list[Diagnostic],
        slug: str | None,
        digest: str | None,
        calls: tuple[str, ...] | None,
        *,
        text: str | None = None,
        again: Callable[[], Compilation] | None = None,
        borrowed: Borrowed | None = None,
    ) -> None:
        """``text`` is what was checked, ``again`` compiles it; without them the file is read when somebody asks."""
        self.file = file
        self.diagnostics = diagnostics
        self.slug = slug
        self.known_digest = digest
        self.calls = calls
        self.borrowed = borrowed
        self._text = text
        self._again = again
        self._compilation: Compilation | None = None

    @property
    def digest(self) -> str | None:
        """That of its definition; None where it has an error. Few checks ask: it takes a fifth of their time."""
        if self.known_digest is None and not self.has_error:
            self.known_digest = _digest(self._compiled())
        return self.known_digest

    @property
    def has_error(self) -> bool:
        """Whether a mistake in it is an error, so that it has no definition."""
        from flowc.diagnostic import ERROR

        return any(diagnostic.severity is ERROR for diagnostic in self.diagnostics)

    @property
    def text(self) -> str:
        """What the file says, for reports; empty where it cannot be read any more."""
        if self._text is None:
            try:
                self._text = Path(self.file).read_bytes().decode("utf-8-sig", errors="replace")
            except OSError:
                self._text = ""
        return self._text

    @property
    def position(self) -> Position:
        """Where the slug stands; the beginning of the file where it stands there no more."""
        from flowc.diagnostic import Position

        found = slug_of(self._compiled())
        return Position(1, 1, 1, 1) if found is None else found.position

    @property
    def body(self) -> dict[str, Any] | None:
        """The body of the definition; None where there is none."""
        definition = self._compiled().definition
        return None if definition is None else definition.body

    def _compiled(self) -> Compilation:
        """The file, compiled: few reports need it, and keeping all of them would take hundreds of megabytes."""
        if self._compilation is None:
            from flowc.compiler.pipeline import compile_file

            self._compilation = self._again() if self._again else compile_file(self.file, None, self.text.encode())
        return self._compilation


class Slug(NamedTuple):
    """The slug of a flow file, and where it stands."""

    name: str
    file: str
    position: Position


def checked(compilation: Compilation) -> Checked:
    """What a check found in a flow; it keeps the compilation."""
    return Checked(
        compilation.file,
        compilation.diagnostics,
        _name(compilation),
        None,
        calls_of(compilation),
        text=compilation.text,
        again=lambda: compilation,
        borrowed=compilation.borrowed,
    )


def briefly(compilation: Compilation, *, with_digest: bool) -> Checked:
    """What a check found in a flow, without the compilation; its text is kept where there is something to report.

    Where the digest will be asked for, it is made at once: without the compilation that would take another one.
    """
    return Checked(
        compilation.file,
        compilation.diagnostics,
        _name(compilation),
        _digest(compilation) if with_digest else None,
        calls_of(compilation),
        text=compilation.text if compilation.diagnostics else None,
        borrowed=compilation.borrowed,
    )


def _digest(compilation: Compilation) -> str | None:
    return compilation.definition.digest if compilation.definition else None


def calls_of(compilation: Compilation) -> tuple[str, ...] | None:
    """The handlers that a flow calls; None where some of it could not be read: it may call others."""
    flow = compilation.flow
    if flow is None or not flow.whole:
        return None
    return tuple(dict.fromkeys(name for step in flow.steps.values() for name in step.handler))


def slug_of(compilation: Compilation) -> Slug | None:
    """The slug of a flow file, also of one with mistakes; None where it cannot be told."""
    from flowc.diagnostic import Position

    document = compilation.document
    if document is not None:
        slug = document.value.get("flow")
        return Slug(slug, compilation.file, document.position(("flow",))) if type(slug) is str else None
    found = _written_slug(compilation.text)
    if found is None:
        return None
    line = compilation.text.count("\n", 0, found.start(1)) + 1
    column = found.start(1) - compilation.text.rfind("\n", 0, found.start(1))
    return Slug(found[1], compilation.file, Position(line, column, line, column + len(found[1])))


def _name(compilation: Compilation) -> str | None:
    """The slug alone: to find its place takes as long as the rest of a check."""
    if compilation.document is not None:
        slug = compilation.document.value.get("flow")
        return slug if type(slug) is str else None
    found = _written_slug(compilation.text)
    return found[1] if found else None


def _written_slug(text: str) -> Any:
    import re

    # The line alone: white space over lines would be looked through again from each of them.
    return re.search(r"""^(?:[^\S\n]|{)*["']?flow["']?[ \t]*:[ \t]*["']?([A-Za-z][A-Za-z0-9_]*)""", text, re.MULTILINE)
