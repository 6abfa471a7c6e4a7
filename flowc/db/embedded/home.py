"""Where an embedded server lives: beside the project, or, for root in a closed folder, where its account can enter."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flowc.db.embedded.account import Account, account_for
from flowc.errors import DatabaseError

FOLDER = ".flowc"
# Longest path of a socket that every system takes is 103 bytes; the name in it is `.s.PGSQL.` and a port.
_LONGEST = 85
# Commas and quotes mean something in PostgreSQL's list of socket folders, and in a URL.
_PLAIN = re.compile(r"/[A-Za-z0-9_./-]*")
_SHARED = (Path("/var/lib/flowc"), Path("/var/tmp/flowc"))


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one server: its locks, its log, its data; and the account that runs it."""

    folder: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder; it belongs to the account."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket: its data folder, or one below /tmp where that path is too long."""
        if len(os.fsencode(self.data)) <= _LONGEST and _PLAIN.fullmatch(str(self.data)):
            return self.data
        return Path(f"/tmp/flowc-{self.account.uid}-{_hash(self.folder)}")


def find_home(project: Path) -> Home:
    """The home of the server of the folder ``project``; ``.flowc`` is made where it is missing.

    Raises:
        OSError: a folder cannot be read or made.
        DatabaseError: we are root and no folder suits.
    """
    beside = project / FOLDER
    beside.mkdir(exist_ok=True)
    ignore = beside / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    pointer = beside / "where"
    elsewhere = _pointed(pointer)
    if elsewhere is not None:
        return _home(elsewhere)
    home = _home(beside)
    if home.account.is_ours or home.data.exists() or _can_enter(home.account, beside):
        return home
    folder = shared_folder(home.account) / f"{re.sub(r'[^A-Za-z0-9_-]', '_', project.name)[:40]}-{_hash(beside)}"
    own_folder(folder, 0o755, os.geteuid())
    _point(pointer, folder)
    return _home(folder)


def shared_folder(account: Account) -> Path:
    """A folder outside of any project that is root's and that ``account`` can enter: copies and data go there.

    Raises:
        DatabaseError: there is none.
    """
    for folder in _SHARED:
        try:
            own_folder(folder, 0o755, os.geteuid())
        except (OSError, DatabaseError):
            continue
        if _can_enter(account, folder):
            return folder
    raise DatabaseError(
        f"no folder for the embedded PostgreSQL that the account `{account.name}` can enter:"
        f" tried {' and '.join(str(folder) for folder in _SHARED)}",
        help="run flowc as an ordinary user, or name a database with --db URL",
    )


def own_folder(path: Path, mode: int, uid: int, gid: int = -1) -> None:
    """Make the folder ``path``, or make sure that it is ``uid``'s and that nobody else can write in it.

    Raises:
        OSError: it cannot be made.
        DatabaseError: it is somebody else's.
    """
    try:
        path.mkdir(mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & ~mode & 0o022:
            raise DatabaseError(
                f"{path} is in the way: it is not a folder that belongs to user {uid} alone",
                help="remove it, or name a database with --db URL",
            ) from None
        return
    path.chmod(mode)
    if uid != os.geteuid():
        os.chown(path, uid, gid)


def _home(folder: Path) -> Home:
    return Home(folder, account_for(folder / "data"))


def _can_enter(account: Account, folder: Path) -> bool:
    """Whether ``account`` can use a folder of its own inside ``folder``: asked of the kernel, not read from modes."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".probe-") as probe:
        try:
            os.chown(probe, account.uid, account.gid)
            command = ["/bin/sh", "-c", 'cd -- "$0" && : > probe', probe]
            done = subprocess.run(command, cwd="/", capture_output=True, check=False, **account.spawn_options())
        except OSError:
            return False
        return done.returncode == 0


def _pointed(pointer: Path) -> Path | None:
    """The folder that the pointer names; None where there is none, or no longer (another container, a new machine)."""
    try:
        folder = Path(pointer.read_text(encoding="utf-8", errors="surrogateescape").strip())
    except FileNotFoundError:
        return None
    if not folder.is_dir():
        return None
    own_folder(folder, 0o755, 0)
    return folder


def _point(pointer: Path, folder: Path) -> None:
    """Write where the home is, whole or not at all."""
    scratch = pointer.with_name(f"where.{os.getpid()}")
    scratch.write_text(f"{folder}\n", encoding="utf-8")
    scratch.replace(pointer)


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
