"""One data folder and the server on it: made, started, found, stopped with PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flowc.db.embedded.binaries import runnable_by
from flowc.db.embedded.home import Home, own_folder
from flowc.db.embedded.locks import FileLock
from flowc.errors import DatabaseError

USER = "postgres"
DATABASE = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # Page images after a checkpoint would be a third of the log under load: rarer checkpoints, and compressed images.
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
}
_PAUSE = 0.005
_SECONDS_TO_START = 120.0
_SECONDS_TO_STOP = 30.0
_SECONDS_FOR_OTHERS = 60.0
_AFTERMATH = re.compile(r"^initdb: removing |^child process exited ")
_LONGEST_LOG = 4 * 1024 * 1024
# The servers that this process started: they may outlive our use of them, and are waited for when they are gone.
_CHILDREN: list[subprocess.Popen[bytes]] = []


class Postmaster(NamedTuple):
    """What a server writes of itself into ``postmaster.pid``."""

    pid: int
    data: str
    status: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """The server of a home, with its programs in ``binaries`` and ``settings`` above its own.

    The file lock ``server`` is inherited by every process of the server: as long as one of them lives, it is held.
    Callers hold the home's door.
    """

    home: Home
    binaries: Path
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """How to connect to the server."""
        folder = quote(str(self.home.sockets), safe="/")
        return f"postgresql://{USER}@/{DATABASE}?host={folder}&port={self._settings['port']}"

    def is_ready(self) -> bool:
        """Whether a server runs on the data folder and takes connections on our socket."""
        found = self._postmaster()
        return found is not None and found.status == "ready" and self._listener() is not None

    def start(self) -> None:
        """Start the server, on a new data folder where there is none, and wait until it takes connections.

        Raises:
            DatabaseError: it does not start; the message names its log.
            OSError: a folder or file cannot be written.
        """
        binaries = runnable_by(self.home.account, self.binaries)
        if not self.home.data.exists():
            self._initialise(binaries)
        if self.home.sockets != self.home.data:
            own_folder(self.home.sockets, 0o700, self.home.account.uid, self.home.account.gid)
        lock = FileLock(self._lock_file)
        try:
            if not self._wait_for_others(lock):
                return
            self._remove_stale_files()
            said = self._launch(binaries, lock.descriptor)
        finally:
            lock.close()
        self._wait_until_ready(said)

    def stop(self) -> None:
        """Stop the server and wait until the last of its processes is gone; does nothing where none runs.

        Raises:
            DatabaseError: it does not stop.
        """
        found = self._postmaster()
        if found is None or self._listener() != found.pid:
            return
        lock = FileLock(self._lock_file)
        try:
            for order in (signal.SIGINT, signal.SIGQUIT):
                with suppress(ProcessLookupError):
                    os.kill(found.pid, order)
                if lock.wait_exclusive(_SECONDS_TO_STOP):
                    break
            else:
                raise DatabaseError(f"the embedded PostgreSQL (process {found.pid}) does not stop")
        finally:
            lock.close()
        _reap(found.pid)
        if self.home.sockets != self.home.data:
            with suppress(OSError):
                self.home.sockets.rmdir()

    @property
    def _settings(self) -> dict[str, str]:
        return SETTINGS | {"unix_socket_directories": str(self.home.sockets)} | dict(self.settings)

    @property
    def _lock_file(self) -> Path:
        return self.home.folder / "server.lock"

    @property
    def _socket(self) -> Path:
        return self.home.sockets / f".s.PGSQL.{self._settings['port']}"

    def _postmaster(self) -> Postmaster | None:
        """What the data folder's own server says of itself; None of a server elsewhere (a copied folder)."""
        try:
            lines = (self.home.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return None
        if len(lines) < 8 or not lines[0].isdigit():
            return None
        found = Postmaster(int(lines[0]), lines[1], lines[7].strip())
        return found if Path(found.data) == self.home.data else None

    def _listener(self) -> int | None:
        """The process that listens on our socket, as the kernel knows it; None when nobody does."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._socket))
            except OSError:
                return None
            if sys.platform == "linux":
                pid, _, _ = struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
                return int(pid)
        found = self._postmaster()
        return found.pid if found else None

    def _initialise(self, binaries: Path) -> None:
        """Make the data folder under another name first: an interrupted initdb leaves nothing that looks whole."""
        account = self.home.account
        scratch = self.home.folder / "data.new"
        if scratch.exists():
            shutil.rmtree(scratch)
        scratch.mkdir(0o700)
        if not account.is_ours:
            os.chown(scratch, account.uid, account.gid)
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--no-instructions", *_locale_options(binaries)]
        done = subprocess.run(
            [binaries / "initdb", "-D", scratch, *options],
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
            **account.spawn_options(),
        )
        if done.returncode != 0:
            shutil.rmtree(scratch)
            raise DatabaseError(
                f"initdb failed in {self.home.folder}: {last_complaint(done.stdout)}",
                help="mend what it says, or name a database with --db URL",
            )
        scratch.rename(self.home.data)

    def _wait_for_others(self, lock: FileLock) -> bool:
        """Wait for processes that still hold the data: what a killed server left, or one that its starter left behind.

        The answer is whether the lock is ours now; otherwise that server got ready meanwhile.
        """
        end = time.monotonic() + _SECONDS_FOR_OTHERS
        while not lock.try_exclusive():
            if self.is_ready():
                return False
            if time.monotonic() > end:
                raise DatabaseError(
                    f"a PostgreSQL server holds {self.home.data} and does not answer",
                    help=f"look at {self.home.log}; stop that server, then try again",
                )
            time.sleep(_PAUSE)
        return True

    def _remove_stale_files(self) -> None:
        """Remove what a killed server left: its number may be another process's now, and PostgreSQL would refuse."""
        _reap()
        found = self._postmaster()
        if found is None or not _may_serve(found.pid, self.home.data):
            (self.home.data / "postmaster.pid").unlink(missing_ok=True)
            self._socket.with_name(f"{self._socket.name}.lock").unlink(missing_ok=True)

    def _launch(self, binaries: Path, lock: int) -> int:
        """Start the server in a session of its own, out of reach of Ctrl-C; the answer is its log's length before."""
        if self.home.log.exists() and self.home.log.stat().st_size > _LONGEST_LOG:
            self.home.log.replace(self.home.log.with_name("log.old"))
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        log = os.open(self.home.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            said = os.fstat(log).st_size
            server = subprocess.Popen(
                [binaries / "postgres", "-D", self.home.data, *options],
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                umask=0o077,
                pass_fds=[lock],
                start_new_session=True,
                **self.home.account.spawn_options(),
            )
        finally:
            os.close(log)
        _CHILDREN.append(server)
        return said

    def _wait_until_ready(self, said: int) -> None:
        end = time.monotonic() + _SECONDS_TO_START
        lock = FileLock(self._lock_file)
        try:
            while not self.is_ready():
                if lock.try_exclusive():
                    complaint = last_complaint(self.home.log.read_bytes()[said:])
                    raise DatabaseError(f"PostgreSQL does not start: {complaint}", help=f"its log is {self.home.log}")
                if time.monotonic() > end:
                    raise DatabaseError("PostgreSQL does not get ready", help=f"its log is {self.home.log}")
                time.sleep(_PAUSE)
        finally:
            lock.close()


def _reap(stopped: int | None = None) -> None:
    for child in _CHILDREN:
        if child.pid == stopped:
            child.wait()
    _CHILDREN[:] = [child for child in _CHILDREN if child.poll() is None]


def _environment() -> dict[str, str]:
    """The server sees nothing of ours: no secrets, no PGPORT; and it speaks English."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "TZ") if name in os.environ}
    return {"PATH": os.defpath, "LC_ALL": "C"} | kept


def _locale_options(binaries: Path) -> list[str]:
    """Bytes decide the order of text everywhere, and upper and lower case know Unicode where the server can do both."""
    said = subprocess.run([binaries / "initdb", "--version"], capture_output=True, check=True, text=True).stdout
    major = re.search(r"(\d+)", said)
    if major is not None and int(major[1]) >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C"]


def _may_serve(pid: int, data: Path) -> bool:
    """Whether a live process may be a server on ``data`` that somebody else started: then PostgreSQL is the judge."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if sys.platform != "linux":
        return True
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def last_complaint(output: bytes) -> str:
    """The line of a program's output that says most: the last error, or the last line before it cleaned up."""
    lines = [line.strip() for line in output.decode("utf-8", errors="replace").splitlines() if line.strip()]
    lines = [line for line in lines if not _AFTERMATH.search(line)] or lines
    complaints = [line for line in lines if re.search(r"(FATAL|PANIC|[Ee]rror):", line)]
    return (complaints or lines or ["it said nothing"])[-1]
