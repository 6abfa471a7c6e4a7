"""The report for code scanning: SARIF 2.1.0, columns in code points, with the rules' pages and the edits that mend."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from flowc import __version__
from flowc.compiler.checks import RULES
from flowc.diagnostic import Diagnostic, Position, Rule
from flowc.report.visible import visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool = False, width: int | None = None
) -> str:
    """One run of SARIF with all ``diagnostics``, in ASCII."""
    found = list(diagnostics)
    rules = sorted({diagnostic.rule for diagnostic in found}, key=lambda rule: rule.code)
    places = {rule.code: place for place, rule in enumerate(rules)}
    driver = {"name": "flowc", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    results = [_result(diagnostic, places[diagnostic.code]) for diagnostic in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    page = inspect.getdoc(RULES[rule.code]) if rule.code in RULES else None
    body: dict[str, Any] = {
        "id": rule.code,
        "name": rule.name,
        "defaultConfiguration": {"level": str(rule.severity)},
    }
    if page:
        body["shortDescription"] = {"text": " ".join(page.partition("\n\n")[0].split())}
        body["help"] = {"text": page}
    return body


def _result(diagnostic: Diagnostic, place: int) -> dict[str, Any]:
    message = f"{diagnostic.message}; {diagnostic.help}" if diagnostic.help else diagnostic.message
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": place,
        "level": str(diagnostic.severity),
        "message": {"text": _plain(message)},
        "locations": [_location(diagnostic.file, diagnostic.position)],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            _location(related.file or diagnostic.file, related.position)
            | {"id": number, "message": {"text": _plain(related.label)}}
            for number, related in enumerate(diagnostic.related)
        ]
    if diagnostic.edits:
        result["fixes"] = [_fix(diagnostic)]
    return result


def _plain(text: str) -> str:
    """A message in which no author's text is a link: SARIF shows ``[words](address)`` as one."""
    return visible(text).replace("](", "] (")


def _fix(diagnostic: Diagnostic) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.position), "insertedContent": {"text": edit.text}} for edit in diagnostic.edits
    ]
    change = {"artifactLocation": _artifact(diagnostic.file), "replacements": replacements}
    return {"description": {"text": _plain(diagnostic.help or diagnostic.message)}, "artifactChanges": [change]}


def _location(file: str, position: Position) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(file), "region": _region(position)}}


def _artifact(file: str) -> dict[str, str]:
    """The file as a URI; a relative one is relative to the folder in which the check ran."""
    path = PurePath(file)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="surrogatepass")}


def _region(position: Position) -> dict[str, int]:
    names: Sequence[str] = ("startLine", "startColumn", "endLine", "endColumn")
    values = (position.line, position.column, position.end_line, position.end_column)
    return dict(zip(names, values, strict=True))
