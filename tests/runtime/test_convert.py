"""Values become what annotations ask for, and results what they say; what does not fit fails, with the path."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NamedTuple, NewType, NotRequired, TypedDict, TypeVar
from uuid import UUID

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, RootModel, field_validator

from flowc import Context, Handlers
from flowc.errors import HandlersError
from flowc.runtime.blobs.depot import MemoryDepot
from flowc.runtime.blobs.marks import Place, taken_out
from flowc.runtime.encode import decode, encode
from flowc.runtime.outcome import Completed, Failed, Outcome
from flowc.runtime.perform import perform
from flowc.runtime.plan import Plan
from tests.runtime.test_perform import TASK, plan_of

if TYPE_CHECKING:
    from somewhere import Unknown  # type: ignore[import-not-found]

T = TypeVar("T")
Id = NewType("Id", int)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(enum.IntEnum):
    SMALL = 1


class Point(NamedTuple):
    x: int
    y: float = 0.5


@dataclass
class Link:
    url: str
    seen: datetime | None = None
    tags: set[str] = field(default_factory=set)


@dataclass
class Hyperlink:
    href: str


class Page(BaseModel):
    status: int
    links: list[Link] = []


class Strange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    from_: str = Field(alias="from")

    @field_validator("from_")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value == "nowhere":
            raise ValueError("nowhere is no place")
        return value


class Box(BaseModel, Generic[T]):
    inside: T


class Visit(TypedDict):
    """A typing.TypedDict, which pydantic itself refuses before Python 3.12."""

    at: datetime
    page: NotRequired[Page]


class Plain(TypedDict):
    n: int
    words: NotRequired[list[str]]


def outcome(annotation: Any, value: Any, *, returns: Any = Any, result: Any = None) -> tuple[list[Any], Outcome]:
    """What a handler is called with that has a parameter of this annotation, and what comes of it."""
    called: list[Any] = []

    def handler(site: Any) -> Any:
        called.append(site)
        return result

    handler.__annotations__ = {"site": annotation, "return": returns}
    handlers = Handlers()
    handlers.register(handler)
    step = {"kind": "task", "depends_on": ["site"], "handler": "handler"}
    definition = {"flow": "f", "steps": {"site": {"kind": "task"}, "work": step}}
    task = TASK._replace(inputs=encode({"site": value}).decode(), errors=None)
    return called, perform(task, Plan(definition, "work", handlers, {}))


def given(annotation: Any, value: Any) -> Any:
    """What a handler with this annotation is called with."""
    called, what = outcome(annotation, value)
    assert isinstance(what, Completed), what
    return called[0]


def refusal(annotation: Any, value: Any) -> str:
    """Why a handler with this annotation is not called."""
    called, what = outcome(annotation, value)
    assert isinstance(what, Failed)
    assert (what.error["class"], what.retryable, what.error["traceback"]) == ("InvalidArguments", False, "")
    assert not called
    return str(what.error["message"])


def stored(annotation: Any, result: Any) -> Any:
    """What is stored of a result."""
    _, what = outcome(Any, 0, returns=annotation, result=result)
    assert isinstance(what, Completed), what
    return decode(what.output)


def unfit(annotation: Any, result: Any) -> str:
    """Why a result is refused."""
    _, what = outcome(Any, 0, returns=annotation, result=result)
    assert isinstance(what, Failed)
    assert (what.error["class"], what.retryable) == ("InvalidOutput", False)
    return str(what.error["message"])


NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
LINK = Link("u", NOON, {"a"})
LINK_JSON = {"url": "u", "seen": "2024-01-01T12:00:00Z", "tags": ["a"]}
ID = UUID("00000000-0000-8000-8000-000000000001")

BOTH_WAYS: list[tuple[Any, Any, Any]] = [
    (str, "5", "5"),
    (int, 5, 5),
    (bool, True, True),
    (None, None, None),
    (Id, 7, 7),
    (int | None, None, None),
    (list[int], [1, 2], [1, 2]),
    (dict[str, Any], {"a": [None]}, {"a": [None]}),
    (Mapping[str, list[int]], {"a": [1]}, {"a": [1]}),
    (Sequence[str], ["a"], ["a"]),
    (Literal["a", 1, None], 1, 1),
    (Plain, {"n": 1, "more": True}, {"n": 1, "more": True}),
    (Any, {"n": [1]}, {"n": [1]}),
    (Colour, "red", Colour.RED),
    (Size, 1, Size.SMALL),
    (list[Colour], ["red", "blue"], [Colour.RED, Colour.BLUE]),
    (Literal[Colour.RED], "red", Colour.RED),
    (datetime, "2024-01-01T12:00:00Z", NOON),
    (date, "2024-01-01", date(2024, 1, 1)),
    (timedelta, "PT1H", timedelta(hours=1)),
    (UUID, str(ID), ID),
    (Decimal, "1.10", Decimal("1.10")),
    (Path, "a/b", Path("a/b")),
    (Point, [1, 2.5], Point(1, 2.5)),
    (tuple[int, str], [1, "a"], (1, "a")),
    (tuple[int, ...], [1, 2], (1, 2)),
    (set[int], [1], {1}),
    (Link, LINK_JSON, LINK),
    (Link | None, None, None),
    (dict[str, Link], {"a": LINK_JSON}, {"a": LINK}),
    (Page, {"status": 200, "links": [LINK_JSON]}, Page(status=200, links=[LINK])),
    (Page | Link, LINK_JSON, LINK),
    (Box[Link], {"inside": LINK_JSON}, Box[Link](inside=LINK)),
    (RootModel[list[int]], [1], RootModel[list[int]]([1])),
    (Strange, {"from": "here"}, Strange(**{"from": "here"})),
    (Annotated[int, Field(ge=1)], 3, 3),
    (Visit, {"at": "2024-01-01T12:00:00Z"}, {"at": NOON}),
    (list[Visit], [{"at": "2024-01-01T12:00:00Z"}], [{"at": NOON}]),
]


@pytest.mark.parametrize(("annotation", "json", "python"), BOTH_WAYS, ids=lambda value: str(value)[:40])
def test_json_becomes_what_the_annotation_says_and_back(annotation: Any, json: Any, python: Any) -> None:
    received = given(annotation, json)
    assert received == python
    assert type(received) is type(python)
    assert stored(annotation, python) == json


@pytest.mark.parametrize(("annotation", "json", "python"), BOTH_WAYS, ids=lambda value: str(value)[:40])
def test_facts_hold_schemas_that_take_what_is_converted(annotation: Any, json: Any, python: Any) -> None:
    from flowc.schemas import fits

    def handler(value: Any) -> Any: ...

    handler.__annotations__ = {"value": annotation, "return": annotation}
    handlers = Handlers()
    handlers.register(handler)
    facts = handlers.facts()["handlers"]["handler"]
    for schema in (facts["parameters"][0]["schema"], facts["returns"]):
        assert schema is None or fits(schema, json)


def test_a_whole_number_with_a_fraction_of_zero_is_an_integer_where_one_is_asked_for() -> None:
    assert type(given(int, 5.0)) is int
    assert type(given(int | None, 5.0)) is int
    assert type(given(float, 5)) is int
    assert type(given(int | float, 5.0)) is float
    assert repr(given(dict[str, list[int] | None], {"a": [1.0, 2]})) == "{'a': [1, 2]}"
    assert repr(given(Plain, {"n": 1.0, "more": 1.0})) == "{'n': 1, 'more': 1.0}"
    assert repr(given(list[int] | list[str], [1.0])) == "[1]"
    assert given(Page, {"status": 200.0}) == Page(status=200)
    assert repr(given(list[Point], [[1.0, 2], [3.0, 4.0]])) == "[Point(x=1, y=2.0), Point(x=3, y=4.0)]"
    assert refusal(Page, {"status": 200.5}) == "`site.status`: a valid integer is needed, got number 200.5"


REFUSED: list[tuple[Any, Any, str]] = [
    (int, "5", '`site`: an integer is needed, got string "5"'),
    (str, 5, "`site`: a string is needed, got integer 5"),
    (bool, 1, "`site`: a boolean is needed, got integer 1"),
    (int, True, "`site`: an integer is needed, got boolean true"),
    (list[int], [1, "x"], '`site[1]`: an integer is needed, got string "x"'),
    (Plain, {}, "`site`: `n` is missing"),
    (Plain, {"n": 1, "words": [5]}, "`site.words[0]`: a string is needed, got integer 5"),
    (Literal["a", "b"], "c", '`site`: one of "a", "b" is needed, got string "c"'),
    (Page, {"status": "abc"}, '`site.status`: a valid integer is needed, got string "abc"'),
    (Page, {"links": []}, "`site`: `status` is missing"),
    (Page, {"status": 1, "links": [{"url": 5}]}, "`site.links[0].url`: a valid string is needed, got integer 5"),
    (Page, {"status": 1, "links": [{}]}, "`site.links[0]`: `url` is missing"),
    (Page, [], "`site`: an object is needed, got an array"),
    (Link, {"url": "u", "seen": "then"}, "`site.seen`: a valid datetime"),
    (Colour, "green", "`site`: 'red' or 'blue' is needed, got string \"green\""),
    (datetime, 5, "`site`: a valid datetime is needed, got integer 5"),
    (UUID, "x", "`site`: a valid UUID"),
    (Page | Colour, 5, "`site`: an object is needed, or 'red' or 'blue' is needed, got integer 5"),
    (Strange, {"from": "nowhere"}, '`site.from`: nowhere is no place, got string "nowhere"'),
    (Strange, {"from": "a", "to": 1}, "`site.to`: extra inputs are not permitted, got integer 1"),
    (Annotated[int, Field(ge=1)], 0, "`site`: greater than or equal to 1 is needed, got integer 0"),
    (Visit, {"at": "x"}, "`site.at`: a valid datetime"),
    (Page, "x" * 100, "`site`: an object is needed, got a long string"),
    (datetime, "x", '`site`: a valid datetime is needed (input is too short), got string "x"'),
    (Page, None, "`site` is null, and the parameter of `handler` takes no null"),
    (Colour, None, "`site` is null, and the parameter of `handler` takes no null"),
]


@pytest.mark.parametrize(("annotation", "value", "sentence"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_does_not_fit_fails_without_retry_and_names_the_path(annotation: Any, value: Any, sentence: str) -> None:
    assert refusal(annotation, value).startswith(sentence)


BYTES: list[tuple[Any, Any, str]] = [
    (str, b"x", "`site`"),
    (int | None, b"x", "`site`"),
    (list[int], [1, b"x"], "`site[1]`"),
    (dict[str, str], {"a b": b"x"}, '`site["a b"]`'),
    (list[Link], [{"url": b"x"}], "`site[0].url`"),
]


@pytest.mark.parametrize(("annotation", "value", "place"), BYTES, ids=lambda value: str(value)[:40])
def test_bytes_do_not_fit_where_nobody_asks_for_them(annotation: Any, value: Any, place: str) -> None:
    depot = MemoryDepot()
    without, places = taken_out(value)
    marks = [Place(one.path, depot.put(one.blob.bytes())).mark() for one in places]
    task = TASK._replace(inputs=encode({"site": without}).decode(), blobs=encode({"site": marks}).decode(), errors=None)

    def handler(site: Any) -> None:
        raise AssertionError(site)

    handler.__annotations__ = {"site": annotation}
    failed = perform(task, plan_of(handler), blobs=depot)
    assert isinstance(failed, Failed)
    assert (failed.error["class"], failed.retryable) == ("InvalidArguments", False)
    assert failed.error["message"] == f"{place}: JSON is needed, got bytes; annotate it as `bytes` or `Blob`"


UNFIT: list[tuple[Any, Any, str]] = [
    (str, 5, "at `$`: a string is needed, got integer 5"),
    (None, 5, "at `$`: null is needed, got integer 5"),
    (Plain, {"n": "1"}, 'at `$.n`: an integer is needed, got string "1"'),
    (Page, {"status": "abc", "links": []}, 'at `$.status`: an integer is needed, got string "abc"'),
    (Link, None, "at `$`: an object is needed, got null"),
    (list[Page], [Page(status=1), {}], "at `$[1]`: `status` is missing"),
    (Link, Hyperlink("u"), "at `$`: an instance of Link is needed, got a value of type `Hyperlink`"),
    (list[Link], [LINK, Hyperlink("u")], "at `$[1]`: an instance of Link is needed, got a value of type `Hyperlink`"),
]


@pytest.mark.parametrize(("annotation", "value", "sentence"), UNFIT, ids=lambda value: str(value)[:40])
def test_a_result_that_its_annotation_denies_fails_without_retry(annotation: Any, value: Any, sentence: str) -> None:
    assert unfit(annotation, value) == f"the result does not fit what `handler` is annotated to return {sentence}"


def test_a_result_without_an_annotation_is_written_by_its_own_type() -> None:
    assert stored(Any, [Page(status=200, links=[LINK])]) == [{"status": 200, "links": [LINK_JSON]}]
    assert stored(Any, {"price": Decimal("1.10"), "file": Path("a/b"), "colour": Colour.RED}) == {
        "price": "1.10",
        "file": "a/b",
        "colour": "red",
    }
    assert stored(Any, Strange(**{"from": "here"})) == {"from": "here"}
    assert unfit(Any, {"page": Box[Any](inside=object())}).startswith(
        "the result cannot be stored: `$.page` is of type"
    )


def test_what_json_has_not_is_refused_also_within_annotated_results() -> None:
    assert "is NaN" in unfit(list[Link] | float, float("nan"))
    assert "holds U+0000" in unfit(Link, Link("a\0b"))
    assert "`$` is a generator" in unfit(Iterator[int], iter([1]))


def test_extra_keys_of_plain_dicts_stay_and_models_read_their_own() -> None:
    assert given(Plain, {"n": 1, "more": 2}) == {"n": 1, "more": 2}
    assert given(Page, {"status": 1, "more": 2}) == Page(status=1)


def test_the_reference_that_gave_a_value_is_named() -> None:
    def handler(code: int) -> None: ...

    handlers = Handlers()
    handlers.register(handler)
    step = {"kind": "task", "depends_on": ["site"], "handler": "handler", "with": {"code": "$site.text"}}
    plan = Plan({"flow": "f", "steps": {"site": {"kind": "task"}, "work": step}}, "work", handlers, {})
    failed = perform(TASK, plan)
    assert isinstance(failed, Failed)
    assert failed.error["message"] == '`code`: an integer is needed, got string "hello" (given as `$site.text`)'


def chained(first: Any, annotation: Any) -> Any:
    """What the second of two handlers gets that is annotated so, or why not."""
    called: list[Any] = []

    def second(previous: Any) -> None:
        called.append(previous)

    second.__annotations__ = {"previous": annotation}
    handlers = Handlers()
    handlers.register(lambda: first, name="first")
    handlers.register(second)
    work = {"kind": "task", "handler": ["first", "second"]}
    ended = perform(TASK, Plan({"flow": "f", "steps": {"work": work}}, "work", handlers, {}))
    return called[0] if called else ended


class Soup:
    """Something that only Python knows."""


def test_previous_is_converted_from_json_or_passed_as_it_is() -> None:
    soup, generator = Soup(), iter([1])
    assert chained(soup, Soup) is soup
    assert chained(generator, Any) is generator
    assert chained({1, 2}, set[int]) == {1, 2}
    assert chained([{1}, soup], list[Any]) == [{1}, soup]
    assert chained(LINK, Link) == LINK
    assert chained(LINK_JSON, Link) == LINK
    assert chained({"status": 200, "links": [LINK]}, Page) == Page(status=200, links=[LINK])
    assert chained(b"raw", bytes) == b"raw"
    assert chained([NOON, soup], list[str]) == [NOON, soup]
    assert chained([{"url": "u"}, NOON], list[Any]) == [{"url": "u"}, NOON]
    assert chained({"a": NOON}, dict[str, str]) == {"a": NOON}


def test_a_previous_of_another_type_fails_without_retry_and_names_the_handler() -> None:
    for value, annotation, sentence in [
        ("5", int, '`previous`: an integer is needed, got string "5"'),
        ([Hyperlink("u"), "b"], list[str], "`previous[0]`: a string is needed, got an object"),
        ({"at": NOON}, dict[str, int], '`previous.at`: an integer is needed, got string "2024-01-01T12:00:00+00:00"'),
        (5, Soup, "`previous`: an instance of Soup is needed, got integer 5"),
        ({"status": "x"}, Page, '`previous.status`: a valid integer is needed, got string "x"'),
        (None, Page, "`previous` is null, and the parameter of `second` takes no null"),
    ]:
        ended = chained(value, annotation)
        assert isinstance(ended, Failed)
        assert (ended.error["message"], ended.error["handler"], ended.retryable) == (sentence, "second", False)


def test_classes_of_the_function_around_a_handler_are_found_also_by_postponed_annotations() -> None:
    class Inner(BaseModel):
        n: int

    class Outer(TypedDict):
        inner: Inner
        at: date

    handlers = Handlers()

    @handlers.register
    def handler(outer: Outer, many: list[Inner] | None = None) -> Inner:
        return outer["inner"]

    assert handlers["handler"].returns is not None
    assert handlers["handler"].parameters[0].converter is not None
    value = handlers["handler"].parameters[0].converter.from_json({"inner": {"n": 1}, "at": "2024-01-01"})
    assert value == {"inner": Inner(n=1), "at": date(2024, 1, 1)}


def test_what_is_defined_after_the_handler_is_found() -> None:
    handlers = Handlers()

    @handlers.register
    def handler(late: Late) -> None: ...

    handlers.resolve()
    assert handlers["handler"].parameters[0].schema is not None


@dataclass
class Late:
    at: date


class Client:
    """No JSON becomes one."""


@dataclass
class Holder:
    client: Client


def _register(annotation: Any, where: str = "value", default: Any = ...) -> Handlers:
    handlers = Handlers()
    if default is ...:

        def handler(value: Any) -> Any: ...
    else:

        def handler(value: Any = default) -> Any: ...

    handler.__annotations__ = {where: annotation}
    handlers.register(handler)
    return handlers


NO_JSON = "no JSON can become that"
UNUSABLE: list[tuple[Any, str]] = [
    (Client, NO_JSON),
    (list[Client], NO_JSON),
    (Holder, NO_JSON),
    (Iterator[int], NO_JSON),
    (type(sum), NO_JSON),
    (Callable[[int], int], NO_JSON),
    (type[int], NO_JSON),
    (Generator[int, None, None], NO_JSON),
    ("Unknown", "there is no `Unknown`"),
    ("list[Unknown]", "there is no `Unknown`"),
    (list["Unknown"], "there is no `Unknown`"),
    ("1/0", "ZeroDivisionError: division by zero"),
    ("a b", "SyntaxError: "),
]


@pytest.mark.parametrize(("annotation", "sentence"), UNUSABLE, ids=lambda value: str(value)[:40])
def test_an_annotation_that_cannot_be_used_is_told_before_anything_runs(annotation: Any, sentence: str) -> None:
    with pytest.raises(HandlersError) as refused:
        _register(annotation).resolve()
    message = refused.value.message
    assert message.startswith("the handler `handler` (tests/runtime/test_convert.py:")
    assert "annotates its parameter `value` with `" in message
    assert sentence in message
    assert "\n" not in message
    assert "leave the annotation away" in str(refused.value.help)


def test_a_return_annotation_that_cannot_be_read_is_told_too() -> None:
    with pytest.raises(HandlersError, match="annotates what it returns with `Unknown`, which cannot be read"):
        _register("Unknown", "return").resolve()


def test_a_parameter_with_a_default_may_be_annotated_with_anything_as_long_as_nothing_gives_it() -> None:
    for annotation in (Client, "Unknown"):
        handlers = _register(annotation, default=None)
        handlers.resolve()
        assert handlers["handler"].parameters[0].schema is None
    definition = {"flow": "f", "steps": {"work": {"kind": "task", "handler": "handler", "with": {"value": 5}}}}
    failed = perform(TASK, Plan(definition, "work", _register(Client, default=None), {}))
    assert isinstance(failed, Failed)
    assert "nothing can become the `tests.runtime.test_convert.Client`" in failed.error["message"]
    definition = {"flow": "f", "steps": {"work": {"kind": "task", "handler": "handler"}}}
    assert isinstance(perform(TASK, Plan(definition, "work", _register(Client, default=None), {})), Completed)


def test_the_context_may_be_annotated_with_what_only_the_type_checker_imports() -> None:
    handlers = Handlers()

    @handlers.register
    def handler(ctx: Unknown, other: Context | None = None) -> None: ...

    handlers.resolve()
    assert [one["name"] for one in handlers.facts()["handlers"]["handler"]["parameters"]] == ["ctx", "other"]


def test_lists_are_read_where_any_iterable_is_asked_for() -> None:
    assert given(Iterable[Colour], ["red"]) == [Colour.RED]
    assert given(Iterable[int], [1]) == [1]


def test_an_alias_is_what_travels() -> None:
    class Sent(BaseModel):
        from_: str = Field(validation_alias=AliasChoices("from", "sender"), serialization_alias="from")

    assert given(Sent, {"sender": "a"}).from_ == "a"
    assert stored(Sent, Sent(sender="a")) == {"from": "a"}  # type: ignore[call-arg]
