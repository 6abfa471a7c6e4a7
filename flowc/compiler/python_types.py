"""Types as Python writes them: annotations, and a TypedDict for each kind of object that they name."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable

from flowc.compiler.schema.types import Shape, Type

# What the written module imports.
_TAKEN = ("Any", "Awaitable", "Callable", "Context", "Literal", "NotRequired", "Protocol", "TypedDict")
_WORDS = re.compile(r"[A-Za-z0-9]+")
_SIMPLE = {"null": "None", "boolean": "bool", "string": "str"}
# No property is called like this: what stands here, stands for all that are not listed.
_UNLISTED = "\0"


class PythonTypes:
    """Annotations for types, and the classes that they need, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._names: set[str] = set(_TAKEN)
        self._known: dict[tuple[int, ...], str] = {}
        self._shapes: list[Shape] = []  # keeps alive what is known by its id
        self._classes: dict[str, str] = {}

    def name(self, *words: str) -> str:
        """A class name that nothing else has, made of slugs and keys."""
        parts = [part for word in words for part in _WORDS.findall(word)]
        wanted = "".join(part[:1].upper() + part[1:] for part in parts)
        wanted = wanted if is_name(wanted) else f"Type{wanted}"
        name, number = wanted, 2
        while name in self._names:
            name, number = f"{wanted}{number}", number + 1
        self._names.add(name)
        return name

    def classes(self) -> list[str]:
        """The text of each class."""
        return list(self._classes.values())

    def annotation(self, type_: Type, *words: str) -> str:
        """A type as an annotation; its objects become classes called by ``words`` and their keys."""
        if not type_.is_known:
            return "Any"
        found = [self._shape(shape, words) for shape in type_.shapes]
        literals = [one[8:-1] for one in found if one.startswith("Literal[")]
        others = list(dict.fromkeys(one for one in found if not one.startswith("Literal[") and one != "None"))
        joined = [f"Literal[{', '.join(literals)}]"] if literals else []
        return " | ".join(joined + others + ["None"] * ("None" in found))

    def _shape(self, shape: Shape, words: tuple[str, ...]) -> str:
        if shape.kind == "null":
            return "None"
        if (shape.values is not None and shape.kind in ("string", "boolean")) or _are_whole(shape.values):
            return f"Literal[{', '.join(map(_literal, shape.values or ()))}]"
        if shape.kind == "number":
            return "int" if shape.whole or _are_whole(shape.values) else "float"
        if shape.kind == "array":
            elements = shape.elements()
            return f"list[{self.annotation(elements, *words, 'item') if elements.shapes else 'Any'}]"
        return _SIMPLE.get(shape.kind) or self._object(shape, words)

    def _object(self, shape: Shape, words: tuple[str, ...]) -> str:
        if not shape.names():
            rest = shape.field(_UNLISTED)
            return f"dict[str, {self.annotation(rest, *words, 'value') if rest.shapes else 'Any'}]"
        key = tuple(id(schema) for schema, _ in shape.parts) if shape.values is None else (id(shape),)
        if key not in self._known:
            self._known[key] = name = self.name(*words)
            self._shapes.append(shape)
            self._classes[name] = ""  # its place, before that of the classes of its fields
            self._classes[name] = self._typed_dict(name, shape, words)
        return self._known[key]

    def _typed_dict(self, name: str, shape: Shape, words: tuple[str, ...]) -> str:
        fields = {}
        for key in shape.names():
            type_ = shape.field(key)
            if type_.shapes:  # else there never is such a field
                annotation = self.annotation(type_, *words, key)
                fields[key] = annotation if shape.requires(key) else f"NotRequired[{annotation}]"
        if all(is_name(key) and not key.startswith("__") for key in fields):
            body = [f"    {key}: {annotation}" for key, annotation in fields.items()]
            return "\n".join([f"class {name}(TypedDict):", *(body or ["    pass"])])
        inner = [f"    {_literal(key)}: {annotation!r}," for key, annotation in fields.items()]
        return "\n".join([f'{name} = TypedDict("{name}", {{', *inner, "})"])


def is_name(text: str) -> bool:
    """Whether Python takes a text as a name."""
    return text.isidentifier() and not keyword.iskeyword(text)


def _are_whole(values: Iterable[object] | None) -> bool:
    return values is not None and all(type(value) is int for value in values)


def _literal(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)
