"""Handlers that leak a secret, each in a way of its own."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import quote

from flowc import Blob, Context, Handlers, Permanent, RetryLater

handlers = Handlers()
logging.basicConfig(format="the log of the application: %(message)s")
STDERR = sys.stderr


def wrong(text: object) -> NoReturn:
    raise ValueError(text)


def chained(value: str) -> NoReturn:
    try:
        wrong(value)
    except ValueError as error:
        raise RuntimeError("harmless") from error


def noted(value: str) -> NoReturn:
    error = ValueError("harmless")
    error.add_note(value)
    raise error


def local_variable(value: str) -> NoReturn:
    token = value
    assert len(token) == 0, token
    raise AssertionError


def source_line(value: str) -> None:
    exec(compile(f"raise ValueError({value!r})", f"<{value}>", "exec"), {})


def printed(value: str) -> str:
    print("to stdout:", value)
    print("to", "stderr:", value, file=sys.stderr)
    sys.stdout.write(value[:4])
    sys.stdout.write(value[4:] + "\n")
    warnings.warn(value, stacklevel=1)
    sys.stdout.buffer.write(b"bytes " + value.encode() + b"\n")
    print("to the stream of the import", value, file=STDERR)
    print("to the interpreter's own", value, file=sys.__stdout__)
    for letter in f"letter by letter {value}\n":
        print(letter, end="", flush=True)
    return "printed"


def logged(value: str, ctx: Context) -> str:
    ctx.log.warning(f"in the text {value}")
    ctx.log.warning("in an argument %s", value, extra={"token": value})
    ctx.log.warning("in an object %r", {"token": value.encode()})
    logging.getLogger("elsewhere").warning("in another log %s", value)
    try:
        wrong(value)
    except ValueError:
        ctx.log.exception("in a traceback")
    return "logged"


def in_a_thread(value: str) -> str:
    thread = threading.Thread(target=wrong, args=[value])
    thread.start()
    thread.join()
    return "in a thread"


OUTPUTS: dict[str, Callable[[str], Any]] = {
    "as it is": str,
    "nested": lambda value: {"a": [{"b": f"x{value}y"}]},
    "a key": lambda value: {value: 1},
    **{
        f"base64 after {before}": lambda value, before=before: base64.b64encode(b"x" * before + value.encode()).decode()
        for before in range(3)
    },
    "urlsafe base64": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
    "base64 in lines": lambda value: base64.encodebytes((value * 4).encode()).decode(),
    "hex": lambda value: value.encode().hex(),
    "URL": lambda value: f"https://example.org/?q={quote(value)}",
    "JSON": lambda value: json.dumps(json.dumps({"token": value})),
    "in lines": "\n".join,
    "pickled": lambda value: repr(pickle.dumps({"token": value}, 0)),
    "JSON of PHP": lambda value: json.dumps(json.dumps(json.dumps(value).replace("/", "\\/"))),
    "URL of a browser": lambda value: quote(value, safe="!~*'()&+"),
    "bytes": lambda value: [{"a": b"\xff" + value.encode()}],
    "media type": lambda value: {"a": [Blob(b"x", "text/" + quote(value))]},
    "large": lambda value: ["x" * 100] * 1000 + [value],
}
ERRORS: dict[str, Callable[[str], Any]] = {
    "message": wrong,
    "argument": lambda value: wrong({"token": value, "bytes": value.encode()}),
    "cause": chained,
    "note": noted,
    "group": lambda value: (_ for _ in ()).throw(ExceptionGroup(value, [ValueError(value)])),
    "class": lambda value: (_ for _ in ()).throw(type(value, (Exception,), {})("harmless")),
    "local variable": local_variable,
    "source line": source_line,
    "retry later": lambda value: (_ for _ in ()).throw(RetryLater(value, after=0)),
    "permanent": lambda value: (_ for _ in ()).throw(Permanent(value)),
    "exit": sys.exit,
    "a long key of no JSON": lambda value: {"x" * 55 + value: {1, 2}},
    "a key of no JSON": lambda value: {value: {1, 2}},
    "base64 in an error": lambda value: wrong(base64.b64encode(b"me:" + value.encode()).decode()),
    "a long error": lambda value: wrong("x" * 4_995 + value + "x" * 10_000),
}
QUIET: dict[str, Callable[..., Any]] = {
    "printed": lambda value, ctx: printed(value),
    "logged": logged,
    "in a thread": lambda value, ctx: in_a_thread(value),
    "masked": lambda value, ctx: {"secret": ctx.secrets["TOKEN"], "text": f"{ctx.secrets} {ctx}"},
}


@handlers.register
def leak(way: str, secret: str, ctx: Context) -> Any:
    """Leak a secret in a way; ``secret`` is its name."""
    value = ctx.secrets[secret].reveal()
    if way in QUIET:
        return QUIET[way](value, ctx)
    return {**OUTPUTS, **ERRORS}[way](value)


@handlers.register
async def leak_later(way: str, secret: str, ctx: Context) -> Any:
    """The same, on the event loop."""
    return leak(way, secret, ctx)
