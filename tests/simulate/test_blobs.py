"""Blobs in memory: handlers pass bytes on, get them as they ask, and the engine sees what a database would."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flowc import Blob, Context
from flowc.testing import Finished, run_flow

PNG = b"\x89PNG\xff" * 100


@dataclass
class Picture:
    name: str
    data: Blob


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """``run(steps, handler=…, …)``: run a flow of these steps in memory."""

    def run(steps: str, input: Any = None, **handlers: Any) -> Finished:  # noqa: A002
        file = tmp_path / "flow.yaml"
        file.write_text(f"flow: pictures\n{textwrap.dedent(steps)}")
        return run_flow(file, handlers, input or {})

    return run


def draw() -> bytes:
    return PNG


def test_bytes_are_given_as_they_are_or_as_a_blob(run: Any) -> None:
    seen: dict[str, Any] = {}

    def plain(draw) -> None:  # type: ignore[no-untyped-def]
        seen["plain"] = draw

    def typed(draw: bytes) -> None:
        seen["typed"] = draw

    def lazy(draw: Blob) -> None:
        with draw.open() as file:
            seen["lazy"] = (draw.size, draw.media_type, draw.bytes(), file.read(4))

    steps = "steps: {draw: , plain: {depends_on: [draw]}, typed: {depends_on: [draw]}, lazy: {depends_on: [draw]}}"
    assert run(steps, draw=draw, plain=plain, typed=typed, lazy=lazy).status == "completed"
    assert seen == {
        "plain": PNG,
        "typed": PNG,
        "lazy": (len(PNG), "application/octet-stream", PNG, b"\x89PNG"),
    }


def test_a_blob_of_any_value_is_its_json(run: Any) -> None:
    def look(made: Blob, none: Blob | None, many: list[Blob]) -> Any:
        return [made.json(), made.media_type, none, [one.json() for one in many]]

    steps = """
    steps:
      made:
      look: {with: {made: $made, none: $made.gone, many: $made.many}}
    """
    made = {"many": [1, {"a": "ä"}]}
    assert run(steps, made=lambda: made, look=look).output == {
        "look": [made, "application/json", None, [1, {"a": "ä"}]]
    }


def test_a_null_where_a_blob_is_needed_fails_the_task(run: Any) -> None:
    def look(none: Blob) -> None: ...

    finished = run("steps: {made: , look: {with: {none: $made.gone}}}", made=lambda: {"a": 1}, look=look)
    assert finished.error["message"] == (
        "`$made.gone`, given as `none`, is null, and the parameter of `look` takes no null"
    )


def test_blobs_stand_in_the_runs_output_with_their_media_type(run: Any) -> None:
    def page(draw: Blob) -> dict[str, Any]:
        return {"title": "Cat", "pictures": [Blob(PNG, "image/png"), draw, b"raw"]}

    steps = """
    steps: {draw: , page: {depends_on: [draw]}}
    returns: {whole: $page, first: $page.pictures.0, title: $page.title}
    """
    output = run(steps, draw=draw, page=page).output
    assert [output["first"].media_type, output["first"].bytes(), output["title"]] == ["image/png", PNG, "Cat"]
    assert [one.bytes() for one in output["whole"]["pictures"]] == [PNG, PNG, b"raw"]


def test_a_map_over_pictures_gets_each(run: Any) -> None:
    steps = """
    steps:
      draw: {map: [1, 2, 3]}
      size: {map: $draw}
      all: {with: {draw: $draw}}
    """

    def all_of(draw: list[bytes]) -> int:
        return sum(map(len, draw))

    output = run(steps, draw=lambda item: b"x" * item, size=lambda item: len([*item]), all=all_of).output
    assert output == {"all": 6, "size": [1, 2, 3]}


def test_conditions_and_paths_see_null_in_place_of_bytes(run: Any) -> None:
    steps = """
    steps:
      draw:
      yes: {run_if: {draw: null}}
      no: {run_unless: {draw: null}}
      path: {with: {part: $draw.part}}
    """
    finished = run(steps, draw=draw, yes=lambda: 1, no=lambda: 1, path=lambda part: part)
    assert {slug: step.status for slug, step in finished.steps.items()} == {
        "draw": "completed", "yes": "completed", "no": "skipped", "path": "completed"
    }  # fmt: skip
    assert finished.output["path"] is None


def test_a_map_over_bytes_is_a_map_over_no_array(run: Any) -> None:
    finished = run("steps: {draw: , each: {map: $draw}}", draw=draw, each=lambda item: item)
    assert finished.error["message"] == "`$draw`, which `each` maps over, is null, not an array"


def test_json_of_a_blob_made_by_hand_is_a_value_like_any_other(run: Any) -> None:
    steps = "steps: {made: , small: {run_if: {made: {n: 1}}, with: {n: $made.n}}}"
    assert run(steps, made=lambda: Blob(b'{"n":1}', "application/json"), small=lambda n: n).output == {"small": 1}


def test_classes_may_have_blobs_in_them(run: Any) -> None:
    def make() -> Picture:
        return Picture("cat", Blob(PNG, "image/png"))

    def look(make: Picture) -> list[Any]:
        return [make.name, make.data.media_type, make.data.size]

    assert run("steps: {make: , look: {depends_on: [make]}}", make=make, look=look).output == {
        "look": ["cat", "image/png", len(PNG)]
    }


def test_the_context_finds_a_blob_by_its_id(run: Any) -> None:
    def look(ctx: Context, draw: Blob) -> list[Any]:
        return [ctx.get_blob(draw.id).size]

    steps = "steps: {draw: , look: {depends_on: [draw]}, lost: {depends_on: [look]}}"
    finished = run(steps, draw=draw, look=look, lost=lambda ctx: ctx.get_blob("0" * 64))
    assert finished.steps["look"].output == [len(PNG)]
    assert finished.error["class"] == "BlobMissing"


def test_of_several_handlers_the_first_ones_bytes_go_on_as_they_are(run: Any) -> None:
    def size(previous: Blob) -> int:
        return previous.size

    assert run("steps: {both: {handler: [draw, size]}}", draw=draw, size=size).output == {"both": len(PNG)}
