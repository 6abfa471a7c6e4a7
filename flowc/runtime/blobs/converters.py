"""Converters of annotations that ask for blobs: ``Blob`` itself, or lists, dicts and classes with blobs in them."""

from __future__ import annotations

from typing import Any, Protocol

from flowc.runtime.annotations import Schema
from flowc.runtime.blobs.blob import Blob
from flowc.runtime.blobs.marks import taken_out
from flowc.runtime.blobs.wishes import Wish, give
from flowc.runtime.convert import Misfit, Mode
from flowc.runtime.encode import NotJSON


class Inner(Protocol):
    """A converter whose annotation has places for blobs, which are given to it by their names."""

    def from_named(self, value: Any, blobs: dict[str, Blob]) -> Any:
        """JSON data as the annotation asks for it, with these blobs where their names stand; raises Misfit."""

    def from_python(self, value: Any) -> Any:
        """The same of a value with blobs in it; raises Misfit."""

    def to_plain(self, value: Any) -> Any:
        """A result, with its blobs in it."""


class Blobs:
    """Values with blobs where the annotation asks for them; whether they were stored as blobs makes no difference.

    Args:
        wish: where these places are.
        nullable: whether it takes a null in place of a blob.
        inner: makes the rest, where there is a rest.
    """

    __slots__ = ("_inner", "_nullable", "_wish", "quick")

    def __init__(self, wish: Wish, *, nullable: bool, inner: Inner | None) -> None:
        self._wish = wish
        self._nullable = nullable
        self._inner = inner
        self.quick: frozenset[type] = frozenset()

    def from_json(self, value: Any) -> Any:
        given = self._given(value)
        if self._inner is None:
            return given
        blobs: dict[str, Blob] = {}
        return self._inner.from_named(_named(given, blobs), blobs)

    def from_python(self, value: Any) -> Any:
        given = self._given(value)
        return given if self._inner is None else self._inner.from_python(given)

    def to_plain(self, value: Any) -> Any:
        return value if self._inner is None else self._inner.to_plain(value)

    def require(self, value: Any, output: bytes) -> None:
        """Nothing is known of it that a schema could say."""

    def schema(self, mode: Mode) -> Schema | None:
        return None

    def _given(self, value: Any) -> Any:
        try:
            given = give(value, self._wish)
        except NotJSON as error:
            within = taken_out(value)[1]
            more = "it holds blobs besides its JSON: take the value itself, or a part of it"
            raise Misfit("", more if within else str(error)) from None
        if given is None and self._inner is None and not self._nullable:
            raise Misfit("", "a Blob is needed, got null")
        return given


def _named(value: Any, blobs: dict[str, Blob]) -> Any:
    """The value with names in place of its blobs, which are put under them."""
    if isinstance(value, Blob):
        name = f"blob {len(blobs)}"
        blobs[name] = value
        return name
    if isinstance(value, dict):
        return {key: _named(item, blobs) for key, item in value.items()}
    return [_named(item, blobs) for item in value] if isinstance(value, list) else value
