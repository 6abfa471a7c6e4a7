"""The wheel: built, installed into a clean venv, and used in another folder, where no checkout is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from flowc import __version__

ROOT = Path(__file__).resolve().parents[1]
FLOW = "flow: hello\ninput: {properties: {name: {type: string}}}\nsteps:\n  greet: {with: {name: $input.name}}\n"
HANDLERS = """
from flowc import Handlers
handlers = Handlers()
@handlers.register
def greet(name):
    return f"hello {name}"
"""

pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel."""
    target = tmp_path_factory.mktemp("wheel")
    options = ["--no-isolation"] if find_spec("hatchling") else []
    run(sys.executable, "-m", "build", "--wheel", *options, "--outdir", target, ROOT)
    [built] = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a clean venv with nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", f"{wheel}[embedded]")
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a flow and its handler."""
    (tmp_path / "hello.yaml").write_text(FLOW)
    (tmp_path / "app.py").write_text(HANDLERS)
    return tmp_path


def run(*command: str | Path, cwd: Path | None = None) -> str:
    steering = ("FLOWC_", "PYTHON", "PG", "GITHUB_", "VIRTUAL_ENV")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    result = subprocess.run(
        command, cwd=cwd, env=clean, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_wheel_holds_the_schemas_the_sql_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name == f"flowc-{__version__}-py3-none-any.whl"
    for folder in ("schemas", "sql/functions", "sql/migrations", "sql/views"):
        ours = {f"flowc/_assets/{folder}/{file.name}" for file in (ROOT / folder).iterdir() if file.is_file()}
        assert ours
        assert ours <= set(names)
    assert f"flowc-{__version__}.dist-info/licenses/LICENSE" in names
    assert "flowc/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"flowc", f"flowc-{__version__}.dist-info"}


def test_every_command_works_where_no_checkout_is(installed: Path, elsewhere: Path) -> None:
    def flowc(*arguments: str) -> str:
        return run(installed / "flowc", *arguments, cwd=elsewhere)

    assert flowc("--version") == f"flowc {__version__}\n"
    assert flowc("check", "hello.yaml", "--handlers", "app:handlers").startswith("1 flow OK")
    assert flowc("compile", "hello.yaml").startswith("\\set ON_ERROR_STOP on\n")
    assert flowc("schema", "sql").endswith("commit;\n")
    assert json.loads(flowc("schema", "flow"))["$schema"]
    assert "unknown-step" in flowc("explain", "FL301")
    assert json.loads(flowc("run", "hello.yaml", "name=you", "--handlers", "app:handlers")) == {"greet": "hello you"}
    assert flowc("plan", "hello.yaml") == "= unchanged  hello\n"
    run_id = flowc("start", "hello", "name=me").strip()
    flowc("worker", "--handlers", "app:handlers", "--drain")
    assert json.loads(flowc("show", run_id, "--json"))["output"] == {"greet": "hello me"}
    assert len(json.loads(flowc("runs", "--json"))) == 2


def test_the_first_command_of_the_readme_runs_the_main_job_offline(tmp_path: Path) -> None:
    [command, *_] = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    made = shutil.ignore_patterns(".git", ".*venv", ".flowc", ".*_cache", ".hypothesis", "__pycache__", "build", "dist")
    copy = shutil.copytree(ROOT, tmp_path / "flowc", ignore=made)
    output = run("bash", "-euo", "pipefail", "-c", command, cwd=copy)
    assert json.loads(output)["report"]["mood"] == "positive"


def test_the_module_form_is_the_same_command(installed: Path, elsewhere: Path) -> None:
    assert run(installed / "python", "-m", "flowc", "--version", cwd=elsewhere) == f"flowc {__version__}\n"
