"""Handlers are registered by name, described as facts, and loaded by `module:attribute`."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, NotRequired, Optional, TypedDict

import pytest
from pydantic import Field

import flowc
from flowc import Handlers
from flowc.errors import HandlersError
from flowc.runtime.handlers import load


class Fetcher:
    async def __call__(self, url: str) -> str:
        return url

    def fetch(self, url: str) -> str:
        return url


def test_a_function_is_registered_under_its_own_name_or_a_given_one() -> None:
    handlers = Handlers()

    @handlers.register
    def bare() -> None: ...

    @handlers.register("pages.fetch")
    def dotted() -> None: ...

    @handlers.register(name="named")
    async def by_keyword() -> None: ...

    handlers.register(bare, name="twice")

    assert handlers.names == ("bare", "named", "pages.fetch", "twice")
    assert handlers["pages.fetch"].function is dotted
    assert "bare" in handlers
    assert len(handlers) == 4
    assert [handler.name for handler in handlers if handler.is_async] == ["named"]


def test_methods_partials_and_callable_objects_are_handlers() -> None:
    handlers = Handlers()
    fetcher = Fetcher()
    handlers.register(fetcher.fetch)
    handlers.register(functools.partial(fetcher.fetch, "x"), name="fixed")
    handlers.register(fetcher, name="object")

    assert handlers["fetch"].function("a") == "a"
    assert handlers["fixed"].function() == "x"
    assert [handlers[name].is_async for name in handlers.names] == [False, False, True]
    assert [len(handlers[name].parameters) for name in handlers.names] == [1, 0, 1]


def test_a_name_registered_twice_names_both_places() -> None:
    handlers = Handlers()

    def register() -> None:
        @handlers.register
        def fetch() -> None: ...

    register()
    with pytest.raises(HandlersError) as refusal:
        register()
    assert refusal.value.message.count("test_handlers.py:") == 2
    assert "two handlers are named `fetch`" in refusal.value.message


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "lambda": (lambda: Handlers().register(lambda: 1), "`<lambda>` is no name for a handler"),
    "spaces": (lambda: Handlers().register("a b")(len), "`a b` is no name for a handler"),
    "dots": (lambda: Handlers().register("a..b")(len), "`a..b` is no name for a handler"),
    "umlaut": (lambda: Handlers().register(name="ä")(len), "`ä` is no name for a handler"),
    "long": (lambda: Handlers().register(name="x" * 201)(len), "is no name for a handler"),
    "object": (lambda: Handlers().register(Fetcher()), "a handler without a name of its own"),
    "class": (lambda: Handlers().register(Fetcher), "what is registered is a class, not a function"),
    "number": (lambda: Handlers().register(name="x")(5), "of type `int`, not a function"),  # type: ignore[type-var]
    "unbound": (lambda: Handlers().register(Fetcher.fetch), "`Fetcher.fetch` is a method without its object"),
    "builtin": (lambda: Handlers().register(max), "the parameters of `max` cannot be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_handler_is_refused_at_registration(case: str) -> None:
    register, sentence = REFUSED[case]
    with pytest.raises(HandlersError) as refusal:
        register()
    assert sentence in refusal.value.message


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Page(TypedDict):
    url: str
    title: NotRequired[str]


@dataclass
class Tree:
    size: int
    children: list[Tree]


Id = NewType("Id", int)

SCHEMAS: list[tuple[Any, Any]] = [
    (str, {"type": "string"}),
    (int, {"type": "integer"}),
    (float, {"type": "number"}),
    (bool, {"type": "boolean"}),
    (None, {"type": "null"}),
    (Id, {"type": "integer"}),
    (Annotated[str, "a note"], {"type": "string"}),
    (Optional[int], {"type": ["integer", "null"]}),  # noqa: UP045 - the older spelling is one too
    (int | str | None, {"type": ["integer", "null", "string"]}),
    (list, {"type": "array"}),
    (list[int], {"type": "array", "items": {"type": "integer"}}),
    (list[Any], {"type": "array"}),
    (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
    (
        tuple[int, str],
        {
            "type": "array",
            "prefixItems": [{"type": "integer"}, {"type": "string"}],
            "minItems": 2,
            "maxItems": 2,
        },
    ),
    (Iterable[int], {"type": "array", "items": {"type": "integer"}}),
    (set[int], {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
    (Annotated[int, Field(ge=1)], {"type": "integer", "minimum": 1}),
    (Path, {"type": "string", "format": "path"}),
    (dict, {"type": "object"}),
    (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
    (datetime, {"type": "string", "format": "date-time"}),
    (Literal["a", 1], {"enum": ["a", 1]}),
    (Colour, {"enum": ["red", "blue"], "title": "Colour", "type": "string"}),
    (
        Page | None,
        {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {"url": {"type": "string"}, "title": {"type": "string"}},
                    "required": ["url"],
                },
                {"type": "null"},
            ]
        },
    ),
    (
        Tree,
        {
            "$ref": "#/$defs/Tree",
            "$defs": {
                "Tree": {
                    "title": "Tree",
                    "type": "object",
                    "properties": {
                        "size": {"type": "integer"},
                        "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                    },
                    "required": ["size", "children"],
                }
            },
        },
    ),
    (Any, None),
    (Any | None, None),
    (object, None),
]


@pytest.mark.parametrize(("annotation", "schema"), SCHEMAS, ids=lambda value: str(value)[:40])
def test_annotations_become_json_schemas_where_they_are_known(annotation: Any, schema: Any) -> None:
    def handler(value: Any) -> Any: ...

    handler.__annotations__ = {"value": annotation, "return": annotation}
    handlers = Handlers()
    handlers.register(handler)

    facts = handlers.facts()["handlers"]["handler"]
    assert facts["parameters"] == [{"name": "value", "required": True, "schema": schema}]
    assert facts["returns"] == schema


def test_facts_tell_parameters_defaults_and_keywords() -> None:
    handlers = Handlers()

    @handlers.register
    def one(a, b: int = 5, /, *rest, ctx, c: str | None = None, **more):  # type: ignore[no-untyped-def]
        ...

    @handlers.register
    def another() -> None: ...

    assert handlers.facts() == {
        "format": 1,
        "handlers": {
            "another": {"parameters": [], "keywords": False, "returns": {"type": "null"}},
            "one": {
                "parameters": [
                    {"name": "a", "required": True, "schema": None},
                    {"name": "b", "required": False, "schema": {"type": "integer"}},
                    {"name": "ctx", "required": True, "schema": None},
                    {"name": "c", "required": False, "schema": {"type": ["null", "string"]}},
                ],
                "keywords": True,
                "returns": None,
            },
        },
    }


MODULES = {
    "good": "from flowc import Handlers\nhandlers = Handlers()\nclass app:\n    inner = handlers\nother = 5\n",
    "raises": "def f():\n    raise ValueError('boom')\n\nf()\n",
    "exits": "import sys\nsys.exit(3)\n",
    "broken": "x = (\n",
    "imports": "\nimport no_such_module_anywhere\n",
    "within": "from good import nothing\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with modules to load, which is not on the path."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def test_a_registry_is_loaded_from_the_current_folder(folder: Path) -> None:
    assert load("good:handlers") is load("good:app.inner")


LOAD_TROUBLES = {
    "good": ("`good` is no `module:attribute`", "`app.flows:handlers`"),
    "good:a,good:b": ("is no `module:attribute`", "`app.flows:handlers`"),
    "good:handler": ("`good` has no `handler`", "did you mean `good:handlers`?"),
    "good:other": ("`good:other` is of type `int`, not a registry", "did you mean `good:handlers`?"),
    "goood:handlers": ("there is no module `goood` here", "right folder"),
    "good.inner:handlers": ("there is no module `good.inner` here", "right folder"),
    "raises:handlers": ("importing `raises` failed: ValueError: boom (", "python3 -c 'import raises'"),
    "exits:handlers": ("importing `exits` failed: SystemExit: 3 (", "python3 -c 'import exits'"),
    "broken:handlers": ("importing `broken` failed: '(' was never closed (", "python3 -c 'import broken'"),
    "imports:handlers": ("No module named 'no_such_module_anywhere' (", "python3 -c 'import imports'"),
    "within:handlers": ("cannot import name 'nothing' from 'good'", "mend the module"),
}
PLACES = {"raises": 2, "exits": 2, "broken": 1, "imports": 2, "within": 1}


@pytest.mark.parametrize("target", LOAD_TROUBLES)
def test_what_cannot_be_loaded_is_told_in_one_sentence_with_the_users_own_line(target: str, folder: Path) -> None:
    sentence, advice = LOAD_TROUBLES[target]
    with pytest.raises(HandlersError) as refusal:
        load(target)

    message = refusal.value.message
    assert sentence in message
    assert advice in str(refusal.value.help)
    assert "\n" not in message
    module = target.partition(":")[0]
    if module in PLACES:
        assert message.endswith(f"({folder / module}.py:{PLACES[module]})")


_PLAINLY_ANNOTATED = (
    "from typing import TypedDict, Any; Page = TypedDict('Page', {'url': str, 'links': list[str] | None});"
    "handlers = flowc.Handlers(); f = lambda page, n: None;"
    "f.__annotations__ = {'page': Page, 'n': int, 'return': Any};"
    "handlers.register(f, name='f'); handlers.facts()"
)


def test_importing_flowc_loads_neither_driver_nor_yaml_and_names_what_it_has() -> None:
    heavy = "('psycopg', 'yaml', 'jsonschema', 'rich', 'pydantic')"
    code = f"import flowc, sys; {_PLAINLY_ANNOTATED}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
    public = {"Blob", "Context", "Handlers", "Permanent", "RetryLater", "Secret", "Worker", "start", "start_async"}
    assert public <= set(dir(flowc))
    stub = Path(str(flowc.__file__)).with_suffix(".pyi").read_text()
    assert set(re.findall(r" as (\w+)", stub)) == public
    assert all(getattr(flowc, name).__name__ == name for name in public)
    with pytest.raises(AttributeError, match="no attribute 'Handler'"):
        flowc.Handler  # noqa: B018
