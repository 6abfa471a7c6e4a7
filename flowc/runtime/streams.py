"""Keeps the values of secrets out of what is printed, whichever way to stdout and stderr it takes."""

from __future__ import annotations

import codecs
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import get_ident
from typing import Any, BinaryIO, TextIO

from flowc.runtime.guard import Guard

# A line that is longer is written in pieces.
_LONGEST_LINE = 64 * 1024


class _Lines:
    """Passes text on, masked, line by line, each thread's lines apart."""

    def __init__(self, guard: Guard, pass_on: Callable[[str], object]) -> None:
        self._guard = guard
        self._pass_on = pass_on
        self._begun: dict[int, str] = {}

    def add(self, text: str) -> None:
        """Take text; whole lines are passed on at once, the rest when its end comes or it is flushed."""
        thread = get_ident()
        if not self._guard.knows_any and thread not in self._begun:
            self._pass_on(text)
            return
        lines, end, rest = (self._begun.pop(thread, "") + text).rpartition("\n")
        if rest:
            self._begun[thread] = rest
        if end:
            self._pass_on(self._guard.mask(lines + end))
        if len(rest) > _LONGEST_LINE:
            self.flush()

    def flush(self) -> None:
        """Pass on what this thread began, but for an end that may be the beginning of a value."""
        rest = self._begun.pop(get_ident(), "")
        if not rest:
            return
        rest = self._guard.mask(rest)
        end = len(rest) - self._guard.unfinished(rest)
        if rest[end:]:
            self._begun[get_ident()] = rest[end:]
        if rest[:end]:
            self._pass_on(rest[:end])

    def finish(self) -> None:
        """Pass on what all threads began."""
        for thread in list(self._begun):
            rest = self._begun.pop(thread, "")
            if rest:
                self._pass_on(self._guard.mask(rest))


class _Passing(ABC):
    """What both kinds of masked streams have in common: lines are passed on, all else is asked of the one beneath."""

    _stream: Any
    _lines: _Lines

    @abstractmethod
    def write(self, data: Any) -> int:
        """Take text, or bytes; returns how much."""

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._lines.flush()
        self._stream.flush()

    def close(self) -> None:
        """Only flush: it is everybody's."""
        self.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class MaskedStream(_Passing):
    """A text stream that masks what is written to it; whoever closes it closes nothing.

    Args:
        stream: where the masked text goes; all else is asked of it.
        guard: knows the secrets.
    """

    def __init__(self, stream: TextIO, guard: Guard) -> None:
        self._stream = stream
        self._lines = _Lines(guard, stream.write)
        self._bytes = _MaskedBytes(stream.buffer, guard) if hasattr(stream, "buffer") else None

    @property
    def buffer(self) -> Any:
        """The stream beneath, for bytes, masked likewise; AttributeError where there is none."""
        if self._bytes is None:
            raise AttributeError("buffer")
        return self._bytes

    def detach(self) -> Any:
        """The stream beneath; this one can still be used."""
        return self.buffer

    def write(self, text: str) -> int:
        """Take text; returns its length."""
        self._lines.add(text)
        return len(text)

    def finish(self) -> None:
        """Pass on all that was begun."""
        self._lines.finish()
        if self._bytes is not None:
            self._bytes.finish()
        self._stream.flush()


class _MaskedBytes(_Passing):
    """The same for bytes, whatever they are."""

    def __init__(self, stream: BinaryIO, guard: Guard) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._lines = _Lines(guard, lambda text: stream.write(text.encode("utf-8", "surrogateescape")))

    def write(self, data: Any) -> int:
        self._lines.add(self._decoder.decode(bytes(data)))
        return memoryview(data).nbytes

    def finish(self) -> None:
        """Pass on all that was begun."""
        self._lines.add(self._decoder.decode(b"", final=True))
        self._lines.finish()
        self._stream.flush()


@contextmanager
def masked_output(guard: Guard) -> Iterator[tuple[MaskedStream, MaskedStream]]:
    """While entered, what is printed to stdout and stderr is masked; the two streams, whatever handlers put there.

    Enter it before handlers are imported: their modules may keep a stream for later.
    """
    before = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    out, err = MaskedStream(sys.stdout, guard), MaskedStream(sys.stderr, guard)
    sys.stdout, sys.stderr = out, err
    sys.__stdout__, sys.__stderr__ = out, err  # type: ignore[assignment,misc]
    try:
        yield out, err
    finally:
        for stream in (out, err):
            with suppress(OSError, ValueError):
                stream.finish()
        sys.stdout, sys.stderr = before[:2]
        sys.__stdout__, sys.__stderr__ = before[2:]  # type: ignore[misc]
