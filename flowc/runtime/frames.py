"""Values between a worker and its children: pickled, each behind its length, on a socket that only the two have."""

from __future__ import annotations

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("!Q")


def write_frame(line: socket.socket, value: object) -> None:
    """Send a value; raises OSError where nobody listens."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    line.sendall(_LENGTH.pack(len(data)) + data)


def read_frame(line: socket.socket) -> Any:
    """The next value.

    Raises:
        EOFError: the other end is closed.
        OSError: the connection broke.
    """
    (length,) = _LENGTH.unpack(_read(line, _LENGTH.size))
    return pickle.loads(_read(line, length))


def _read(line: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        count = line.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return data
