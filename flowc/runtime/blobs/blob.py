"""A blob as handlers see it: bytes with a size and a media type, read when they are asked for."""

from __future__ import annotations

import builtins
import io
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import IO, Any, Final, Protocol

from flowc.runtime.blobs.trouble import BlobCorrupt, BlobError
from flowc.runtime.encode import decode

JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[ -~]{1,255}")
# Bytes of an opened blob that are held in memory; what is larger goes to a temporary file.
_IN_MEMORY = 8 * 1024 * 1024


class Source(Protocol):
    """Where the bytes of stored blobs come from."""

    def pieces(self, blob_id: str) -> Iterator[bytes]:
        """The bytes of a blob, piece by piece, not yet held against its id; raises BlobError."""

    def read(self, blob_id: str) -> bytes:
        """The bytes of a blob, held against its id; raises BlobError."""


class Blob:
    """Bytes that travel between steps by reference; ``Blob(data, media_type)`` makes one to be returned.

    A parameter that is annotated as ``Blob`` gets one, whatever the size of the value: its bytes are then those of the
    value as JSON. Otherwise a handler gets the value itself.

    Args:
        data: the bytes.
        media_type: up to 255 printable characters of ASCII.

    Attributes:
        id: the SHA-256 of the bytes, 64 hexadecimal digits.
        size: how many bytes.
        media_type: e.g. ``image/png``; ``application/json`` says that it stands for a JSON value.

    Raises:
        TypeError: the data are no bytes, or the media type is no text.
        ValueError: the media type is no such text.
    """

    __slots__ = ("_data", "_source", "id", "media_type", "size")

    def __init__(self, data: bytes | bytearray | memoryview, media_type: str = BYTES) -> None:
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"a Blob is made of bytes, not of `{type(data).__name__}`")
        if not isinstance(media_type, str):
            raise TypeError(f"a Blob's media type is a text like `image/png`, not a `{type(media_type).__name__}`")
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise ValueError("a Blob's media type is a text like `image/png`: up to 255 printable ASCII characters")
        self._data: bytes | None = bytes(data)
        self._source: Source | None = None
        self.id = sha256(self._data).hexdigest()
        self.size = len(self._data)
        self.media_type = media_type

    @classmethod
    def stored(cls, blob_id: str, size: int, media_type: str, source: Source) -> Blob:
        """A blob whose bytes are in ``source``."""
        blob = cls.__new__(cls)
        blob._data, blob._source = None, source
        blob.id, blob.size, blob.media_type = blob_id, size, media_type
        return blob

    @property
    def is_json(self) -> bool:
        """Whether it stands for a JSON value."""
        return self.media_type == JSON

    def is_in(self, source: object) -> bool:
        """Whether its bytes are there already."""
        return self._source is source

    def bytes(self) -> builtins.bytes:
        """All bytes, held against the id; raises BlobError where they are missing or corrupt."""
        if self._data is not None:
            return self._data
        assert self._source is not None
        return self._source.read(self.id)

    def json(self) -> Any:
        """The JSON value that the bytes are; raises BlobError, or ValueError where they are no JSON."""
        return decode(self.bytes())

    def value(self) -> Any:
        """What the blob stands for: its JSON value, or its bytes."""
        return self.json() if self.is_json else self.bytes()

    def open(self) -> IO[builtins.bytes]:
        """A file of the bytes to read and seek in, held against the id; large ones are on disk, not in memory.

        Raises:
            BlobError: they are missing or corrupt.
        """
        if self._data is not None:
            return io.BytesIO(self._data)
        assert self._source is not None
        import tempfile

        file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        try:
            for piece in verified(self._source.pieces(self.id), self.id):
                file.write(piece)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blob) and (self.id, self.media_type) == (other.id, other.media_type)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Blob {self.id[:12]} of {self.size:,} bytes, {self.media_type}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """For pydantic: a blob is taken as it is, or by its name in the context, where JSON is read."""
        from pydantic_core import core_schema

        def taken(value: Any, info: Any) -> Blob:
            if isinstance(value, str) and isinstance(info.context, dict):
                value = info.context.get(value)
            if not isinstance(value, cls):
                raise ValueError("a Blob is needed")
            return value

        return core_schema.with_info_plain_validator_function(taken)


def verified(pieces: Iterator[bytes], blob_id: str) -> Iterator[bytes]:
    """The pieces as they are; raises BlobCorrupt behind the last one if they are not what the id says."""
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != blob_id:
        raise BlobCorrupt(
            f"blob {blob_id} is corrupt: its bytes have another SHA-256",
            help="restore it from a backup, or retry the step",
        )


__all__ = ["BYTES", "JSON", "Blob", "BlobError", "Source", "verified"]
