"""Stands between clients and a PostgreSQL server, and cuts a connection after a certain message of the server."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

_HEADER = 5  # a message: its kind in one byte, its length in four, themselves included


class Proxy:
    """A socket in ``folder`` behind which the server at ``server`` (its socket) answers, up to the cut.

    Args:
        folder: where the proxy's socket goes.
        server: the server's socket.
        cut_after: after so many messages of the server, counted over all connections, the connection that brought the
            last of them is cut, once; the client has got that message, and the server all that the client sent.
    """

    def __init__(self, folder: Path, server: Path, cut_after: int) -> None:
        self._server = server
        self._cut_after = cut_after
        self._lock = threading.Lock()
        self._path = folder / server.name
        self._listener = socket.socket(socket.AF_UNIX)
        self._open: set[socket.socket] = set()
        self.messages = 0

    @property
    def has_cut(self) -> bool:
        """Whether it came to the cut."""
        return self.messages >= self._cut_after

    def url(self, database: str) -> str:
        """How to connect through here."""
        port = self._path.name.rpartition(".")[2]
        return f"postgresql://postgres@/{database}?host={quote(str(self._path.parent), safe='/')}&port={port}"

    def __enter__(self) -> Self:
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up(self._listener)
        for one in list(self._open):
            self._hang_up(one)
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                self._open |= {client, server}
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                threading.Thread(target=self._bring_back, args=(server, client), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """What the client says, as it comes."""
        with suppress(OSError):
            while said := client.recv(65536):
                server.sendall(said)
        self._hang_up(client, server)

    def _bring_back(self, server: socket.socket, client: socket.socket) -> None:
        """What the server says, message by message."""
        kept = b""
        with suppress(OSError):
            while said := server.recv(65536):
                kept += said
                while (size := _size(kept)) is not None:
                    with self._lock:
                        self.messages += 1
                        cut = self.messages == self._cut_after
                    client.sendall(kept[:size])
                    kept = kept[size:]
                    if cut:
                        self._hang_up(client, server)
                        return
        self._hang_up(client, server)

    def _hang_up(self, *sockets: socket.socket) -> None:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
            self._open.discard(one)


def _size(buffer: bytes) -> int | None:
    """The length of the message that a buffer begins with; None if it is not whole."""
    if len(buffer) < _HEADER:
        return None
    (length,) = struct.unpack("!I", buffer[1:_HEADER])
    return length + 1 if len(buffer) > length else None
