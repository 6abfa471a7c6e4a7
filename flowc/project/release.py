"""The rules that hold a project's flows against its lock: FL901, FL902, FL903 and FL907."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flowc.diagnostic import Diagnostic, Related
from flowc.project.checked import Checked
from flowc.project.lock import Entry, Lock, parse_lock

# The rules are imported where one has something to report: with the package around them come all the others.


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


def check_release(flows: Sequence[Checked], release: Release) -> list[Diagnostic]:
    """What is wrong with the flows as a release, sorted."""
    named = [flow for flow in flows if flow.slug]
    found = [*_changed(named, release), *_not_locked(named, release)]
    if release.whole:
        found += check_duplicates(named)
        if len(named) == len(flows):  # a file that cannot be read may be the one that seems to be gone
            found += _deleted({flow.slug for flow in named}, release)
    return sorted(found)


def check_duplicates(flows: Sequence[Checked]) -> list[Diagnostic]:
    """FL903 alone: the flows that have the slug of one before them."""
    first: dict[str, Checked] = {}
    found = []
    for flow in flows:
        if flow.slug:
            known = first.setdefault(flow.slug, flow)
            if known is not flow:
                found.append(_duplicate(flow, known))
    return found


def _changed(flows: Sequence[Checked], release: Release) -> Iterator[Diagnostic]:
    entries = release.entries
    for flow in flows:
        entry = entries.get(str(flow.slug))
        if entry is None or flow.digest in (None, entry.digest):
            continue
        from flowc.compiler.checks.release.released_changed import RULE

        what = what_changed(entry, flow.file, flow.body, release.file)
        look = "" if what else f"`git log -p {flow.file}` shows how, where its history is at hand; "
        yield Diagnostic(
            RULE,
            flow.file,
            flow.position,
            f"`{flow.slug}` is released, and it changed: {what}"
            if what
            else f"`{flow.slug}` changed after its release",
            label="means one flow for ever",
            help=f"{look}take it back, or `flowc bump {flow.file}` and change the copy",
            related=_line_of(entry, release),
        )


def what_changed(entry: Entry, file: str, body: dict[str, Any] | None, lock: Path) -> str | None:
    """The differences of a definition and the released one; None where git does not have that."""
    from flowc.compiler.changes import changes, in_one_sentence
    from flowc.project.former import former_definition

    former = former_definition(entry, file, lock)
    return None if former is None or body is None else in_one_sentence(changes(former, body))


def _line_of(entry: Entry, release: Release) -> tuple[Related, ...]:
    lock = release.lock
    if not entry.line or entry.slug not in lock.entries:
        return ()
    label = "released here"
    if lock.entries[entry.slug].digest != entry.digest and release.base is not None:
        label = f"edited: `{release.base[1]}` has another digest here"
    return (Related(entry.position, label, lock.file),)


def _not_locked(flows: Sequence[Checked], release: Release) -> Iterator[Diagnostic]:
    entries = release.lock.entries
    before = release.base[0].entries if release.base else {}
    for flow in flows:
        if flow.slug in entries or not (release.locked or flow.slug in before):
            continue
        from flowc.compiler.checks.release.not_locked import RULE

        message = f"`{flow.slug}` is not in {release.lock.file}"
        if release.base is not None and flow.slug in before:
            message = f"`{flow.slug}` is no longer in {release.lock.file}, where `{release.base[1]}` has it"
        yield Diagnostic(
            RULE, flow.file, flow.position, message, label="not released", help="run `flowc lock`, and commit it"
        )


def _duplicate(flow: Checked, known: Checked) -> Diagnostic:
    from flowc.compiler.checks.release.duplicate_slug import RULE

    position = known.position
    return Diagnostic(
        RULE,
        flow.file,
        flow.position,
        f"`{flow.slug}` is the slug of another file too",
        label=f"also in {known.file}:{position.line}",
        help="a slug names one flow: give one of them another, or remove it",
        related=(Related(position, "the first one", known.file),),
    )


def _deleted(present: set[str | None], release: Release) -> Iterator[Diagnostic]:
    for slug, entry in release.entries.items():
        if slug in present or entry.retired:
            continue
        from flowc.compiler.checks.release.released_deleted import RULE

        taken = release.base is not None and slug not in release.lock.entries
        label = f"`{release.base[1]}` has its line here" if taken and release.base else "released here"
        yield Diagnostic(
            RULE,
            release.lock.file,
            entry.position,
            f"`{slug}` is released, and no flow file has it",
            label=label,
            help=f"restore its file, or `flowc lock --retire {slug}`",
        )
