"""Where an SVG's renderer puts ink, read from the PNG that it writes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator


def inked(png: bytes, least: int = 96) -> Iterator[tuple[int, int]]:
    """The pixels that are covered by at least so much of 255, from the top row on; the image is 8-bit RGBA."""
    width, height, depth, colours = struct.unpack(">IIBB", png[16:26])
    assert (depth, colours) == (8, 6)
    previous = bytearray(width)
    data = zlib.decompress(b"".join(_chunks(png)))
    for y in range(height):
        start = y * (4 * width + 1)
        # Each filter looks at the same channel of other pixels: cover can be read without the colours.
        previous = _row(data[start], bytearray(data[start + 4 : start + 1 + 4 * width : 4]), previous)
        for x, alpha in enumerate(previous):
            if alpha >= least:
                yield x, y


def _chunks(png: bytes) -> Iterator[bytes]:
    place = 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            yield png[place + 8 : place + 8 + length]
        place += 12 + length


def _row(kind: int, row: bytearray, above: bytearray) -> bytearray:
    """A row without the filter that PNG writes it through."""
    if kind == 0 or (not any(row) and not any(above)):
        return row
    left = corner = 0
    for place, up in enumerate(above):
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        left = row[place] = (row[place] + guess) & 255
        corner = up
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))
