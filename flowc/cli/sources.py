"""From the paths of a command line to compiled flows and the report on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from flowc.cli.terminal import is_rich, put, say, width
from flowc.diagnostic import ERROR, Diagnostic
from flowc.errors import UsageError
from flowc.project.find import find_flows, has_flow

if TYPE_CHECKING:
    from flowc.compiler.definition import Definition
    from flowc.compiler.pipeline import Compilation
    from flowc.compiler.signatures import Signatures
    from flowc.project.cache import Cache
    from flowc.project.checked import Checked
    from flowc.project.checking import Found
    from flowc.project.settings import Settings
    from flowc.runtime.handlers import Handlers

FORMATS = ("full", "concise", "json", "sarif", "github", "junit")


def signatures_of(handlers: Handlers | None) -> Signatures:
    """What the checks know of handlers; None if there are none at hand."""
    if handlers is None:
        return None
    from flowc.compiler.signatures import signatures_from

    return signatures_from(handlers.facts())


def compile_paths(paths: Sequence[Path], settings: Settings, signatures: Signatures) -> list[Compilation]:
    """Every flow below ``paths``, compiled; without paths, below those of the settings.

    Raises:
        UsageError: nothing is found, or a file cannot be read.
    """
    return [_without_ignored(_compile(file, signatures), settings) for file in find_flows(_chosen(paths, settings))]


def check_paths(
    paths: Sequence[Path], settings: Settings, signatures: Signatures, cache: Cache | None, *, with_digest: bool
) -> list[Checked]:
    """What a check of every flow below ``paths`` finds; without paths, below those of the settings.

    ``with_digest`` says whether the digests will be asked for.

    Raises:
        UsageError: nothing is found, or a file cannot be read.
    """
    files = find_flows(_chosen(paths, settings), None if cache is None else partial(_is_flow, cache))
    found = [_check(file, signatures, cache, with_digest) for file in files]
    if cache is not None:
        cache.save()
    for flow in found:
        drop_ignored(flow.diagnostics, settings)
    return found


def _chosen(paths: Sequence[Path], settings: Settings) -> Sequence[Path]:
    return paths or [Path(os.path.relpath(path)) for path in settings.flows]


def _is_flow(cache: Cache, file: str) -> bool:
    look = cache.look(file)
    known = cache.is_flow(look) if look else None
    if known is not None:
        return known
    answer = has_flow(file)
    if look:
        cache.put_is_flow(look, answer)
    return answer


def _check(file: Path, signatures: Signatures, cache: Cache | None, with_digest: bool) -> Checked:
    name = str(file)
    look = cache.look(name) if cache else None
    known = cache.get(look, name, with_digest=with_digest) if cache and look else None
    if known is not None:
        return known
    from flowc.project.checked import briefly

    found = briefly(_compile(file, signatures), with_digest=with_digest)
    if cache and look:
        cache.put(look, found)
    return found


def compile_stdin(name: str, settings: Settings, signatures: Signatures) -> Compilation:
    """The flow that stdin holds, reported under ``name``."""
    from flowc.compiler.pipeline import compile_file

    return _without_ignored(compile_file(name, signatures, sys.stdin.buffer.read()), settings)


def definitions_of(compilations: Sequence[Compilation], found: Found | None = None) -> list[Definition]:
    """The definitions, if no flow has an error, alone or together (``found``); diagnostics go to stderr.

    Raises:
        click.exceptions.Exit: with code 1, if a flow has an error.
    """
    from flowc.project.checked import checked
    from flowc.project.release import check_duplicates

    diagnostics = sorted(_all(compilations, found) + check_duplicates([checked(each) for each in compilations]))
    if diagnostics:
        say(render(diagnostics, compilations, "full", sys.stderr, found).rstrip("\n"))
    definitions = [compilation.definition for compilation in compilations if compilation.definition]
    if any(diagnostic.severity is ERROR for diagnostic in diagnostics):
        raise click.exceptions.Exit(1)
    return definitions


def render(
    diagnostics: Sequence[Diagnostic],
    flows: Sequence[Compilation | Checked],
    form: str,
    stream: TextIO,
    found: Found | None = None,
) -> str:
    """A report in one of ``FORMATS``, in colour where ``stream`` shows them."""
    pointed_to = {diagnostic.file for diagnostic in diagnostics}
    pointed_to |= {related.file for diagnostic in diagnostics for related in diagnostic.related if related.file}
    others = {file: text for file, text in (found.sources if found else {}).items() if file in pointed_to}
    known = {each.file: each for each in flows}
    others |= {file: _text_of(file) for file in pointed_to - known.keys() - others.keys()}
    sources = _Texts(known, others)
    report: Any = import_module(f"flowc.report.{form}")
    text: str = report.render(diagnostics, sources, color=is_rich(stream), width=width())
    return text


def _text_of(file: str) -> str:
    """What a schema file says that a report points to; nothing where it cannot be read any more."""
    try:
        return Path(file).read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return ""


class _Texts(Mapping[str, str]):
    """The texts of all files by name, each read when a report asks for it; ``others`` go before those of flows."""

    def __init__(self, flows: Mapping[str, Compilation | Checked], others: Mapping[str, str]) -> None:
        self._flows = flows
        self._others = others

    def __getitem__(self, file: str) -> str:
        return self._others[file] if file in self._others else self._flows[file].text

    def __iter__(self) -> Iterator[str]:
        return iter({**self._flows, **self._others})

    def __len__(self) -> int:
        return len({**self._flows, **self._others})


def print_report(
    flows: Sequence[Checked], form: str, seconds: float, found: Found | None = None, fixed: int | None = None
) -> list[Diagnostic]:
    """Print the report of a check, with its last line where it is for people; the diagnostics, sorted."""
    from flowc.report import summary

    diagnostics = _all(flows, found)
    text = render(diagnostics, flows, form, sys.stdout, found)
    if form in ("full", "concise"):
        color = is_rich(sys.stdout)
        names = {each.file for each in flows}
        last = summary.render(diagnostics, files=len(flows), seconds=seconds, color=color, fixed=fixed, flows=names)
        text += "\n" + last if text and form == "full" else last
    put(text)
    return diagnostics


def _all(flows: Sequence[Compilation | Checked], found: Found | None) -> list[Diagnostic]:
    diagnostics = [diagnostic for flow in flows for diagnostic in flow.diagnostics]
    return sorted(diagnostics + (found.diagnostics if found else []))


def _compile(file: Path, signatures: Signatures) -> Compilation:
    from flowc.compiler.pipeline import compile_file

    try:
        return compile_file(file, signatures)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", help="check the file and its permissions") from error


def _without_ignored(compilation: Compilation, settings: Settings) -> Compilation:
    drop_ignored(compilation.diagnostics, settings)
    return compilation


def drop_ignored(diagnostics: list[Diagnostic], settings: Settings) -> None:
    """Take out the warnings that the settings ignore; an error is an error, whatever they say."""
    diagnostics[:] = [d for d in diagnostics if d.severity is ERROR or d.code not in settings.ignore]
