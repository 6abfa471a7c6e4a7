"""``flowc bump``: a released flow's next slug."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flowc.cli.here import settings_here
from flowc.cli.terminal import put, say
from flowc.compiler.did_you_mean import did_you_mean
from flowc.compiler.pipeline import compile_file
from flowc.errors import UsageError
from flowc.project.bump import Bumped, bump
from flowc.project.checked import slug_of
from flowc.project.checking import lock_file
from flowc.project.find import find_flows
from flowc.project.lock import read_lock
from flowc.project.settings import Settings


@click.command(epilog="Example:  flowc bump flows/report.yaml")
@click.argument("flow", metavar="FLOW", type=click.Path())
def command(flow: str) -> None:
    """Copy a flow to its next slug: x to x_v2, x_v2 to x_v3. Comments and layout stay.

    FLOW is a flow file, or the slug of one of the project's flows. The copy's file goes to stdout.
    """
    settings = settings_here()
    file = Path(flow)
    if not file.is_file():
        file = _file_of(flow, settings)
    copy = bump(file)
    _refuse_taken(copy, settings)
    try:
        with copy.file.open("xb") as stream:
            stream.write(copy.data)
    except FileExistsError:
        raise UsageError(f"{copy.file} exists already", help="bump the newest one, or move it out of the way") from None
    except OSError as error:
        raise UsageError(
            f"cannot write {copy.file}: {error.strerror}", help="check the folder's permissions"
        ) from error
    put(f"{copy.file}\n")
    say(f"`{copy.slug}` is a copy of `{copy.old_slug}`: change it there")
    _say_what_is_left(file, copy.old_slug, settings)


def _file_of(slug: str, settings: Settings) -> Path:
    """The project's file that has a slug."""
    if os.sep in slug or slug.endswith((".yaml", ".yml", ".json")):
        raise UsageError(f"no such file: {slug}", help="flowc bump takes a flow's file, or its slug")
    files: dict[str, Path] = {}
    for file in find_flows([Path(os.path.relpath(path)) for path in settings.flows]):
        found = slug_of(compile_file(file))
        if found is not None:
            files.setdefault(found.name, file)
    if slug not in files:
        raise UsageError(f"no flow has the slug `{slug}`", help=did_you_mean(slug, files) or "name its file")
    return files[slug]


def _refuse_taken(copy: Bumped, settings: Settings) -> None:
    lock = read_lock(lock_file([copy.file.parent], settings))
    if copy.slug in lock.entries:
        raise UsageError(f"`{copy.slug}` is released already", help=f"flowc bump {copy.slug} gives the one after it")


def _say_what_is_left(file: Path, slug: str, settings: Settings) -> None:
    """Where the old file was edited after its release, it must go back to what it was."""
    entry = read_lock(lock_file([file.parent], settings)).entries.get(slug)
    compilation = compile_file(file)
    definition = compilation.definition
    if entry is not None and definition is not None and definition.digest != entry.digest:
        files = " ".join([str(file), *(compilation.borrowed.texts if compilation.borrowed else ())])
        say(f"`{slug}` in {file} still differs from what is released: restore it, e.g. `git checkout -- {files}`")
