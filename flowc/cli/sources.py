"""From the paths of a command line to compiled flows and the report on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from flowc.cli.terminal import is_rich, put, say, width
from flowc.compiler.pipeline import Compilation, compile_file
from flowc.compiler.signatures import Signatures, signatures_from
from flowc.diagnostic import ERROR, Diagnostic
from flowc.errors import UsageError
from flowc.project.find import find_flows

if TYPE_CHECKING:
    from flowc.compiler.definition import Definition
    from flowc.project.checking import Found
    from flowc.project.settings import Settings
    from flowc.runtime.handlers import Handlers

FORMATS = ("full", "concise", "json", "sarif", "github", "junit")


def signatures_of(handlers: Handlers | None) -> Signatures:
    """What the checks know of handlers; None if there are none at hand."""
    return signatures_from(handlers.facts()) if handlers is not None else None


def compile_paths(paths: Sequence[Path], settings: Settings, signatures: Signatures) -> list[Compilation]:
    """Every flow below ``paths``, compiled; without paths, below those of the settings.

    Raises:
        UsageError: nothing is found, or a file cannot be read.
    """
    chosen = paths or [Path(os.path.relpath(path)) for path in settings.flows]
    return [_compile(file, settings, signatures) for file in find_flows(chosen)]


def compile_stdin(name: str, settings: Settings, signatures: Signatures) -> Compilation:
    """The flow that stdin holds, reported under ``name``."""
    return _without_ignored(compile_file(name, signatures, sys.stdin.buffer.read()), settings)


def definitions_of(compilations: Sequence[Compilation], found: Found | None = None) -> list[Definition]:
    """The definitions, if no flow has an error, alone or together (``found``); diagnostics go to stderr.

    Raises:
        click.exceptions.Exit: with code 1, if a flow has an error.
    """
    from flowc.project.release import check_duplicates

    diagnostics = sorted(_all(compilations, found) + check_duplicates(compilations))
    if diagnostics:
        say(render(diagnostics, compilations, "full", sys.stderr, found).rstrip("\n"))
    definitions = [compilation.definition for compilation in compilations if compilation.definition]
    if any(diagnostic.severity is ERROR for diagnostic in diagnostics):
        raise click.exceptions.Exit(1)
    return definitions


def render(
    diagnostics: Sequence[Diagnostic],
    compilations: Sequence[Compilation],
    form: str,
    stream: TextIO,
    found: Found | None = None,
) -> str:
    """A report in one of ``FORMATS``, in colour where ``stream`` shows them."""
    sources = {each.file: each.text for each in compilations}
    pointed_to = {diagnostic.file for diagnostic in diagnostics}
    pointed_to |= {related.file for diagnostic in diagnostics for related in diagnostic.related if related.file}
    sources |= {file: text for file, text in (found.sources if found else {}).items() if file in pointed_to}
    report: Any = import_module(f"flowc.report.{form}")
    text: str = report.render(diagnostics, sources, color=is_rich(stream), width=width())
    return text


def print_report(
    compilations: Sequence[Compilation], form: str, seconds: float, found: Found | None = None, fixed: int | None = None
) -> list[Diagnostic]:
    """Print the report of a check, with its last line where it is for people; the diagnostics, sorted."""
    from flowc.report import summary

    diagnostics = _all(compilations, found)
    text = render(diagnostics, compilations, form, sys.stdout, found)
    if form in ("full", "concise"):
        color = is_rich(sys.stdout)
        last = summary.render(diagnostics, files=len(compilations), seconds=seconds, color=color, fixed=fixed)
        text += "\n" + last if text and form == "full" else last
    put(text)
    return diagnostics


def _all(compilations: Sequence[Compilation], found: Found | None) -> list[Diagnostic]:
    diagnostics = [d for compilation in compilations for d in compilation.diagnostics]
    return sorted(diagnostics + (found.diagnostics if found else []))


def _compile(file: Path, settings: Settings, signatures: Signatures) -> Compilation:
    try:
        return _without_ignored(compile_file(file, signatures), settings)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", help="check the file and its permissions") from error


def _without_ignored(compilation: Compilation, settings: Settings) -> Compilation:
    drop_ignored(compilation.diagnostics, settings)
    return compilation


def drop_ignored(diagnostics: list[Diagnostic], settings: Settings) -> None:
    """Take out the warnings that the settings ignore; an error is an error, whatever they say."""
    diagnostics[:] = [d for d in diagnostics if d.severity is ERROR or d.code not in settings.ignore]
