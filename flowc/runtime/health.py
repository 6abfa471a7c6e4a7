"""Whether a worker is well, told over HTTP or by a file that is touched, for whoever restarts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import orjson

from flowc.errors import UsageError

PATH = "/health"
# The file is touched so often; who looks at it should allow for a few of these.
TOUCH_SECONDS = 5.0
_PATIENCE_SECONDS = 5.0


class Health(NamedTuple):
    """How a worker is.

    Attributes:
        problems: what a restart may mend, in words; none where all is well.
        worker_id: its name.
        held: how many tasks it holds.
        slots: how many handlers it calls at once.
        stopping: whether it was asked to stop.
    """

    problems: list[str]
    worker_id: str
    held: int
    slots: int
    stopping: bool

    @property
    def is_well(self) -> bool:
        """Whether there is no reason for a restart."""
        return not self.problems


Ask = Callable[[], Health]


@contextmanager
def answering(port: int, ask: Ask) -> Iterator[int]:
    """While entered, ``GET /health`` is answered on a port of all interfaces: 200, or 503 where something is wrong.

    Args:
        port: 0 is any that is free.
        ask: how the worker is; called from other threads.

    Yields:
        The port.

    Raises:
        UsageError: the port cannot be had.
    """
    try:
        server = _Server(port, ask)
    except (OSError, OverflowError) as error:
        said = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise UsageError(f"port {port} cannot be had for health checks: {said}", help="choose another one") from None
    thread = Thread(target=server.serve_forever, name="flowc-health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def touching(file: Path, ask: Ask, seconds: float = TOUCH_SECONDS) -> Iterator[None]:
    """While entered, a file is touched every few seconds as long as the worker is well; afterwards it is gone.

    Raises:
        UsageError: it cannot be touched.
    """
    over = Event()

    def touch() -> None:
        while not over.wait(seconds):
            if ask().is_well:
                file.touch()

    thread = Thread(target=touch, name="flowc-health", daemon=True)
    is_ours = True
    try:  # from the first touch on: a signal may end the worker before it has begun
        try:
            file.touch()
        except OSError as error:
            is_ours = False
            raise UsageError(f"the health file `{file}` cannot be touched: {error.strerror}") from None
        thread.start()
        yield
    finally:
        over.set()
        if thread.is_alive():
            thread.join(_PATIENCE_SECONDS)
        if is_ours:
            file.unlink(missing_ok=True)


class _Server(ThreadingHTTPServer):
    def __init__(self, port: int, ask: Ask) -> None:
        super().__init__(("", port), _Answers)
        self.ask = ask


class _Answers(BaseHTTPRequestHandler):
    timeout = _PATIENCE_SECONDS
    server_version = "flowc"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with how the worker is, as JSON."""
        if self.path.partition("?")[0] != PATH:
            self._answer(404, orjson.dumps({"error": f"there is only {PATH}"}))
            return
        assert isinstance(self.server, _Server)
        health = self.server.ask()
        self._answer(200 if health.is_well else 503, orjson.dumps({"ok": health.is_well, **health._asdict()}))

    def do_HEAD(self) -> None:
        """The same without a body."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing: a probe comes every few seconds."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
