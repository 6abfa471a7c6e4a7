"""Run as a program: what comes out of the flows in the folders given, as JSON; the tests run it under two seeds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from flowc.compiler.emit import emit
from flowc.compiler.pipeline import Compilation, compile_file
from flowc.compiler.signatures import Signatures, signatures_from
from flowc.report import full, summary

SUFFIXES = (".json", ".yaml", ".yml")


def outputs(folder: Path) -> dict[str, str]:
    """By the file's name: the report without its time, or the SQL where there is nothing to report."""
    flows = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES and ".handlers" not in path.suffixes]
    return {path.name: _output(path) for path in flows}


def _output(path: Path) -> str:
    compilation = compile_file(path.name, _signatures(path), path.read_bytes())
    if compilation.diagnostics:
        return _report(compilation)
    assert compilation.definition is not None
    return emit([compilation.definition])


def _report(compilation: Compilation) -> str:
    report = full.render(compilation.diagnostics, {compilation.file: compilation.text})
    last = summary.render(compilation.diagnostics, files=1, seconds=0).replace(" (0.00 s)", "")
    return f"{report}\n{last}"


def _signatures(path: Path) -> Signatures:
    facts = path.with_suffix(".handlers.json")
    return signatures_from(json.loads(facts.read_text(encoding="utf-8"))) if facts.exists() else None


if __name__ == "__main__":
    print(json.dumps({folder: outputs(Path(folder)) for folder in sys.argv[1:]}))
