"""A handler gets what its parameters ask for, or exactly what `with` says; else the task fails before it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import pytest

from flowc import Handlers
from flowc.runtime.arguments import InvalidArguments, first_call, later_call, visible_steps

CTX = object()

DEFINITION: dict[str, Any] = {
    "flow": "f",
    "steps": {
        "site": {"kind": "task"},
        "robots": {"kind": "task"},
        "found": {
            "kind": "branch",
            "depends_on": ["robots"],
            "run_if": [{"site": {"status": 200}, "input": {"deep": True}}],
        },
        "inner": {"kind": "branch", "branch": "found"},
        "mood": {
            "kind": "task",
            "branch": "inner",
            "with": {"text": "$site.text", "cost": "$$5", "deep": {"n": ["$site.n"]}},
        },
        "words": {"kind": "task", "branch": "inner", "depends_on": ["mood"]},
        "after": {"kind": "task", "depends_on": ["found", "words"]},
        "pages": {"kind": "map", "map": "$site.links", "depends_on": ["site"]},
        "each": {"kind": "map", "map": "$site.links", "depends_on": ["site"], "with": {"url": "$item", "n": "$index"}},
    },
}
VALUES = {
    "site": {"text": "hello", "n": 7},
    "robots": None,
    "mood": "good",
    "input": {"deep": True},
    "item": "u",
    "index": 3,
}


def called(function: Callable[..., Any], slug: str, values: dict[str, Any] = VALUES) -> Any:
    """What ``function`` returns as the handler of a step."""
    handlers = Handlers()
    handlers.register(function, name="handler")
    positional, named = first_call(DEFINITION, slug, handlers["handler"]).arguments(values, CTX)
    return function(*positional, **named)


def refusal(function: Callable[..., Any], slug: str, values: dict[str, Any] = VALUES) -> str:
    """Why ``function`` is not called as the handler of a step."""
    with pytest.raises(InvalidArguments) as refused:
        called(function, slug, values)
    return str(refused.value)


@pytest.mark.parametrize(
    ("slug", "steps"),
    [
        ("site", ()),
        ("mood", ("robots", "site")),
        ("words", ("mood", "robots", "site")),
        ("after", ("words",)),
        ("pages", ("site",)),
    ],
)
def test_a_handler_may_name_what_its_step_waits_for_through_its_branches(slug: str, steps: tuple[str, ...]) -> None:
    assert visible_steps(DEFINITION, slug) == steps


def test_parameters_are_filled_by_name() -> None:
    def handler(site, input, ctx, mood):  # type: ignore[no-untyped-def]  # noqa: A002
        return site["n"], input, ctx is CTX, mood

    assert called(handler, "words") == (7, {"deep": True}, True, "good")


def test_a_map_also_offers_item_and_index() -> None:
    assert called(lambda item, index, site: (item, index, site["n"]), "pages") == ("u", 3, 7)
    assert refusal(lambda item: item, "words") == "nothing provides `item`, which `handler` needs"


def test_with_gives_exactly_its_arguments_and_the_context_where_it_is_asked_for() -> None:
    def handler(text: str, cost: str, deep: dict[str, Any], ctx: object) -> Any:
        return text, cost, deep, ctx is CTX

    assert called(handler, "mood") == ("hello", "$5", {"n": [7]}, True)
    assert called(lambda url, n: (url, n), "each") == ("u", 3)
    assert refusal(lambda text, cost, deep, site: 1, "mood") == "nothing provides `site`, which `handler` needs"


def test_an_argument_that_the_handler_does_not_take_is_refused() -> None:
    assert refusal(lambda text, ctx: 1, "mood") == "`handler` takes no `cost`, `deep`; it takes `text`"


def test_keywords_take_every_dependency_or_every_argument() -> None:
    assert called(lambda **rest: rest, "words") == {"mood": "good", "robots": None, "site": VALUES["site"]}
    assert called(lambda mood, **rest: sorted(rest), "words") == ["robots", "site"]
    assert called(lambda **rest: sorted(rest), "mood") == ["cost", "deep", "text"]


def test_a_default_stays_where_nothing_provides_the_parameter() -> None:
    assert called(lambda mood, depth=3: (mood, depth), "words") == ("good", 3)


def test_positional_only_parameters_are_filled_too() -> None:
    def handler(depth: int = 5, mood: str = "", /, *rest: Any, site: Any) -> Any:
        return depth, mood, rest, site["n"]

    assert called(handler, "words") == (5, "good", (), 7)


class Site(TypedDict):
    text: str


@pytest.mark.parametrize("annotation", [str, int, list[str], Site])
def test_a_null_is_refused_before_a_handler_is_called_whose_annotation_takes_none(annotation: Any) -> None:
    def handler(url: Any, n: Any) -> None:
        raise AssertionError("called")

    handler.__annotations__["url"] = annotation
    message = refusal(handler, "each", {**VALUES, "item": None})
    assert message == "`$item`, given as `url`, is null, and the parameter of `handler` takes no null"


def test_the_output_of_a_step_that_was_skipped_is_null_and_refused_likewise() -> None:
    def handler(site: Site) -> None: ...

    assert refusal(handler, "words", {}) == "`site` is null, and the parameter of `handler` takes no null"


def test_a_null_fits_optional_untyped_and_unknown_annotations() -> None:
    def handler(robots: str | None, site, mood: CTXType = None, input: str = None):  # type: ignore # noqa
        return robots, site, mood, input

    assert called(handler, "words", {}) == (None, None, None, None)


def test_a_path_that_leads_nowhere_is_null() -> None:
    assert called(lambda text, cost, deep: (text, deep), "mood", {"site": {"n": []}}) == (None, {"n": [[]]})


def test_a_later_handler_gets_what_the_one_before_returned() -> None:
    handlers = Handlers()
    handlers.register(lambda previous, ctx: (previous, ctx is CTX), name="clean")
    handlers.register(lambda **rest: rest, name="keywords")
    handlers.register(lambda text: text, name="stranger")

    def later(name: str) -> Any:
        call = later_call(handlers[name])
        positional, named = call.arguments({"previous": 5}, CTX)
        return call.handler.function(*positional, **named)

    assert later("clean") == (5, True)
    assert later("keywords") == {"previous": 5}
    with pytest.raises(InvalidArguments, match="nothing provides `text`, which `stranger` needs"):
        later("stranger")
