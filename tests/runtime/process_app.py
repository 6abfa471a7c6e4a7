"""Handlers for the tests of other processes than the worker's."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, NoReturn

from flowc import Blob, Context, Handlers, RetryLater

handlers = Handlers()


@handlers.register
def whoami(ctx: Context) -> dict[str, Any]:
    """Where and as whom this runs."""
    group = os.getpgid(0)
    return {
        "pid": os.getpid(),
        "group": group,
        "attempt": ctx.attempt,
        "run": ctx.run_id,
        "stdin": os.read(0, 1).decode(),
    }


@handlers.register
async def later() -> int:
    """An async handler."""
    return os.getpid()


@handlers.register
def read_secret(ctx: Context) -> int:
    """The length of a secret."""
    return len(ctx.secrets["TOKEN"].reveal())


@handlers.register
def tell_secret(ctx: Context) -> str:
    """Leak a secret, and print it on the way."""
    value = ctx.secrets["TOKEN"].reveal()
    print("printed", value)
    logging.getLogger("app").warning("logged %s", value)
    return value


@handlers.register
def arguments_of_parents(ctx: Context) -> bool:
    """Whether a secret stands in the arguments or the environment of any process that this one may look at."""
    value = ctx.secrets["TOKEN"].reveal().encode()
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if value in (process / name).read_bytes():
                    return True
            except OSError:
                continue
    return False


@handlers.register
def die(input: dict[str, Any], ctx: Context) -> str:  # noqa: A002
    """End this process at the first attempt, as the input says."""
    if ctx.attempt > 1:
        return "alive"
    if "code" in input:
        os._exit(input["code"])
    os.kill(os.getpid(), input["signal"])
    time.sleep(60)
    return "never"


@handlers.register
def hold(input: dict[str, Any]) -> None:  # noqa: A002
    """Hold the GIL for ever, and every other thing that a handler can do to stay."""
    child = subprocess.Popen(["sleep", "1000"])
    Path(input["file"]).write_text(f"{os.getpid()} {child.pid}")
    if input.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child.wait()
    if input.get("neat"):
        try:
            child.wait()
        finally:
            Path(input["neat"]).touch()
    re.match(r"(a+)+$", "a" * 100 + "b")


@handlers.register
def wait_for_file(input: dict[str, Any]) -> str:  # noqa: A002
    """Say who waits, and wait until a file is there."""
    begun, go = Path(input["file"]), Path(input["go"])
    begun.with_suffix(".tmp").write_text(str(os.getpid()))
    begun.with_suffix(".tmp").rename(begun)
    while not go.exists():
        time.sleep(0.01)
    return "gone on"


@handlers.register
def postpone(ctx: Context) -> str:
    """Come back an hour later."""
    if ctx.attempt == 1:
        raise RetryLater("busy", after=3600)
    return "later"


@handlers.register
def wrong() -> NoReturn:
    """Raise."""
    raise ValueError("no")


@handlers.register
def unstorable() -> object:
    """Return what JSON does not have."""
    return object()


@handlers.register
def writes(tx: Any) -> None:
    """Writes a row together with its completion."""
    tx.execute("insert into public.entries values ('r', 'from a process')")


@handlers.register
def large() -> str:
    """A value that becomes a blob."""
    return "x" * 100_000


@handlers.register
def size(text: str) -> int:
    """How long a text is."""
    return len(text)


@handlers.register
def fork_and_come_back(item: int) -> int:
    """Fork, and return in both processes."""
    return item if os.fork() else -1


@handlers.register
def draw() -> list[bytes]:
    """Bytes, which become blobs whatever their size."""
    return [b"\x89PNG" * 50_000, b"small"]


@handlers.register
def look(draw: list[Blob], large: str, ctx: Context) -> Blob:
    """Blobs as they are asked for: lazily, loaded, by their ids; and one that is passed on."""
    with draw[0].open() as file:
        head = file.read(4)
    assert (head, draw[1].bytes(), len(large)) == (b"\x89PNG", b"small", 100_000)
    assert ctx.get_blob(draw[0].id).size == 200_000
    return draw[0]


@handlers.register
def tell_secret_in_bytes(ctx: Context) -> bytes:
    """Leak a secret in a blob."""
    return b"\xff" + ctx.secrets["TOKEN"].reveal().encode()


@handlers.register
def close_all_files() -> str:
    """Close whatever is open, the worker's socket too."""
    os.closerange(3, 256)
    return "closed"
