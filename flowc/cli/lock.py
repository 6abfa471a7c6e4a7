"""``flowc lock``: flows that are released, written down for ever."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from flowc.cli.here import settings_here
from flowc.cli.options import paths_argument
from flowc.cli.sources import compile_paths, definitions_of
from flowc.cli.terminal import put, say
from flowc.compiler.did_you_mean import did_you_mean
from flowc.errors import UsageError
from flowc.project.checking import check_changed, lock_file
from flowc.project.lock import Entry, read_lock, write_lock
from flowc.project.settings import Settings


@click.command(epilog="Example:  flowc lock && git add flows/flowc.lock")
@paths_argument
@click.option("--retire", metavar="SLUG", multiple=True, help="Mark a released slug as retired: its file may go.")
def command(paths: tuple[Path, ...], retire: tuple[str, ...]) -> None:
    """Add the flows to flowc.lock: from now on their slugs mean what they mean now.

    Lines are only added; a released flow that changed is refused. PATH is a file or a folder of flows;
    without it, all of the project's.
    """
    settings = settings_here()
    if retire:
        if paths:
            raise UsageError("--retire takes no PATH", help="flowc lock --retire SLUG")
        _retire(retire, settings)
    else:
        _add(paths, settings)


def _add(paths: Sequence[Path], settings: Settings) -> None:
    compilations = compile_paths(paths, settings, None)
    definitions = definitions_of(compilations, check_changed(compilations, paths, settings))
    file = lock_file(paths, settings)
    lock = read_lock(file)
    new = [Entry(each.slug, each.digest) for each in definitions if each.slug not in lock.entries]
    if new:
        write_lock(file, [*lock.entries.values(), *new])
    put("".join(f"+ {entry.slug}\n" for entry in sorted(new, key=lambda entry: entry.slug)))
    say(f"{os.path.relpath(file)}: {len(new)} added, {len(lock.entries) + len(new)} released")


def _retire(slugs: Sequence[str], settings: Settings) -> None:
    lock = read_lock(settings.lock)
    entries = dict(lock.entries)
    for slug in slugs:
        if slug not in entries:
            near = did_you_mean(slug, entries)
            raise UsageError(f"`{slug}` is not in {lock.file}", help=near or "only what is released can be retired")
        entries[slug] = replace(entries[slug], retired=True)
    write_lock(settings.lock, entries.values())
    put("".join(f"- {slug} retired\n" for slug in slugs))
