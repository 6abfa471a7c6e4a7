"""One transaction for what must come whole: an install, a deploy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection


@contextmanager
def read_committed(conn: Connection) -> Iterator[None]:
    """A transaction in which each statement sees what others committed meanwhile, whatever the role's default is.

    ``conn`` is in autocommit and idle. Everything is rolled back when the body raises.
    """
    conn.execute("begin isolation level read committed")
    try:
        yield
    except BaseException:
        if not conn.closed:
            conn.execute("rollback")
        raise
    conn.execute("commit")
