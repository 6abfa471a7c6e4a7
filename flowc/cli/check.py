"""``flowc check``: every mistake in the flows."""

from __future__ import annotations

import atexit
import gc
import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.here import handler_facts, settings_here
from flowc.cli.options import handlers_option, paths_argument
from flowc.cli.sources import FORMATS, check_paths, compile_stdin, drop_ignored, print_report
from flowc.cli.terminal import say
from flowc.diagnostic import ERROR, Diagnostic
from flowc.errors import UsageError
from flowc.project.checked import checked
from flowc.project.checking import check_project, is_released

if TYPE_CHECKING:
    from flowc.compiler.signatures import Signatures
    from flowc.project.cache import Cache
    from flowc.project.facts import Facts
    from flowc.project.settings import Settings


@click.command(epilog="Example:  flowc check flows --handlers flows.handlers:handlers")
@paths_argument
@handlers_option
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to report; full, or github under Actions.")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), default="error", help="What makes exit code 1.")
@click.option("--fix", is_flag=True, help="Mend what can be mended, report the rest.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, no more.")
@click.option("--locked", is_flag=True, help="Refuse flows that are not in flowc.lock.")
@click.option("--base", metavar="REF", help="Hold them against that commit's lock too.")
@click.option("--no-cache", is_flag=True, envvar="FLOWC_NO_CACHE", help="Check every file anew, and keep nothing.")
@click.option("--cache-dir", metavar="DIR", help="Where to keep what was found.")
@click.option("--stdin-filename", metavar="FILE", default="<stdin>", help="The name of what is read from stdin.")
def command(
    *,
    paths: tuple[Path, ...],
    handlers: str | None,
    form: str | None,
    fail_on: str,
    fix: bool,
    diff: bool,
    locked: bool,
    base: str | None,
    no_cache: bool,
    cache_dir: str | None,
    stdin_filename: str,
) -> None:
    """Find every mistake in flow files.

    PATH is a file, a folder of flows, or - for stdin; without it, the project's flows. With --handlers
    the flows are held against the Python handlers too.
    """
    began = time.perf_counter()
    # A check makes no rubbish that goes in circles, and looking for it takes a third of its time: now, and at the exit.
    gc.disable()
    atexit.register(gc.freeze)
    settings = settings_here()
    facts = handler_facts(handlers, settings)
    signatures = None if facts is None else _signatures(facts)
    fixed: int | None = None
    cache = None if no_cache or Path("-") in paths else _cache(settings, cache_dir, facts)
    check = partial(check_paths, paths, settings, signatures, cache, with_digest=is_released(paths, settings, base))
    if Path("-") in paths:
        _refuse_with_stdin(paths, fix or diff)
        flows = [checked(compile_stdin(stdin_filename, settings, signatures))]
    else:
        flows = check()
    if diff or fix:
        from flowc.cli.mending import mend_files, print_diff

        if diff:
            fixable = print_diff(flows, signatures)
            say(f"{fixable} fixable with --fix")
            rest = [diagnostic for each in flows for diagnostic in each.diagnostics]
            raise click.exceptions.Exit(1 if fixable else _exit_code(rest, fail_on))
        fixed = mend_files(flows, signatures)
        flows = check() if fixed else flows
    found = check_project(
        flows, paths, settings, handlers=None if facts is None else facts.places, locked=locked, base=base
    )
    drop_ignored(found.diagnostics, settings)
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")
    diagnostics = print_report(flows, form, time.perf_counter() - began, found, fixed)
    raise click.exceptions.Exit(_exit_code(diagnostics, fail_on))


def _signatures(facts: Facts) -> Signatures:
    from flowc.compiler.signatures import signatures_from

    return signatures_from(facts.told)


def _cache(settings: Settings, folder: str | None, facts: Facts | None) -> Cache | None:
    from flowc.project.cache import open_cache

    where = folder or settings.cache_dir
    return open_cache(settings.root, Path(where).absolute() if where else None, None if facts is None else facts.told)


def _exit_code(diagnostics: Sequence[Diagnostic], fail_on: str) -> int:
    return int(any(fail_on == "warning" or diagnostic.severity is ERROR for diagnostic in diagnostics))


def _refuse_with_stdin(paths: tuple[Path, ...], mending: bool) -> None:
    if len(paths) > 1:
        raise UsageError("- is stdin, and goes with no other PATH", help="check the files in a command of their own")
    if mending:
        raise UsageError("stdin cannot be mended", help="give --fix and --diff a file")
