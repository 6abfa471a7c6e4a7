"""The operating system's account that runs the embedded server: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from flowc.errors import DatabaseError

NAME = "flowc_postgres"
_FALLBACK = "nobody"


class SpawnOptions(TypedDict, total=False):
    """The arguments of ``subprocess.run`` that make a child run as an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A user and a group by their numbers."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process runs as the account already."""
        return self.uid == os.geteuid()

    @property
    def name(self) -> str:
        """The account's name, or its number where it has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def spawn_options(self) -> SpawnOptions:
        """What ``subprocess.run`` needs to start a child as this account."""
        if self.is_ours:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(data: Path) -> Account:
    """Who runs the server on the folder ``data``: ourselves, or, as root, its owner, or an account of its own.

    Raises:
        OSError: there is a folder and it cannot be looked at.
        DatabaseError: we are root and the system has no account to give.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    return _own_account()


def _own_account() -> Account:
    entry = _entry(NAME)
    if entry is None:
        _create()
        entry = _entry(NAME) or _entry(_FALLBACK)
    if entry is None:
        raise DatabaseError(
            f"root may not run PostgreSQL, and the system has no account for it: neither `{NAME}` nor `{_FALLBACK}`",
            help="run flowc as an ordinary user, or name a database with --db URL",
        )
    return Account(entry.pw_uid, entry.pw_gid)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create() -> None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if useradd is None:
        return
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    # A failure is no trouble: another process was first, or /etc is read-only and the fallback serves.
    subprocess.run(
        [*command, "--shell", "/usr/sbin/nologin", NAME], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
