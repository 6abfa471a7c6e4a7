"""The PostgreSQL that a project brings along: shared by its processes, started by the first, stopped by the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from flowc.db.embedded.binaries import packaged_binaries
from flowc.db.embedded.cluster import Cluster
from flowc.db.embedded.home import FOLDER, Home, find_home
from flowc.db.embedded.locks import FileLock
from flowc.errors import DatabaseError

_SECONDS_AT_THE_DOOR = 180.0


class Embedded:
    """One user of the embedded server of the folder ``project``; as a context manager it starts and leaves.

    ``binaries`` is the folder of another PostgreSQL's programs, ``settings`` stand above the server's own.
    Users are counted by a lock that each of them shares, so that one that was killed does not count.
    """

    def __init__(
        self, project: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.project = project.resolve()
        self._given_binaries = binaries
        self._settings = dict(settings or {})
        self._cluster: Cluster | None = None
        self._membership: FileLock | None = None

    @property
    def url(self) -> str:
        """How to connect, while started."""
        return self._started().url

    @property
    def log(self) -> Path:
        """The file that the server writes its log to, while started."""
        return self._started().home.log

    @property
    def bin(self) -> Path:
        """The folder of PostgreSQL's programs.

        Raises:
            DatabaseError: the package that brings them is not installed.
        """
        return self._given_binaries or packaged_binaries()

    @property
    def psql(self) -> Path:
        """PostgreSQL's terminal."""
        return self.bin / "psql"

    def start(self) -> str:
        """Join the server, starting it where none runs; the answer is its URL.

        Raises:
            DatabaseError: there is no PostgreSQL to start, or it does not start, or ``.flowc`` cannot be used.
        """
        if self._membership is not None:
            return self.url
        binaries = self.bin
        with _explained(self.project / FOLDER):
            home = find_home(self.project)
            cluster = Cluster(home, binaries, self._settings)
            with _door(home):
                membership = FileLock(home.folder / "users.lock")
                try:
                    membership.share()
                    if not cluster.is_ready():
                        cluster.start()
                except BaseException:
                    membership.close()
                    raise
            self._cluster, self._membership = cluster, membership
        return cluster.url

    def stop(self) -> bool:
        """Leave the server; the answer is whether we were the last, and then it is stopped.

        Raises:
            DatabaseError: it does not stop.
        """
        if self._membership is None or self._cluster is None:
            return False
        cluster, membership = self._cluster, self._membership
        self._cluster = self._membership = None
        try:
            if not cluster.home.folder.exists():  # somebody removed it: then PostgreSQL stops by itself
                return True
            with _explained(cluster.home.folder), _door(cluster.home):
                last = membership.try_exclusive()
                if last:
                    cluster.stop()
                return last
        finally:
            membership.close()

    def __enter__(self) -> Self:
        """Join the server."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the server."""
        self.stop()

    def _started(self) -> Cluster:
        if self._cluster is None:
            raise DatabaseError("the embedded PostgreSQL is not started")
        return self._cluster


@contextmanager
def _door(home: Home) -> Iterator[None]:
    """One at a time comes in or goes."""
    door = FileLock(home.folder / "door.lock")
    try:
        if not door.wait_exclusive(_SECONDS_AT_THE_DOOR):
            raise DatabaseError(
                f"another process has been starting or stopping the server in {home.folder} for minutes",
                help="look for a stopped flowc process; then try again",
            )
        yield
    finally:
        door.close()


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    """Turn what the file system refuses into the operator's words."""
    try:
        yield
    except OSError as error:
        where = error.filename or place
        raise DatabaseError(
            f"the embedded PostgreSQL cannot use {where}: {(error.strerror or str(error)).lower()}",
            help=f"let this user write in {place} and all that is in it, or name a database with --db URL",
        ) from error
