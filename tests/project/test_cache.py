"""What checks found before: never another report, and nothing that goes wrong because of it."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowc.cli.check import command
from flowc.cli.sources import FORMATS, check_paths
from flowc.compiler.signatures import signatures_from
from flowc.errors import UsageError
from flowc.project import cache, cache_key
from flowc.project.cache import FOLDER, Cache, open_cache
from flowc.project.cache_folder import read_checked, write_checked
from flowc.project.cache_rows import diagnostics_of, rows_of
from tests.project.conftest import Git, Project

GOLDEN = Path(__file__).parents[1] / "golden"
SUFFIXES = (".yaml", ".yml", ".json")
WRONG = "flow: wrong\nsteps:\n  website:\n  sentiment: {with: {text: $webiste.text}}\n"
RIGHT = "flow: right\nsteps:\n  website:\n"

Check = Callable[..., str]


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    gc.enable()  # a check of its own process switches it off


@pytest.fixture
def _aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands an hour after the files were written."""
    monkeypatch.setattr(cache, "_TICK", -3_600_000_000_000)


@pytest.fixture
def check(project: Project) -> Check:
    """``check("flows", "--format", "json")``: exit code and report of one command, without its time."""
    runner = CliRunner()

    def run(*arguments: str, **environment: str) -> str:
        result = runner.invoke(command, [*arguments], env=environment)
        if isinstance(result.exception, UsageError):
            return f"{result.exception.message}\n{result.exception.help}"
        assert isinstance(result.exception, SystemExit | None), result.exception
        return f"{result.exit_code}\n" + re.sub(r"\(\d+\.\d\d s\)", "", result.output)

    return run


@pytest.fixture
def never_compile(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on, to compile anything is a mistake."""

    def refuse(*arguments: object, **keywords: object) -> None:
        raise AssertionError(f"compiled {arguments[0]}")

    return lambda: monkeypatch.setattr("flowc.compiler.pipeline.compile_file", refuse)


def _golden(project: Project) -> list[str]:
    """The golden flows in the project; their names there."""
    names = []
    for folder in ("check", "ok", "compile"):
        for file in sorted((GOLDEN / folder).iterdir()):
            if file.suffix in SUFFIXES and ".handlers" not in file.suffixes:
                target = project.folder / "flows" / folder / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
                names.append(f"flows/{folder}/{file.name}")
    return names


@pytest.mark.usefixtures("_aged")
def test_the_report_is_the_same_in_every_format(
    project: Project, check: Check, never_compile: Callable[[], None]
) -> None:
    files = _golden(project)
    anew = {form: check(*files, "--format", form, "--no-cache") for form in FORMATS}
    ignoring = check(*files, "--no-cache", FLOWC_IGNORE="FL404,FL109")
    first = check(*files, "--format", "full")
    never_compile()
    assert first == anew["full"]
    assert {form: check(*files, "--format", form) for form in FORMATS} == anew
    assert check(*files, FLOWC_IGNORE="FL404,FL109") == ignoring != anew["full"]


@pytest.mark.usefixtures("_aged")
def test_folders_and_other_names_give_the_same_report(project: Project, check: Check) -> None:
    _golden(project)
    (project.folder / "flows" / "link.yaml").symlink_to("check/FL103_json.json")
    for paths in (["flows"], ["./flows/check", "flows/ok"], [str(project.folder / "flows")], []):
        anew = check(*paths, "--no-cache")
        assert check(*paths) == anew
        assert check(*paths) == anew


@pytest.mark.usefixtures("_aged")
def test_the_lock_and_git_say_the_same(project: Project, git: Git, check: Check) -> None:
    project.write("flows/a.yaml", "flow: a\nsteps: {b: }\n")
    project.write("flows/gone.yaml", "flow: gone\nsteps: {b: }\n")
    project.lock()
    git("add", ".")
    git("commit", "-q", "-m", "flows")
    project.write("flows/a.yaml", "# other\nflow: a\nsteps: {b: , c: }\n")
    project.write("flows/twice.yaml", "flow: a\nsteps: {b: }\n")
    project.write("flows/new.yaml", "flow: new\nsteps: {b: }\n")
    (project.folder / "flows/gone.yaml").unlink()
    for arguments in ([], ["--locked"], ["--base", "main"], ["flows/a.yaml"], ["--locked", "flows/new.yaml"]):
        anew = check(*arguments, "--no-cache")
        assert anew.startswith("1\n")
        assert check(*arguments) == anew
        assert check(*arguments) == anew
    for code in ("FL901", "FL902", "FL903", "FL907"):
        assert code in check("--locked", "--format", "concise")


def _released_for_a_while(project: Project) -> str:
    """Release a flow, and take the lock away again; what it said."""
    project.write("flows/a.yaml", "flow: a\nsteps: {b: }\n")
    project.lock()
    lock = project.settings.lock
    released = lock.read_text(encoding="utf-8")
    lock.unlink()
    return released


@pytest.mark.usefixtures("_aged")
def test_digests_are_kept_once_there_are_releases_to_hold_them_against(
    project: Project, check: Check, never_compile: Callable[[], None]
) -> None:
    released = _released_for_a_while(project)
    assert check().startswith("0\n")
    project.settings.lock.write_text(released, encoding="utf-8")
    assert check().startswith("0\n")
    never_compile()
    assert check().startswith("0\n")


@pytest.mark.usefixtures("_aged")
def test_a_released_flow_that_was_found_right_before_its_release_is_told_when_it_changed(
    project: Project, check: Check
) -> None:
    released = _released_for_a_while(project)
    project.write("flows/a.yaml", "flow: a\nsteps: {b: , c: }\n")
    assert check().startswith("0\n")
    project.settings.lock.write_text(released, encoding="utf-8")
    assert "FL901" in check("--no-cache")
    assert check() == check() == check("--no-cache")


def test_nothing_is_put_into_canonical_form_where_nothing_is_released(
    project: Project, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("flows/a.yaml", RIGHT)
    monkeypatch.setattr("flowc.compiler.canonicalize.canonicalize", lambda flow: pytest.fail("made a definition"))
    assert check().startswith("0\n")


@pytest.mark.usefixtures("_aged")
def test_what_was_mended_is_checked_anew(project: Project, check: Check) -> None:
    text = "flow: a\nsteps:\n  b: {tiemout: 5s, with: {x: yes}}\n"
    results = []
    for options in (["--no-cache"], [], []):
        file = project.write("flows/a.yaml", text)
        before, fixed = check("--diff", *options), check("--fix", *options)
        results.append([before, fixed, file.read_text(encoding="utf-8"), check(*options)])
    assert results[0] == results[1] == results[2]
    assert "timeout" in results[0][2]


def _with_handlers() -> list[tuple[Path, dict[str, Any]]]:
    found = [(file, file.with_suffix(".handlers.json")) for file in sorted((GOLDEN / "check").glob("*.yaml"))]
    return [(file, json.loads(facts.read_text(encoding="utf-8"))) for file, facts in found if facts.exists()]


@pytest.mark.usefixtures("_aged")
def test_handlers_are_part_of_what_was_found(project: Project) -> None:
    for file, facts in _with_handlers():
        shutil.copyfile(file, project.folder / "a.yaml")
        name = [Path("a.yaml")]
        expected = [(facts, signatures_from(facts)), (None, None)]
        anew = [check_paths(name, project.settings, signatures, None, with_digest=True) for _, signatures in expected]
        for _ in range(2):
            for (told, signatures), [fresh] in zip(expected, anew, strict=True):
                [kept] = check_paths(
                    name, project.settings, signatures, open_cache(project.folder, None, told), with_digest=True
                )
                assert rows_of(kept.diagnostics) == rows_of(fresh.diagnostics)
                assert (kept.slug, kept.digest, kept.calls) == (fresh.slug, fresh.digest, fresh.calls)


@pytest.mark.usefixtures("_aged")
def test_a_change_is_seen_though_size_and_time_are_the_old_ones(project: Project, check: Check) -> None:
    file = project.write("flows/a.yaml", WRONG)
    assert check().startswith("1\n")
    assert check().startswith("1\n")
    before = file.stat()
    file.write_text(WRONG.replace("webiste", "website"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check().startswith("0\n")


def test_a_file_that_changed_a_moment_ago_is_not_kept(
    project: Project, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("flows/a.yaml", RIGHT)
    monkeypatch.setattr(cache, "_TICK", 10**18)
    check()
    assert not (project.folder / FOLDER).exists()


@pytest.mark.usefixtures("_aged")
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "no sum", "folder", "other shapes", "no mapping"])
def test_a_damaged_cache_is_as_if_it_were_not_there(project: Project, check: Check, damage: str) -> None:
    project.write("flows/a.yaml", WRONG)
    report = check()
    [file] = (project.folder / FOLDER).glob("*.json")
    data = file.read_bytes()
    half = len(data) // 2
    if damage == "folder":
        file.unlink()
        file.mkdir()
    elif damage == "other shapes":
        known = json.loads(data.partition(b"\n")[2])
        for wrong in (5, None, [], [known["flows/a.yaml"][0], 7, 8], [*known["flows/a.yaml"][:2], ["a", 5, 5, [[]]]]):
            write_checked(str(file.parent), file.stem, json.dumps({"flows/a.yaml": wrong}).encode())
            assert check() == report
    elif damage == "no mapping":
        write_checked(str(file.parent), file.stem, b"[1]")
    else:
        flipped = data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
        changed = {"cut": data[:half], "flipped": flipped, "empty": b"", "no sum": data.partition(b"\n")[2]}
        file.write_bytes(changed[damage])
    assert check() == report
    assert check() == report


@pytest.mark.usefixtures("_aged")
def test_a_folder_that_cannot_be_written_changes_nothing(project: Project, check: Check) -> None:
    project.write("flows/a.yaml", WRONG)
    report = check("--no-cache")
    project.write("file", "")
    project.write("elsewhere/kept", "")
    (project.folder / FOLDER).symlink_to("elsewhere")
    assert check() == report
    for folder in ("file", "file/below", "/proc/nowhere", "nul\0"):
        assert check("--cache-dir", folder) == report
    assert [path.name for path in (project.folder / "elsewhere").iterdir()] == ["kept"]


@pytest.mark.usefixtures("_aged")
def test_the_folder_says_what_it_is(project: Project, check: Check) -> None:
    project.write("flows/a.yaml", RIGHT)
    check()
    assert (project.folder / FOLDER / ".gitignore").read_text().splitlines()[-1] == "*"
    assert (
        (project.folder / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )
    mine = project.write("mine/words", "").parent
    check("--cache-dir", "mine")
    assert {path.suffix for path in mine.iterdir()} == {"", ".json"}


@pytest.mark.usefixtures("_aged")
def test_the_folder_is_named_by_option_setting_or_environment(project: Project, check: Check) -> None:
    project.write("flows/a.yaml", RIGHT)
    check("--no-cache")
    check(FLOWC_NO_CACHE="1")
    check("-", "--stdin-filename", "flows/a.yaml")
    assert not (project.folder / FOLDER).exists()
    project.write("pyproject.toml", '[tool.flowc]\ncache_dir = "set"\n')
    check()
    check("--cache-dir", "given")
    check(FLOWC_CACHE_DIR="told")
    assert not (project.folder / FOLDER).exists()
    assert all(list((project.folder / name).glob("*.json")) for name in ("set", "given", "told"))


def test_other_code_has_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "flowc"
    shutil.copytree(Path(cache_key.__file__).parents[1], copy, ignore=shutil.ignore_patterns("__pycache__", "_assets"))
    keys = [
        cache_key.cache_key(None),
        cache_key.cache_key({"handlers": {}}),
        cache_key.cache_key({"handlers": {"a": 1}}),
    ]
    monkeypatch.setattr(cache_key, "_PACKAGE", str(copy))
    assert cache_key.cache_key(None) == keys[0]
    for module in ("compiler/checks/graph/cycle.py", "schemas/words.py", "diagnostic.py"):
        with (copy / module).open("a", encoding="utf-8") as file:
            file.write("\n")
        keys.append(cache_key.cache_key(None))
    monkeypatch.setattr(cache_key, "__version__", "9")
    keys.append(cache_key.cache_key(None))
    assert len(set(keys)) == len(keys)


@pytest.mark.usefixtures("_aged")
def test_files_that_are_gone_are_forgotten_and_others_stay(project: Project, check: Check) -> None:
    files = [project.write(f"flows/{name}.yaml", RIGHT.replace("right", name)) for name in "abc"]
    check()
    files[0].unlink()
    files[1].write_text(RIGHT, encoding="utf-8")
    check("flows/b.yaml")
    [kept] = (project.folder / FOLDER).glob("*.json")
    assert set(json.loads(kept.read_bytes().partition(b"\n")[2])) == {"flows/b.yaml", "flows/c.yaml"}


def test_checks_at_the_same_time_read_one_or_the_other(tmp_path: Path) -> None:
    folder = str(tmp_path / "cache")
    texts = [letter * 100_000 for letter in (b"a", b"b")]
    write_checked(folder, "x", texts[0])
    threads = [
        threading.Thread(target=lambda text=text: [write_checked(folder, "x", text) for _ in range(50)])
        for text in texts
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert read_checked(folder, "x") in texts
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [".gitignore", "CACHEDIR.TAG", "x.json"]


def test_old_files_go(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    for number in range(12):
        write_checked(str(folder), f"{number:032}", b"{}")
        os.utime(folder / f"{number:032}.json", (number, number))
    leftover = folder / "1-2.tmp"
    leftover.write_text("")
    os.utime(leftover, (0, 0))
    write_checked(str(folder), "f" * 32, b"{}")
    assert sorted(path.stem[-2:] for path in folder.glob("*.json")) == ["05", "06", "07", "08", "09", "10", "11", "ff"]
    assert not leftover.exists()


def test_rows_are_diagnostics_again(project: Project) -> None:
    files = _golden(project)
    for flow in check_paths([Path(file) for file in files], project.settings, None, None, with_digest=False):
        rows = json.loads(json.dumps(rows_of(flow.diagnostics)))
        assert diagnostics_of(rows, flow.file) == flow.diagnostics


@pytest.mark.usefixtures("_aged")
def test_long_reports_are_not_kept(project: Project) -> None:
    many = "flow: a\nsteps:\n" + "".join(f"  s{n}: {{depends_on: [x{n}]}}\n" for n in range(300))
    project.write("flows/a.yaml", many)
    for _ in range(2):
        kept = open_cache(project.folder, None, None)
        assert isinstance(kept, Cache)
        look = kept.look("flows/a.yaml")
        assert look is not None
        assert kept.get(look, "flows/a.yaml", with_digest=False) is None
        [flow] = check_paths([], project.settings, None, kept, with_digest=False)
        assert len(flow.diagnostics) == 300
