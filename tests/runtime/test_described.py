"""What the checks are told of handlers refuses nothing that the handlers take, and promises nothing that they keep."""

from __future__ import annotations

import enum
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypedDict

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WrapValidator,
    computed_field,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

from flowc import Handlers
from flowc.runtime.outcome import Completed
from flowc.runtime.perform import perform
from flowc.schemas import fits
from tests.runtime.test_convert import given, stored
from tests.runtime.test_perform import TASK, plan_of


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")
    page_url: str = Field(alias="pageUrl")
    depth: int = Field(alias="depth")


class ByChoice(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: str = Field(validation_alias=AliasChoices("url", "link", AliasPath("page", "url")))


class ByPath(BaseModel):
    first: int = Field(validation_alias=AliasPath("numbers", 0))


class Split(BaseModel):
    numbers: list[int]

    @field_validator("numbers", mode="before")
    @classmethod
    def split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value


class Pair(BaseModel):
    x: int
    y: int

    @model_validator(mode="before")
    @classmethod
    def of_text(cls, value: Any) -> Any:
        return dict(zip("xy", map(int, value.split(",")), strict=True))


class Right(enum.Flag):
    READ = 1
    WRITE = 2


class Colour(enum.Enum):
    RED = "red"


def _facts(annotation: Any, default: Any = ...) -> dict[str, Any]:
    def handler(value: Any = None) -> Any: ...

    handler.__annotations__ = {"value": annotation, "return": annotation}
    handler.__defaults__ = None if default is ... else (default,)
    handlers = Handlers()
    handlers.register(handler)
    facts: dict[str, Any] = handlers.facts()["handlers"]["handler"]
    return facts


def _taken(annotation: Any) -> Any:
    """The schema of what is taken; one that takes anything where nothing is said."""
    schema = _facts(annotation)["parameters"][0]["schema"]
    return True if schema is None else schema


def _given(annotation: Any) -> Any:
    schema = _facts(annotation)["returns"]
    return True if schema is None else schema


TAKEN: list[tuple[Any, Any]] = [
    (ByName, {"pageUrl": "u", "depth": 1}),
    (ByName, {"page_url": "u", "depth": 1}),
    (ByChoice, {"url": "u"}),
    (ByChoice, {"link": "u"}),
    (ByChoice, {"page": {"url": "u"}}),
    (ByPath, {"numbers": [3]}),
    (Pair, "1,2"),
    (Annotated[int, BeforeValidator(int)], "5"),
    (Annotated[int, PlainValidator(len)], "abc"),
    (Annotated[str, WrapValidator(lambda value, then: then(str(value)))], 5),
    (Literal[Colour.RED], "red"),
    (Right, 3),
    (complex, 2),
    (complex, "1+2j"),
]


@pytest.mark.parametrize(("annotation", "value"), TAKEN)
def test_what_a_handler_takes_its_facts_do_not_refuse(annotation: Any, value: Any) -> None:
    given(annotation, value)
    assert fits(_taken(annotation), value)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (ByName, {"pageUrl": "u"}),
        (ByName, {"page_url": 5, "depth": 1}),
        (ByChoice, {"link": 5}),
        (ByPath, {}),
        (Literal[Colour.RED], "green"),
        (Right, "READ"),
    ],
)
def test_what_a_handler_refuses_its_facts_still_refuse(annotation: Any, value: Any) -> None:
    assert not fits(_taken(annotation), value)


def test_only_what_a_validator_looks_at_first_is_left_open() -> None:
    assert _taken(Split)["properties"] == {"numbers": {}}


def test_a_default_of_none_takes_null_whatever_the_annotation() -> None:
    for annotation, wrong in ((int, "5"), (ByName, {})):
        [parameter] = _facts(annotation, None)["parameters"]
        assert fits(parameter["schema"], None)
        assert not fits(parameter["schema"], wrong)
    assert _facts(int, 5)["parameters"][0]["schema"] == {"type": "integer"}
    assert _facts(int | None, None)["parameters"][0]["schema"] == {"type": ["integer", "null"]}


class Area(BaseModel):
    width: int = 3
    hidden: int = Field(default=1, exclude=True)

    @computed_field
    def area(self) -> int:
        return self.width**2


@dataclass
class Tagged:
    name: str = ""
    tags: list[str] = field(default_factory=list)


class Loose(TypedDict, total=False):
    area: Area


@pytest.mark.parametrize(("annotation", "there"), [(Area, ["area", "width"]), (Tagged, ["name", "tags"]), (Loose, [])])
def test_fields_with_defaults_are_there_in_every_result(annotation: Any, there: list[str]) -> None:
    assert sorted(_facts(annotation)["returns"].get("required", [])) == there


def test_a_dictionary_in_place_of_a_model_need_not_have_the_defaults() -> None:
    def handler() -> Tagged:
        return {"name": "n"}  # type: ignore[return-value]

    assert perform(TASK, plan_of(handler)) == Completed(b'{"name":"n"}')


class Written(BaseModel):
    number: int = 5

    @field_serializer("number")
    def write(self, value):  # type: ignore[no-untyped-def]
        return f"no {value}"


class WrittenWhole(BaseModel):
    number: int = 5

    @model_serializer
    def write(self):  # type: ignore[no-untyped-def]
        return ["number", self.number]


@pytest.mark.parametrize(("result", "json"), [(Written(), {"number": "no 5"}), (WrittenWhole(), ["number", 5])])
def test_a_serializer_that_does_not_say_what_it_gives_may_give_anything(result: Any, json: Any) -> None:
    assert stored(type(result), result) == json
    assert fits(_given(type(result)), json)


def test_what_no_schema_can_say_of_a_part_is_left_open() -> None:
    assert fits(_given(dict[str, Hashable] | tuple[int, int]), {"a": "b"})
    assert not fits(_given(dict[str, Hashable] | tuple[int, int]), 5)


def _fussy(value: Any) -> Any:
    raise TypeError(value)


@pytest.mark.parametrize("validator", [_fussy, int, len])
def test_a_validator_that_stumbles_over_null_does_not_keep_handlers_from_being_checked(
    validator: Callable[[Any], Any],
) -> None:
    handlers = Handlers()

    @handlers.register
    def handler(value: Annotated[int, BeforeValidator(validator)]) -> None: ...

    handlers.resolve()
    assert handlers["handler"].parameters[0].refuses_null
