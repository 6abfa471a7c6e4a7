"""What `flowc check` finds beyond single flows: everything that is true only of a whole project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flowc.project.checked import Checked, checked
from flowc.project.lock import read_lock
from flowc.project.release import Release, base_lock, check_release
from flowc.project.settings import LOCK, Settings

if TYPE_CHECKING:
    from flowc.compiler.pipeline import Compilation
    from flowc.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True)
class Found:
    """Diagnostics of a project, with the texts of the files they point to that are no flows."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)


def lock_file(paths: Sequence[Path], settings: Settings) -> Path:
    """The lock that holds for ``paths``: the one of the folder that they are, if it has its own, else the settings'."""
    own = paths[0] / LOCK if len(paths) == 1 else settings.lock
    return own if own.is_file() else settings.lock


def is_released(paths: Sequence[Path], settings: Settings, base: str | None) -> bool:
    """Whether there may be releases to hold the flows of ``paths`` against."""
    return base is not None or lock_file(paths, settings).is_file()


def check_project(
    flows: Sequence[Checked],
    paths: Sequence[Path],
    settings: Settings,
    *,
    handlers: Mapping[str, str] | None = None,
    locked: bool = False,
    base: str | None = None,
) -> Found:
    """Hold the ``flows`` of ``paths`` (of the settings, where there are none) against the lock and the handlers.

    ``handlers`` are the registered names with their places, None where no handlers are at hand.

    Raises:
        UsageError: the lock cannot be read, or git does not know ``base``.
    """
    file = lock_file(paths, settings)
    lock = read_lock(file)
    before = base_lock(file, base, lock.file) if base is not None else None
    whole = _covers(paths, file, settings)
    found = Found(sources={lock.file: lock.text})
    found.diagnostics.extend(check_release(flows, Release(lock, file, before, whole, locked)))
    if handlers is not None and _covers_settings(paths, settings):
        from flowc.project.unused import check_unused

        unused, sources = check_unused(flows, handlers)
        found.diagnostics.extend(unused)
        found.sources.update(sources)
    return found


def check_changed(compilations: Sequence[Compilation], paths: Sequence[Path], settings: Settings) -> Found:
    """FL901 alone: the released flows among ``compilations`` that mean something else now.

    Raises:
        UsageError: the lock cannot be read.
    """
    file = lock_file(paths, settings)
    lock = read_lock(file)
    if not lock.entries:
        return Found()
    return Found(check_release([checked(each) for each in compilations], Release(lock, file)), {lock.file: lock.text})


def _covers(paths: Sequence[Path], lock: Path, settings: Settings) -> bool:
    """Whether the paths hold all flows that the lock may know."""
    if lock != settings.lock:
        return True
    return _covers_settings(paths, settings)


def _covers_settings(paths: Sequence[Path], settings: Settings) -> bool:
    if not paths:
        return True
    given = [path.resolve() for path in paths if path.is_dir()]
    return all(any(flows.resolve().is_relative_to(folder) for folder in given) for flows in settings.flows)
