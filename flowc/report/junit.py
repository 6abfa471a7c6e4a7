"""The report for test dashboards: JUnit XML, a test case a file, its errors the failure, its warnings the output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from flowc.diagnostic import ERROR, Diagnostic
from flowc.report import concise
from flowc.report.visible import visible

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def render(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool = False, width: int | None = None
) -> str:
    """One suite with a case for each of ``sources``, also those without a diagnostic."""
    by_file: dict[str, list[Diagnostic]] = {file: [] for file in sources}
    for diagnostic in diagnostics:
        by_file.setdefault(diagnostic.file, []).append(diagnostic)
    failed = sum(any(one.severity is ERROR for one in found) for found in by_file.values())
    counts = f'tests="{len(by_file)}" failures="{failed}" errors="0" skipped="0"'
    cases = "".join(_case(file, found) for file, found in by_file.items())
    suite = f'  <testsuite name="flowc check" {counts}>\n{cases}  </testsuite>\n'
    return f"{_HEAD}<testsuites {counts}>\n{suite}</testsuites>\n"


def _case(file: str, diagnostics: list[Diagnostic]) -> str:
    opening = f'    <testcase classname="flowc" name={_attribute(file)}'
    errors = [one for one in diagnostics if one.severity is ERROR]
    warnings = [one for one in diagnostics if one.severity is not ERROR]
    body = ""
    if errors:
        first, more = errors[0], f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        title = _attribute(f"{first.message}{more}")
        body += f'      <failure type="{first.code}" message={title}>{_text(errors)}</failure>\n'
    if warnings:
        body += f"      <system-out>{_text(warnings)}</system-out>\n"
    return f"{opening}>\n{body}    </testcase>\n" if body else f"{opening}/>\n"


def _text(diagnostics: list[Diagnostic]) -> str:
    lines = concise.render(diagnostics, {})
    return _plain(lines.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _attribute(text: str) -> str:
    return quoteattr(_plain(visible(text)))


def _plain(text: str) -> str:
    """``text`` without the two code points that are no characters of XML and no controls either."""
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
