"""Document to document: the schemas that a flow has from files stand below `$defs` of those that refer to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as File
from typing import Any, NamedTuple, TypeAlias

from flowc.compiler import keys
from flowc.compiler.bundled import BundledDocument, Origin
from flowc.compiler.document import Document, Path
from flowc.compiler.schema.files import Borrowed, Read
from flowc.compiler.schema.library import Library, Stray, Target
from flowc.compiler.schema.references import Reference, references_in, referring, without_definitions
from flowc.diagnostic import Diagnostic

# Takes the name of a file and its bytes.
Parse: TypeAlias = Callable[[str, bytes], tuple[Document | None, list[Diagnostic]]]

# More schemas than this are never meant, and more values than that are no longer a description of one.
_MOST_SCHEMAS = 1000
_MOST_VALUES = 100_000


class Bundle(NamedTuple):
    """A document that refers to nothing outside of itself, what was wrong on the way, and what it was made of."""

    document: Document
    mistakes: list[Diagnostic]
    borrowed: Borrowed | None


def bundle(document: Document, parse: Parse, read: Read) -> Bundle:
    """The document with all schemas that its references name in other files; never raises.

    References that cannot be followed are reported and left out, so that nothing is concluded from them.
    """
    # Few flows refer to files; without an escape, a key is written as it reads.
    if "$ref" not in document.text and "\\" not in document.text:
        return Bundle(document, [], None)
    bundling = _Bundling(document, parse, read)
    value = bundling.flow()
    if bundling.library is None:
        return Bundle(document, [], None)
    bundled = BundledDocument(document, value, bundling.origins)
    return Bundle(bundled, bundling.mistakes, bundling.library.borrowed)


class _Bundling:
    """One flow on its way."""

    def __init__(self, document: Document, parse: Parse, read: Read) -> None:
        self.document = document
        self.parse = parse
        self.read = read
        self.library: Library | None = None
        self.origins: dict[Path, Origin] = {}
        self.mistakes: list[Diagnostic] = []
        self.values = 0

    def flow(self) -> Any:
        """The flow with self-contained schemas."""
        written = self.document.value
        return {
            key: self._schema((key,), value)
            if key == "input"
            else self._steps((key,), value)
            if key == keys.STEPS
            else value
            for key, value in written.items()
        }

    def _steps(self, path: Path, steps: Any) -> Any:
        if type(steps) is not dict:
            return steps
        return {slug: self._step((*path, slug), step) for slug, step in steps.items()}

    def _step(self, path: Path, step: Any) -> Any:
        if type(step) is not dict or ("output" not in step and keys.STEPS not in step):
            return step
        whole = {**step}
        if "output" in step:
            whole["output"] = self._schema((*path, "output"), step["output"])
        if keys.STEPS in step:
            whole[keys.STEPS] = self._steps((*path, keys.STEPS), step[keys.STEPS])
        return whole

    def _schema(self, path: Path, schema: Any) -> Any:
        outside = [one for one in references_in(schema) if not one.name.startswith("#")]
        if not outside:
            return schema
        if self.library is None:
            self.library = Library(self.document.file, self.parse, lambda name: self.read(File(name)))
        return _Gathering(self, self.library, path, schema).gathered(outside)

    def report(self, stray: Stray, reference: Path) -> None:
        """Say why a reference is not followed, at the flow's own reference that led to it."""
        self.mistakes.append(
            self.document.diagnose(stray.rule, reference, stray.message, help=stray.help, related=stray.related)
        )


class _Gathering:
    """The schemas that one schema of a flow has from files, each under one name."""

    def __init__(self, bundling: _Bundling, library: Library, path: Path, schema: dict[str, Any]) -> None:
        self.bundling = bundling
        self.library = library
        self.path = path
        self.schema = schema
        own = schema.get("$defs")
        self.names: dict[tuple[str, Path], str] = {}
        self.taken: set[str] = set(own) if type(own) is dict else set()
        self.waiting: list[tuple[Target, Path]] = []
        self.is_full = False

    def gathered(self, outside: list[Reference]) -> dict[str, Any]:
        """The schema with all that it refers to below its `$defs`."""
        whole: dict[str, Any] = referring(self.schema, self._followed(outside, None, ()))
        definitions = {}
        for place, reference in self.waiting:  # it grows on the way
            name = self.names[place.key]
            definitions[name] = self._definition(place, reference)
            self.bundling.origins[(*self.path, "$defs", name)] = Origin(reference, place.document, place.path)
        own = whole.get("$defs", {})
        if type(own) is dict and definitions:
            whole["$defs"] = {**own, **definitions}
        return whole

    def _definition(self, place: Target, reference: Path) -> Any:
        references = list(references_in(place.value, definitions=False))
        renamed = self._followed(references, place, reference)
        return without_definitions(referring(place.value, renamed))

    def _followed(
        self, references: list[Reference], holder: Target | None, reference: Path
    ) -> Mapping[Path, str | None]:
        """What to write in the place of references; None where they are not followed."""
        renamed: dict[Path, str | None] = {}
        for one in sorted(references, key=lambda one: [str(step) for step in one.path]):
            came_by = reference if holder else (*self.path, *one.path)
            found = self.library.find(one, holder)
            if isinstance(found, Target):
                renamed[one.path] = f"#/$defs/{self._name(found, came_by)}" if self._has_room(came_by) else None
            else:
                renamed[one.path] = None
                self.bundling.report(found, came_by)
        return renamed

    def _has_room(self, reference: Path) -> bool:
        """Whether more can be taken in; that there is too much is said once."""
        if len(self.waiting) < _MOST_SCHEMAS and self.bundling.values < _MOST_VALUES:
            return True
        if not self.is_full:
            self.is_full = True
            self.bundling.report(self.library.too_much(_MOST_SCHEMAS, _MOST_VALUES), reference)
        return False

    def _name(self, place: Target, reference: Path) -> str:
        """The name of a schema below `$defs`: each has one, the first that comes gets the shortest."""
        name = self.names.get(place.key)
        if name is None:
            name = next(each for each in _names(place) if each not in self.taken)
            self.names[place.key] = name
            self.taken.add(name)
            self.waiting.append((place, reference))
            self.bundling.values += place.size
        return name


def _names(place: Target) -> Iterator[str]:
    """Names for a schema: that of its definition, or of its file; with both; with a number."""
    last = str(place.path[-1]) if place.path else place.stem
    whole = f"{place.stem}_{last}" if place.path else last
    names = [_plain(last), _plain(whole)]
    yield from names
    number = 1
    while True:
        number += 1
        yield f"{names[1]}_{number}"


def _plain(name: str) -> str:
    """A name that needs no escapes in a reference."""
    return "".join(each if each.isascii() and (each.isalnum() or each in "_-.") else "_" for each in name) or "schema"
