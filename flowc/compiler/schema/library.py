"""The schema files of one flow: each is read once, and every reference leads to a schema, or to the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler.checks.text.empty_flow import RULE as EMPTY_FLOW
from flowc.compiler.checks.types.bad_schema import RULE as BAD_SCHEMA
from flowc.compiler.checks.types.remote_ref import RULE as REMOTE_REF
from flowc.compiler.did_you_mean import did_you_mean
from flowc.compiler.document import Document, Path
from flowc.compiler.schema.files import SUFFIXES, Borrowed, FilePlace, RefusedReference, Repository, pointer_of
from flowc.compiler.schema.keywords import schemas_in
from flowc.compiler.text.reading import LARGEST
from flowc.diagnostic import ERROR, Diagnostic, Related, Rule

if TYPE_CHECKING:
    from flowc.compiler.schema.references import Reference

_Parse = Callable[[str, bytes], tuple[Document | None, list[Diagnostic]]]


class Stray(NamedTuple):
    """Why a reference is not followed, and where its file says so."""

    rule: Rule
    message: str
    help: str | None = None
    related: tuple[Related, ...] = ()


class Target(NamedTuple):
    """A schema in a file: its path there, and the value."""

    file: FilePlace
    document: Document
    path: Path
    value: Any

    @property
    def key(self) -> tuple[str, Path]:
        """What tells it from others."""
        return self.file.real, self.path

    @property
    def stem(self) -> str:
        """The name of the file without what it ends in."""
        name = self.file.real.rpartition("/")[2]
        name = name[: -len(next(each for each in SUFFIXES if name.lower().endswith(each)))]
        return name[: -len(".schema")] if name.lower().endswith(".schema") else name

    @property
    def size(self) -> int:
        """How many values it holds."""
        return _size(self.value)


class Library:
    """What the files around one flow say, as far as references of its schemas ask."""

    def __init__(self, flow: str, parse: _Parse, read: Callable[[str], bytes]) -> None:
        self._repository = Repository(flow)
        self._parse = parse
        self._read = read
        self._documents: dict[str, Document | Stray] = {}
        self._texts: dict[str, str] = {}

    def find(self, reference: Reference, holder: Target | None) -> Target | Stray:
        """The schema that a reference names: one of the flow, or one in the schema ``holder`` of a file."""
        found = self._find(reference, holder)
        if isinstance(found, Stray) and holder is not None:
            place = holder.document.position((*holder.path, *reference.path))
            inner = Related(place, "referred to here", holder.document.file)
            return found._replace(related=(inner, *found.related))
        return found

    @property
    def borrowed(self) -> Borrowed:
        """The files to which references led so far."""
        return Borrowed(self._repository.root, self._repository.looked, self._texts)

    def too_much(self, schemas: int, values: int) -> Stray:
        """What to say of references that lead to more than anybody means."""
        message = f"this leads to more than {schemas:,} schemas, or to {values:,} values in them"
        return Stray(BAD_SCHEMA, message, "refer to the parts that are needed: `page.json#/$defs/link`")

    def _find(self, reference: Reference, holder: Target | None) -> Target | Stray:
        path, _, fragment = reference.name.partition("#")
        if reference.rebased:
            message = f"`{reference.name}` stands below a `$id`, which gives it another base"
            return Stray(REMOTE_REF, message, "remove the `$id`")
        try:
            pointer = pointer_of(fragment)
            if not path and holder is not None and reference.name:
                return self._target(reference.name, holder.file, holder.document, pointer, fragment)
            file = self._repository.find(path, holder.file if holder else None)
        except RefusedReference as refused:
            return Stray(REMOTE_REF, refused.message, refused.help)
        if file.real not in self._documents:
            self._documents[file.real] = self._document(file)
        document = self._documents[file.real]
        if isinstance(document, Stray):
            return document
        return self._target(reference.name, file, document, pointer, fragment)

    def _document(self, file: FilePlace) -> Document | Stray:
        """What a file says, or why nothing can be made of it."""
        try:
            data = self._read(file.real)
        except FileNotFoundError:
            return Stray(BAD_SCHEMA, f"there is no file `{file.shown}`")
        except IsADirectoryError:
            return Stray(BAD_SCHEMA, f"`{file.shown}` is a folder")
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "its name is none"
            return Stray(BAD_SCHEMA, f"`{file.shown}` cannot be read: {why}")
        if len(data) > LARGEST:
            message = f"`{file.shown}` is larger than a schema file may be: {LARGEST:,} bytes (1 MiB)"
            return Stray(BAD_SCHEMA, message, "refer to a smaller file with what is needed")
        self._texts[file.shown] = data.decode("utf-8-sig", "replace")
        document, mistakes = self._parse(file.shown, data)
        wrong = next((one for one in mistakes if one.severity is ERROR), None)
        if wrong is not None and wrong.rule is not EMPTY_FLOW:
            related = Related(wrong.position, wrong.label or wrong.message, file.shown)
            message = f"`{file.shown}` cannot be read: {wrong.message}, on line {wrong.position.line}"
            return Stray(BAD_SCHEMA, message, wrong.help, (related,))
        if document is None:
            return Stray(BAD_SCHEMA, f"`{file.shown}` holds no JSON Schema, which is a mapping")
        if "flow" in document.value and "steps" in document.value:
            message = f"`{file.shown}` is a flow file, and no JSON Schema"
            return Stray(BAD_SCHEMA, message, "put the schema into a file of its own, to which both flows refer")
        return document

    def _target(
        self, name: str, file: FilePlace, document: Document, pointer: tuple[str, ...] | None, fragment: str
    ) -> Target | Stray:
        if pointer is None:
            pointer = _pointer_to(fragment, document.value)
        if pointer is None:
            return Stray(BAD_SCHEMA, f"`{name}` leads nowhere: no schema in `{file.shown}` has this `$anchor`")
        value: Any = document.value
        path: Path = ()
        for segment in pointer:
            step = _step(value, segment)
            if step is None:
                around = (Related(document.key_position(path), "not in here", file.shown),) if path else ()
                advice = did_you_mean(segment, value) if type(value) is dict else None
                return Stray(BAD_SCHEMA, f"`{name}` leads nowhere: there is no `{segment}`", advice, around)
            value, path = value[step], (*path, step)
        if type(value) not in (dict, bool):
            related = Related(document.position(path), "no schema", file.shown)
            return Stray(BAD_SCHEMA, f"`{name}` leads to what is no JSON Schema", None, (related,))
        return Target(file, document, path, value)


def _pointer_to(anchor: str, schema: Any) -> tuple[str, ...] | None:
    """The segments that lead to the schema of an `$anchor`; None where there is none."""
    found = next((path for path, each in schemas_in(schema, ()) if each.get("$anchor") == anchor), None)
    return None if found is None else tuple(map(str, found))


def _step(value: Any, segment: str) -> str | int | None:
    """The key or index that a segment of a pointer means in a value; None where there is nothing."""
    if type(value) is dict:
        return segment if segment in value else None
    if type(value) is list and segment.isdecimal() and segment.isascii() and len(segment) < 9:
        return int(segment) if int(segment) < len(value) else None
    return None


def _size(value: Any) -> int:
    inner = value.values() if type(value) is dict else value if type(value) is list else ()
    return 1 + sum(map(_size, inner))
