"""From JSON to what a parameter's annotation asks for, and back: checked here, or made by pydantic.

Every annotation has one converter, built once. Those that are JSON as it comes (scalars, lists, dicts, TypedDicts,
literals) are looked at and passed on; pydantic is imported where an annotation asks for more, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from flowc.runtime.annotations import Schema, plain_schema, takes_null
from flowc.runtime.encode import NotJSON, decode, encode
from flowc.runtime.whole import shaper_of
from flowc.schemas import SchemaError, errors_of, test_of

if TYPE_CHECKING:
    from flowc.runtime.blobs.wishes import Wish

# What a schema is of: what an annotation takes, or what it gives.
Mode = Literal["validation", "serialization"]

_TYPES: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
    "array": frozenset({list}),
    "object": frozenset({dict}),
}


class Misfit(Exception):
    """A value that an annotation does not take: where in it, as ``.items[3].name`` or nothing, and why."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
        self.sentence = sentence


class Unconvertible(Exception):
    """No value can become what an annotation asks for; the text says why."""


class Converter(Protocol):
    """What an annotation makes of values.

    Attributes:
        quick: values of exactly these types fit as they are.
    """

    quick: frozenset[type]

    def from_json(self, value: Any) -> Any:
        """JSON data as the annotation asks for it; raises Misfit."""

    def from_python(self, value: Any) -> Any:
        """The same of what another handler returned, which may be anything; raises Misfit."""

    def to_plain(self, value: Any) -> Any:
        """A result, without what only the annotation knows how to write as JSON; raises Misfit."""

    def require(self, value: Any, output: bytes) -> None:
        """Look whether a result, and the JSON that it became, are what the annotation says; raises Misfit."""

    def schema(self, mode: Mode) -> Schema | None:
        """The JSON Schema of what it takes (``validation``) or gives (``serialization``); None if there is none."""


class Test:
    """Holds values against a JSON Schema; None lets everything pass."""

    __slots__ = ("_fits", "_schema")

    def __init__(self, schema: Schema | None) -> None:
        self._schema = schema
        self._fits: Callable[[Any], bool] | None = None

    def require(self, value: Any) -> None:
        """Raises Misfit if the value does not fit."""
        if self._fits is None:
            self._fits = _test(self._schema)
        if not self._fits(value):
            path, sentence = errors_of(self._schema, value)[0]
            raise Misfit(path.removeprefix("$"), sentence)

    def require_json(self, value: Any) -> None:
        """The same of a value that may have bytes in it, for which a schema has no word."""
        try:
            self.require(value)
        except (TypeError, ValueError):
            raise _no_json(value) from None


def _no_json(value: Any) -> Misfit:
    try:
        encode(value)
    except NotJSON as error:
        return misfit_of(error)
    return Misfit("", "JSON is needed")


def misfit_of(error: NotJSON) -> Misfit:
    """What is to be said of a value that has bytes where its annotation has none."""
    return Misfit(error.path.removeprefix("$"), "JSON is needed, got bytes; annotate it as `bytes` or `Blob`")


def _test(schema: Schema | None) -> Callable[[Any], bool]:
    try:
        return test_of(True if schema is None else schema)
    except SchemaError:  # a pattern, say, that only Python can read
        return lambda value: True


class Plain:
    """Values that are JSON as it comes."""

    __slots__ = ("_schema", "_shaper", "_test", "quick")

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._test = Test(schema)
        self.quick = _quick(schema)
        self._shaper = shaper_of(schema)

    def from_json(self, value: Any) -> Any:
        self._test.require_json(value)
        return value if self._shaper is None else self._shaper(value)

    def from_python(self, value: Any) -> Any:
        try:
            self._test.require(value)
        except (TypeError, ValueError):  # there are objects in it, which may be what JSON has another word for
            self._require_written(value)
            return value
        return value if self._shaper is None else self._shaper(value)

    def _require_written(self, value: Any) -> None:
        try:
            text = encode(value)
        except NotJSON:  # of which the annotation says nothing
            return
        self._test.require(decode(text))

    def to_plain(self, value: Any) -> Any:
        return value

    def require(self, value: Any, output: bytes) -> None:
        try:
            self._test.require(value)
        except (Misfit, TypeError, ValueError):  # a tuple, say, that is an array as JSON
            self._test.require(decode(output))

    def schema(self, mode: Mode) -> Schema | None:
        return self._schema


class Impossible:
    """A parameter that nothing can be given to, and that its default serves."""

    __slots__ = ("_why", "quick")

    def __init__(self, why: str) -> None:
        self._why = why
        self.quick: frozenset[type] = frozenset()

    def from_json(self, value: Any) -> Any:
        raise Misfit("", self._why)

    from_python = from_json

    def to_plain(self, value: Any) -> Any:
        return value

    def require(self, value: Any, output: bytes) -> None:
        """It is the parameter of nobody's result."""

    def schema(self, mode: Mode) -> Schema | None:
        return None


def converter_of(hint: Any, local: Mapping[str, Any], *, foreign: bool = False) -> Converter | None:
    """The converter of an annotation; None where it takes anything.

    Args:
        hint: an annotation, resolved.
        local: what names in it may mean that are defined within functions.
        foreign: whether classes that know nothing of JSON are taken, too: instances of them, as they are.

    Raises:
        Unconvertible: no JSON can become what it asks for.
        NotResolved: a class in it refers to what cannot be found.
    """
    schema = plain_schema(hint, local)
    if schema is not None:
        return Plain(schema) if schema else None
    from flowc.runtime.blobs.wishes import wish_of

    wish = wish_of(hint, local)
    if wish is None:
        from flowc.runtime.adapt import adapted

        return adapted(hint, local, foreign=foreign)
    from flowc.runtime.blobs.converters import Blobs

    return Blobs(wish, nullable=type(None) in get_args(hint), inner=_inner(wish, hint, local, foreign))


def _inner(wish: Wish, hint: Any, local: Mapping[str, Any], foreign: bool) -> Any:
    """What converts that which is around the blobs; None where nothing is."""
    if wish.is_here:
        return None
    from flowc.runtime.adapt import adapted

    return adapted(hint, local, foreign=foreign)


def refuses_null(converter: Converter) -> bool:
    """Whether a null does not fit."""
    if isinstance(converter, Plain):
        return not takes_null(converter.schema("validation") or {})
    try:
        converter.from_json(None)
    except Exception:  # noqa: BLE001 - a validator of the author's may raise anything at what it does not know
        return True
    return False


def _quick(schema: Schema) -> frozenset[type]:
    if "anyOf" in schema:
        return frozenset().union(*map(_quick, schema["anyOf"]))
    if schema.keys() != {"type"}:
        return frozenset()
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return frozenset().union(*(_TYPES[name] for name in names))
