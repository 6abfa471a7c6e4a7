"""A flow's copy under its next slug."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowc.errors import UsageError
from flowc.project.bump import bump, next_slug


@pytest.mark.parametrize(
    ("slug", "following"),
    [("x", "x_v2"), ("x_v2", "x_v3"), ("x_v9", "x_v10"), ("x_v1", "x_v2"), ("x_v", "x_v_v2"), ("x_v0", "x_v0_v2")],
)
def test_the_next_slug(slug: str, following: str) -> None:
    assert next_slug(slug) == following


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("flow: x # x is the slug of x\nsteps: {x: }\n", "flow: x_v2 # x is the slug of x\nsteps: {x: }\n"),
        ("# x\r\n\"flow\" : 'x'\r\nsteps:\r\n  x:\r\n", "# x\r\n\"flow\" : 'x_v2'\r\nsteps:\r\n  x:\r\n"),
        ("\ufeffsteps: {a: }\nflow: >-\n  x\n", "\ufeffsteps: {a: }\nflow: >-\n  x_v2\n"),
        ("{flow: x, steps: {a: {with: {flow: x}}}}", "{flow: x_v2, steps: {a: {with: {flow: x}}}}"),
    ],
)
def test_only_the_slug_changes(tmp_path: Path, text: str, copy: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(text.encode())
    bumped = bump(file)
    assert bumped.data == copy.encode()
    assert (bumped.file, bumped.slug, bumped.old_slug) == (tmp_path / "x_v2.yaml", "x_v2", "x")


def test_a_slug_in_a_json_file_stays_quoted(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"flow": "x_v7", "steps": {"a": null}}')
    assert json.loads(bump(file).data)["flow"] == "x_v8"


@pytest.mark.parametrize(
    ("name", "slug", "copy"),
    [
        ("x", "x_v1", "x_v2"),
        ("x_v1", "x_v1", "x_v2"),
        ("page", "x_v1", "page_v2"),
        ("page_v2", "x", "page_v3"),
        ("x", "x", "x_v2"),
    ],
)
def test_the_copy_is_named_after_its_slug_where_the_file_was(tmp_path: Path, name: str, slug: str, copy: str) -> None:
    file = tmp_path / f"{name}.yml"
    file.write_text(f"flow: {slug}\nsteps: {{a: }}\n")
    assert bump(file).file == tmp_path / f"{copy}.yml"


@pytest.mark.parametrize("text", ["steps: {a: }\n", "flow: [\n", "flow: 5\n", "flow: my-flow\n", f"flow: {'x' * 62}\n"])
def test_what_has_no_next_slug_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        bump(file)
    assert raised.value.help


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        bump(tmp_path)
