"""Schemas from other files: bundled they say the same, and nothing outside of the repository is ever looked at."""

from __future__ import annotations

import json
import os
import posixpath
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.compiler.pipeline import Compilation, compile_file
from flowc.compiler.text.reading import LARGEST
from flowc.schemas import fits
from tests.compiler.compiling import digest_of, said

FLOW = "flow: report\ninput: {{$ref: {}}}\nsteps: {{website: }}\n"
LINK = '{"type": "object", "properties": {"url": {"type": "string"}}}'


def with_files(files: dict[str, str], text: str) -> Compilation:
    """What becomes of a flow in a folder with these files, which stand nowhere but here."""
    folder = os.path.realpath("nowhere/flows")

    def read(file: Path) -> bytes:
        try:
            return files[os.path.relpath(file, folder)].encode()
        except KeyError:
            raise FileNotFoundError(file) from None

    return compile_file("nowhere/flows/report.yaml", None, text.encode(), read)


def input_of(compilation: Compilation) -> Any:
    """The schema of the input in the definition of a flow without mistakes."""
    assert compilation.definition is not None, said(compilation)
    return compilation.definition.body["input"]


# --- what is bundled -------------------------------------------------------------------------------------------------

_FILES = ("one.json", "two.json", "more/three.json", "../schemas/four.json")
_TARGETS = [f"{file}{fragment}" for file in _FILES for fragment in ("", "#/$defs/a", "#/$defs/b")]


def _references(file: str) -> st.SearchStrategy[str]:
    """References from one file to all of them, and to parts of itself."""
    around = posixpath.dirname(f"/repository/flows/{file}")
    others = [posixpath.relpath(f"/repository/flows/{target}", around) for target in _TARGETS]
    return st.sampled_from([*others, "#", "#/$defs/a", "#/$defs/b"])


def _schemas(references: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    leaf = st.one_of(
        st.booleans(),
        st.builds(lambda kind: {"type": kind}, st.sampled_from(["integer", "string", "null"])),
        st.builds(lambda reference: {"$ref": reference}, references),
    )
    names = st.sampled_from(["x", "y", "$ref", "default"])
    return st.builds(
        lambda properties, required, items: {"properties": properties, "required": required, "items": items},
        st.dictionaries(names, leaf, max_size=3),
        st.lists(names, unique=True, max_size=1),
        leaf,
    )


@st.composite
def _repositories(draw: st.DrawFn) -> dict[str, Any]:
    """The schemas of all files; the one of the flow has no name."""
    found = {}
    for file in ("", *_FILES):
        schemas = _schemas(_references(file))
        found[file] = draw(schemas) | {"$defs": {"a": draw(schemas), "b": draw(schemas)}}
    return found


_VALUES = st.recursive(
    st.sampled_from([None, 1, "text", True]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["x", "y", "$ref", "default"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=30)
@given(_repositories(), st.lists(_VALUES, min_size=1, max_size=8))
def test_a_bundled_schema_takes_what_its_files_take_together(schemas: dict[str, Any], values: list[Any]) -> None:
    files = {file: json.dumps(schema) for file, schema in schemas.items() if file}
    flow = json.dumps({"flow": "report", "input": schemas[""], "steps": {"website": None}})
    bundled = input_of(with_files(files, flow))
    base = "memory:///repository/flows/"
    by_uri = {f"memory://{posixpath.normpath(f'/repository/flows/{file}')}": schemas[file] for file in _FILES}
    whole = jsonschema_rs.Draft202012Validator({"$id": f"{base}report", **schemas[""]}, retriever=by_uri.__getitem__)
    assert [fits(bundled, value) for value in values] == [whole.is_valid(value) for value in values]


def test_the_definition_is_as_if_the_schemas_were_written_below_defs() -> None:
    files = {"../schemas/page.schema.json": '{"$id": "https://x.y/z", "items": {"$ref": "link.yaml"}}'}
    files["../schemas/link.yaml"] = "type: object\nproperties: {back: {$ref: page.schema.json}, first: {$ref: '#'}}\n"
    found = with_files(files, FLOW.format("../schemas/page.schema.json"))
    assert input_of(found) == {
        "$ref": "#/$defs/page",
        "$defs": {
            "page": {"items": {"$ref": "#/$defs/link"}},
            "link": {
                "type": "object",
                "properties": {"back": {"$ref": "#/$defs/page"}, "first": {"$ref": "#/$defs/link"}},
            },
        },
    }
    by_hand = json.dumps({"flow": "report", "input": input_of(found), "steps": {"website": None}})
    assert found.definition is not None
    assert found.definition.digest == digest_of(by_hand)


def test_names_are_kept_apart() -> None:
    inner = '{"$defs": {"link": {"type": "string"}}}'
    files = {"a/link.json": LINK, "b/link.json": "{}", "page.json": inner, "my page.json": "true and false"}
    files["my page.json"] = "{}"
    written = {
        "a": {"$ref": "a/link.json"},
        "b": {"$ref": "b/link.json"},
        "c": {"$ref": "page.json#/$defs/link"},
        "d": {"$ref": "my%20page.json"},
        "e": {"$ref": "a/link.json#"},
    }
    flow = {"flow": "f", "input": {"properties": written, "$defs": {"my_page": True}}, "steps": {"website": None}}
    schema = input_of(with_files(files, json.dumps(flow)))
    assert {name: each["$ref"] for name, each in schema["properties"].items()} == {
        "a": "#/$defs/link",
        "b": "#/$defs/link_2",
        "c": "#/$defs/page_link",
        "d": "#/$defs/my_page_2",
        "e": "#/$defs/link",
    }
    assert schema["$defs"]["my_page"] is True


def test_an_anchor_leads_to_its_schema() -> None:
    files = {"page.json": '{"$defs": {"a": {"$anchor": "link", "items": {"$ref": "#link"}}}}'}
    schema = input_of(with_files(files, FLOW.format('"page.json#link"')))
    assert schema == {"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}


def test_outputs_inside_of_branches_are_bundled() -> None:
    steps = "{known: {run_if: {input: {x: 1}}, steps: {website: {output: {$ref: link.json}}}}}"
    found = with_files({"link.json": LINK}, f"flow: report\nsteps: {steps}\n")
    assert found.definition is not None, said(found)
    assert found.definition.body["steps"]["website"]["output"]["$defs"] == {"link": json.loads(LINK)}


def test_data_that_looks_like_a_reference_is_none() -> None:
    written = {"const": {"$ref": "nowhere.json"}, "properties": {"$ref": {"default": {"$ref": "nowhere.json"}}}}
    text = json.dumps({"flow": "f", "steps": {"website": {"output": {"$ref": "page.json"}}}})
    found = with_files({"page.json": json.dumps(written)}, text)
    assert found.definition is not None, said(found)


# --- the digest ------------------------------------------------------------------------------------------------------


def _digest(page: str, name: str = "page.yaml") -> str:
    found = with_files({name: page, "link.json": LINK}, FLOW.format(name))
    assert found.definition is not None, said(found)
    return found.definition.digest


PAGE = "type: object\nrequired: [a, b]\nproperties:\n  a: {$ref: link.json}\n  b: {type: integer}\n"


@pytest.mark.parametrize(
    "page",
    [
        "# a comment\nproperties: {b: {type: integer}, a: {$ref: link.json}}\nrequired: [b, a]\ntype: object\n",
        f"{PAGE}$defs: {{other: {{type: string}}}}\n",
        f"$schema: https://json-schema.org/draft/2020-12/schema\n$id: https://example.com/page\n{PAGE}",
        PAGE.replace("link.json", "./link.json#"),
    ],
)
def test_layout_and_what_nobody_refers_to_do_not_change_the_digest(page: str) -> None:
    assert _digest(page) == _digest(PAGE)


def test_json_and_yaml_of_the_same_meaning_have_the_same_digest() -> None:
    page = {"type": "object", "required": ["a", "b"], "properties": {"b": {"type": "integer"}}}
    page["properties"]["a"] = {"$ref": "link.json"}  # type: ignore[index]
    assert _digest(json.dumps(page, indent=3), "page.json") == _digest(PAGE)


@pytest.mark.parametrize(("old", "new"), [("integer", "number"), ("[a, b]", "[a]"), ("{$ref: link.json}", "{}")])
def test_another_meaning_of_a_file_changes_the_digest(old: str, new: str) -> None:
    assert _digest(PAGE.replace(old, new)) != _digest(PAGE)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("http://127.0.0.1:9/page.json", "nothing is fetched"),
        ("HTTPS://example.com/page.json", "nothing is fetched"),
        ("file:///etc/page.json", "`file:` is no relative path"),
        ("C:/page.json", "`C:` is no relative path"),
        ("//example.com/page.json", "no relative path"),
        ("%2Fetc/page.json", "names no file"),
        ("page.json%00.json", "names no file"),
        ("%ff.json", "not UTF-8"),
        ("page.json?all", "a file has no `?…`"),
        ("../../../../../../../../../../../../page.json", "leads out of the repository"),
        ("..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fpage.json", "leads out of the repository"),
        ("../../.git/page.json", "leads into the folder of git"),
        ("../../.env", "no .json, .yaml or .yml"),
    ],
)
def test_what_leads_elsewhere_is_refused_unread(reference: str, why: str) -> None:
    def read(file: Path) -> bytes:
        raise AssertionError(file)

    text = FLOW.format(json.dumps(reference)).encode()
    [found] = compile_file("nowhere/flows/report.yaml", None, text, read).diagnostics
    assert (found.code, found.position.line) == ("FL607", 2)
    assert why in found.message


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of flows in a repository, which is the current folder; a schema stands outside of it."""
    (tmp_path / "outside.json").write_text("{}")
    (tmp_path / "repository/flows").mkdir(parents=True)
    (tmp_path / "repository/.git").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository/flows"


def _said(flows: Path, reference: str) -> list[str]:
    flow = flows / "report.yaml"
    flow.write_text(FLOW.format(json.dumps(reference)))
    return [f"{one.code} {one.message}" for one in compile_file("flows/report.yaml").diagnostics]


def test_links_are_followed_inside_of_the_repository_and_not_out_of_it(flows: Path) -> None:
    (flows / "out.json").symlink_to("../../outside.json")
    (flows / "folder").symlink_to("../..")
    (flows / "in.json").symlink_to("../link.yaml")
    (flows.parent / "link.yaml").write_text("items: {$ref: beside.json}\n")
    (flows.parent / "beside.json").write_text("{}")
    assert _said(flows, "out.json") == ["FL607 `out.json` is a link that leads out of the repository"]
    assert _said(flows, "folder/outside.json") == ["FL607 `folder/outside.json` leads out of the repository"]
    assert _said(flows, "in.json") == []


def test_without_a_repository_only_the_own_folder_is_read(flows: Path) -> None:
    (flows.parent / ".git").rmdir()
    (flows.parent / "page.json").write_text("{}")
    (flows / "page.json").write_text("{}")
    assert _said(flows, "page.json") == []
    assert _said(flows, "../page.json") == ["FL607 `../page.json` leads out of the repository"]
    (flows.parent / "pyproject.toml").touch()
    assert _said(flows, "../page.json") == []


def test_what_is_no_schema_file_is_said_in_one_sentence(flows: Path) -> None:
    (flows / "folder.json").mkdir()
    os.mkfifo(flows / "pipe.json")
    (flows / "large.json").write_text(f'{{"title": "{"x" * LARGEST}"}}')
    (flows / "other.yaml").write_text("flow: other\nsteps: {website: }\n")
    (flows / "latin.yaml").write_bytes(b"title: caf\xe9\n")
    assert _said(flows, "folder.json") == ["FL601 `flows/folder.json` is a folder"]
    assert _said(flows, "pipe.json") == ["FL601 `flows/pipe.json` cannot be read: it is no file"]
    assert _said(flows, "other.yaml") == ["FL601 `flows/other.yaml` is a flow file, and no JSON Schema"]
    assert _said(flows, "report.yaml") == ["FL601 `flows/report.yaml` is a flow file, and no JSON Schema"]
    assert "larger than a schema file may be" in _said(flows, "large.json")[0]
    assert "not UTF-8 at byte 10" in _said(flows, "latin.yaml")[0]


# --- circles, chains and masses --------------------------------------------------------------------------------------


def test_files_may_refer_to_each_other_and_to_themselves() -> None:
    files = {f"{n}.json": json.dumps({"items": {"$ref": f"{(n + 1) % 3}.json"}}) for n in range(3)}
    files["self.json"] = '{"$ref": "self.json"}'
    schema = input_of(with_files(files, FLOW.format('"0.json"')))
    assert sorted(schema["$defs"]) == ["0", "1", "2"]
    assert input_of(with_files(files, FLOW.format("self.json")))["$defs"] == {"self": {"$ref": "#/$defs/self"}}


def test_a_schema_with_an_id_may_refer_to_itself() -> None:
    schema = {"properties": {"next": {"$id": "next", "$ref": "#"}}, "type": "object"}
    text = {"flow": "f", "input": schema, "steps": {"website": {"with": {"x": "$input.next.x"}}}}
    assert with_files({}, json.dumps(text)).diagnostics == []


def test_a_long_chain_of_files_is_followed_and_an_endless_one_refused() -> None:
    files = {f"f{n}.json": json.dumps({"properties": {"x": {"$ref": f"f{n + 1}.json"}}}) for n in range(1200)}
    found = with_files(files, FLOW.format("f0.json"))
    assert [one.code for one in found.diagnostics] == ["FL601"]
    assert "more than 1,000 schemas" in found.diagnostics[0].message
    files["f400.json"] = "{}"
    assert len(input_of(with_files(files, FLOW.format("f0.json")))["$defs"]) == 401


def test_parts_within_parts_are_no_way_to_make_a_definition_huge() -> None:
    nested: dict[str, Any] = {"enum": list(range(10_000))}
    for _ in range(20):
        nested = {"items": nested}
    depths = ["#" + "/items" * depth for depth in range(20)]
    whole = nested | {"anyOf": [{"$ref": reference} for reference in depths]}
    found = with_files({"page.json": json.dumps(whole)}, FLOW.format("page.json"))
    assert ["values in them" in one.message for one in found.diagnostics] == [True]


def test_the_flow_of_stdin_refers_to_files_beside_its_name(flows: Path) -> None:
    (flows / "link.json").write_text(LINK)
    text = FLOW.format("link.json").encode()
    assert compile_file("flows/unsaved.yaml", None, text).diagnostics == []
    assert [one.code for one in compile_file("<stdin>", None, text).diagnostics] == ["FL601"]
