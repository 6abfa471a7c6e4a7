"""A folder as a store of blobs: a file each, whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flowc.runtime.blobs.trouble import BlobError, BlobMissing, BlobNotStored

_PIECE = 1024 * 1024


class Folder:
    """Blobs as files; the folder is made when it is first needed, and every worker must see it at the same path."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, blob_id: str, data: bytes) -> None:
        """Store these bytes: on disk when this returns."""
        target = self._file(blob_id)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, written = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(written).replace(target)
            except BaseException:
                with suppress(OSError):
                    Path(written).unlink()
                raise
            _sync(target.parent)
        except OSError as error:
            raise BlobNotStored(
                f"a blob of {len(data):,} bytes cannot be stored in {self._root}: {error.strerror or error}",
                help="make room there, or let this process write there",
            ) from None

    def pieces(self, blob_id: str) -> Iterator[bytes]:
        """The bytes, piece by piece."""
        try:
            with self._file(blob_id).open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except FileNotFoundError:
            raise BlobMissing(
                f"blob {blob_id} is missing in {self._root}", help="every worker needs that folder, at the same path"
            ) from None
        except OSError as error:
            raise BlobError(f"blob {blob_id} cannot be read in {self._root}: {error.strerror or error}") from None

    def delete(self, blob_id: str) -> None:
        """Delete them, if they are there."""
        try:
            self._file(blob_id).unlink(missing_ok=True)
        except OSError as error:
            raise BlobError(f"blob {blob_id} cannot be deleted in {self._root}: {error.strerror or error}") from None

    def _file(self, blob_id: str) -> Path:
        return self._root / blob_id[:2] / blob_id


def _sync(folder: Path) -> None:
    """Have the new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
