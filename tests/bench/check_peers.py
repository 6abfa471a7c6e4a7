"""Other checkers of YAML, where they are on the PATH: they read files of the same size."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
_ACTIONS = ("actions/checkout@v4", "actions/setup-python@v5", "actions/cache@v4", "actions/upload-artifact@v4")
_RUNS = (
    "make build",
    "pytest -n 4 tests",
    "pip install -e .[dev]",
    "ruff check .",
    "python -m build",
    "twine check dist/*",
)


def peers(flows: Path, actions: Path) -> dict[str, list[str]]:
    """The commands that check the same flows, or as many files of GitHub Actions; those that are installed."""
    files = sorted(map(str, flows.glob("*.yaml")))
    jobs = sorted(map(str, (actions / ".github" / "workflows").glob("*.yaml")))
    schema = str(ROOT / "schemas" / "flow.schema.json")
    known = {
        "check-jsonschema": ["--schemafile", schema, *files],
        "zizmor": ["--offline", "--no-config", "--quiet", *jobs],
        "actionlint": ["-shellcheck=", "-pyflakes=", *jobs],
    }
    return {name: [path, *arguments] for name, arguments in known.items() if (path := shutil.which(name))}


def write_actions(folder: Path, count: int, seed: int, size: int) -> None:
    """Write ``count`` files of GitHub Actions of about ``size`` bytes each.

    Raises:
        OSError: the folder cannot be written.
    """
    below = folder / ".github" / "workflows"
    below.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = _action(Random(f"{seed} action {number}"), number, size)
        (below / f"action_{number:04}.yaml").write_text(text, encoding="utf-8")


def _action(rng: Random, number: int, size: int) -> str:
    lines = [f"name: action {number}", "on: [push, pull_request]", "permissions: {contents: read}", "jobs:"]
    length = sum(map(len, lines))
    jobs = 0
    while length < size:
        job = [f"  job_{jobs}:", "    runs-on: ubuntu-latest", "    timeout-minutes: 20"]
        if jobs:
            job += [f"    needs: [job_{rng.randrange(jobs)}]", "    if: ${{ github.ref == 'refs/heads/main' }}"]
        job += ["    steps:"]
        for place in range(rng.randrange(3, 8)):
            job += [f"      - name: Step {place} of {jobs} # {rng.choice(_RUNS)}"]
            if rng.random() < 0.4:
                job += [f"        uses: {rng.choice(_ACTIONS)}", "        with:", f"          path: out/{place}"]
            else:
                job += [
                    "        env: {MODE: strict}",
                    "        run: |",
                    *(f"          {rng.choice(_RUNS)}" for _ in "ab"),
                ]
        lines += job
        length += sum(map(len, job)) + len(job)
        jobs += 1
    return "\n".join(lines) + "\n"
