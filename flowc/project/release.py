"""The rules that hold a project's flows against its lock: FL901, FL902, FL903 and FL907."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from flowc.compiler.checks.release.duplicate_slug import RULE as DUPLICATE_SLUG
from flowc.compiler.checks.release.not_locked import RULE as NOT_LOCKED
from flowc.compiler.checks.release.released_changed import RULE as RELEASED_CHANGED
from flowc.compiler.checks.release.released_deleted import RULE as RELEASED_DELETED
from flowc.compiler.pipeline import Compilation
from flowc.diagnostic import Diagnostic, Position, Related
from flowc.project.lock import Entry, Lock, parse_lock

_SLUG = re.compile(r"""^[\s{]*["']?flow["']?[ \t]*:[ \t]*["']?([A-Za-z][A-Za-z0-9_]*)""", re.MULTILINE)


class Slug(NamedTuple):
    """The slug of a flow file, and where it stands."""

    name: str
    file: str
    position: Position


@dataclass(frozen=True, slots=True)
class Release:
    """What a check holds flows against.

    Attributes:
        lock: the lock as it is.
        base: the lock at the commit of ``--base``, and the commit's name; None without it.
        file: the lock's file.
        whole: whether all flows of the lock are among those checked.
        locked: whether all flows checked must be in the lock.
    """

    lock: Lock
    file: Path
    base: tuple[Lock, str] | None = None
    whole: bool = False
    locked: bool = False

    @property
    def entries(self) -> dict[str, Entry]:
        """The entries that count: those of the base before those of now."""
        entries = dict(self.lock.entries)
        if self.base is not None:
            for slug, entry in self.base[0].entries.items():
                now = entries.get(slug)
                retired = entry.retired or (now is not None and now.retired)
                entries[slug] = replace(entry, retired=retired, line=now.line if now else 0)
        return entries


def base_lock(file: Path, ref: str, name: str) -> tuple[Lock, str]:
    """The lock that ``file`` was at the commit ``ref``; an empty one if it did not exist then.

    Raises:
        UsageError: git has no answer, or what it has is no lock.
    """
    from flowc.project.git import content_at

    data = content_at(ref, file) or b""
    return parse_lock(data.decode("utf-8", "replace"), f"{ref}:{name}"), ref


def check_release(compilations: Sequence[Compilation], release: Release) -> list[Diagnostic]:
    """What is wrong with the flows as a release, sorted."""
    slugs = {compilation.file: slug for compilation in compilations if (slug := slug_of(compilation))}
    found = [*_changed(compilations, slugs, release), *_not_locked(slugs, release)]
    if release.whole:
        found += _duplicates(slugs)
        if len(slugs) == len(compilations):  # a file that cannot be read may be the one that seems to be gone
            found += _deleted({slug.name for slug in slugs.values()}, release)
    return sorted(found)


def check_duplicates(compilations: Sequence[Compilation]) -> list[Diagnostic]:
    """FL903 alone: the flows that have the slug of one before them."""
    return list(_duplicates({each.file: slug for each in compilations if (slug := slug_of(each))}))


def slug_of(compilation: Compilation) -> Slug | None:
    """The slug of a flow file, also of one with mistakes; None where it cannot be told."""
    document = compilation.document
    if document is not None:
        slug = document.value.get("flow")
        return Slug(slug, compilation.file, document.position(("flow",))) if type(slug) is str else None
    found = _SLUG.search(compilation.text)
    if found is None:
        return None
    line = compilation.text.count("\n", 0, found.start(1)) + 1
    column = found.start(1) - compilation.text.rfind("\n", 0, found.start(1))
    return Slug(found[1], compilation.file, Position(line, column, line, column + len(found[1])))


def _changed(compilations: Sequence[Compilation], slugs: dict[str, Slug], release: Release) -> Iterator[Diagnostic]:
    entries = release.entries
    for compilation in compilations:
        definition = compilation.definition
        entry = entries.get(definition.slug) if definition else None
        if definition is None or entry is None or entry.digest == definition.digest:
            continue
        slug = slugs[compilation.file]
        what = what_changed(entry, slug.file, definition.body, release.file)
        look = "" if what else f"`git log -p {slug.file}` shows how, where its history is at hand; "
        yield Diagnostic(
            RELEASED_CHANGED,
            slug.file,
            slug.position,
            f"`{slug.name}` is released, and it changed: {what}"
            if what
            else f"`{slug.name}` changed after its release",
            label="means one flow for ever",
            help=f"{look}take it back, or `flowc bump {slug.file}` and change the copy",
            related=_line_of(entry, release),
        )


def what_changed(entry: Entry, file: str, body: dict[str, Any], lock: Path) -> str | None:
    """The differences of a definition and the released one; None where git does not have that."""
    from flowc.compiler.changes import changes, in_one_sentence
    from flowc.project.former import former_definition

    former = former_definition(entry, file, lock)
    return None if former is None else in_one_sentence(changes(former, body))


def _line_of(entry: Entry, release: Release) -> tuple[Related, ...]:
    lock = release.lock
    if not entry.line or entry.slug not in lock.entries:
        return ()
    label = "released here"
    if lock.entries[entry.slug].digest != entry.digest and release.base is not None:
        label = f"edited: `{release.base[1]}` has another digest here"
    return (Related(entry.position, label, lock.file),)


def _not_locked(slugs: dict[str, Slug], release: Release) -> Iterator[Diagnostic]:
    entries = release.lock.entries
    before = release.base[0].entries if release.base else {}
    for slug in slugs.values():
        if slug.name in entries or not (release.locked or slug.name in before):
            continue
        message = f"`{slug.name}` is not in {release.lock.file}"
        if release.base is not None and slug.name in before:
            message = f"`{slug.name}` is no longer in {release.lock.file}, where `{release.base[1]}` has it"
        yield Diagnostic(
            NOT_LOCKED, slug.file, slug.position, message, label="not released", help="run `flowc lock`, and commit it"
        )


def _duplicates(slugs: dict[str, Slug]) -> Iterator[Diagnostic]:
    first: dict[str, Slug] = {}
    for slug in slugs.values():
        known = first.setdefault(slug.name, slug)
        if known is not slug:
            position = known.position
            yield Diagnostic(
                DUPLICATE_SLUG,
                slug.file,
                slug.position,
                f"`{slug.name}` is the slug of another file too",
                label=f"also in {known.file}:{position.line}",
                help="a slug names one flow: give one of them another, or remove it",
                related=(Related(position, "the first one", known.file),),
            )


def _deleted(present: set[str], release: Release) -> Iterator[Diagnostic]:
    for slug, entry in release.entries.items():
        if slug in present or entry.retired:
            continue
        taken = release.base is not None and slug not in release.lock.entries
        label = f"`{release.base[1]}` has its line here" if taken and release.base else "released here"
        yield Diagnostic(
            RELEASED_DELETED,
            release.lock.file,
            entry.position,
            f"`{slug}` is released, and no flow file has it",
            label=label,
            help=f"restore its file, or `flowc lock --retire {slug}`",
        )
