"""What a handler can get wrong is answered with one clear sentence, and ends no worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flowc import Handlers
from flowc.errors import HandlersError
from tests.runtime.test_perform import failure, output

MEGABYTES = 300


def test_a_handler_without_annotations_works_untyped() -> None:
    def handler(site, input, lost=None):  # type: ignore[no-untyped-def]  # noqa: A002
        return {"site": site, "input": input, "lost": lost}

    assert output(handler) == {"site": {"text": "hello"}, "input": {"url": "u", "n": 5}, "lost": None}


def recursive() -> Any:
    return recursive()


def holding_itself() -> Any:
    whole: list[Any] = []
    whole.append({"inner": whole})
    return whole


@dataclass
class Node:
    child: Node | None = None


def node_of_itself() -> Node:
    node = Node()
    node.child = node
    return node


def large() -> str:
    return "x" * (MEGABYTES * 1024 * 1024)


def lines() -> Iterator[int]:
    yield 1


def open_file() -> Any:
    return Path(__file__).open(encoding="utf-8")


async def elsewhere() -> int:
    return 1


def not_awaited() -> Any:
    return elsewhere()


async def asynchronous_lines() -> Any:
    yield 1


BAD: list[tuple[Callable[..., Any], str, str]] = [
    (recursive, "RecursionError", "maximum recursion depth exceeded"),
    (holding_itself, "InvalidOutput", "`$[0].inner` is `$` again: a value cannot hold itself"),
    (node_of_itself, "InvalidOutput", "cannot hold itself"),
    (large, "InvalidOutput", "is 314,572,802 bytes of JSON; 67,108,864 is the most that is kept"),
    (lines, "InvalidOutput", "is a generator or iterator, which can be read once only; return a list"),
    (asynchronous_lines, "InvalidOutput", "is a generator or iterator, which can be read once only; return a list"),
    (open_file, "InvalidOutput", "is an open file; return what it holds, or its path"),
    (not_awaited, "InvalidOutput", "is a coroutine that nobody awaited; declare the handler with `async def`"),
]


@pytest.mark.parametrize(("handler", "kind", "sentence"), BAD, ids=lambda value: getattr(value, "__name__", None))
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_each_is_told_in_one_sentence(handler: Callable[..., Any], kind: str, sentence: str) -> None:
    failed = failure(handler)

    assert failed.error["class"] == kind
    assert sentence in failed.error["message"]
    assert "\n" not in failed.error["message"]
    assert failed.retryable == (kind == "RecursionError")
    assert len(str(failed.error)) < 70_000


def test_a_coroutine_of_a_handler_in_a_list_is_awaited() -> None:
    assert output(elsewhere, lambda previous: previous + 1) == 2


def test_an_async_handler_that_needs_a_loop_has_one_wherever_it_is_called() -> None:
    async def handler() -> bool:
        return asyncio.get_running_loop().is_running()

    assert output(handler) is True
    assert output(lambda: 1, handler_of(handler)) is True


def handler_of(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def later(previous: int) -> Any:
        return await handler()

    return later


def test_two_handlers_of_one_name_are_refused_with_both_places() -> None:
    handlers = Handlers()
    handlers.register(lines)
    with pytest.raises(HandlersError, match="two handlers are named `lines`") as refused:
        handlers.register(open_file, name="lines")
    assert refused.value.message.count("test_bad_handlers.py:") == 2
