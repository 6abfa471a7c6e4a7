"""An object store (S3, Google Cloud Storage, Azure) as a store of blobs, by obstore: the extra ``objects``.

Credentials and endpoint come from the environment, as that cloud's own tools read them (``AWS_ACCESS_KEY_ID``, …).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowc.errors import UsageError
from flowc.runtime.blobs.trouble import BlobError, BlobMissing, BlobNotStored

_PIECE = 1024 * 1024


class Objects:
    """Blobs as objects below a prefix.

    Args:
        url: ``s3://bucket/prefix``, ``gs://bucket/prefix`` or ``az://container/prefix``.

    Raises:
        UsageError: the extra is not installed, or the URL is not understood.
    """

    def __init__(self, url: str) -> None:
        try:
            import obstore
            from obstore.store import from_url
        except ImportError:
            raise UsageError(f"blobs in {url} need obstore", help="pip install 'flowc[objects]'") from None
        self._obstore: Any = obstore
        self._url = url
        try:
            self._store: Any = from_url(url)
        except Exception as error:  # noqa: BLE001 - obstore has classes of its own for each kind of wrong
            raise UsageError(f"the blobs' store {url} cannot be used: {_first_line(error)}") from None

    def put(self, blob_id: str, data: bytes) -> None:
        """Store these bytes; large ones in parts."""
        try:
            self._obstore.put(self._store, _name(blob_id), data)
        except Exception as error:  # noqa: BLE001
            raise BlobNotStored(
                f"a blob of {len(data):,} bytes cannot be stored in {self._url}: {_first_line(error)}",
                help="see that it can be reached, and that the credentials may write there",
            ) from None

    def pieces(self, blob_id: str) -> Iterator[bytes]:
        """The bytes, piece by piece."""
        try:
            for piece in self._obstore.get(self._store, _name(blob_id)).stream(min_chunk_size=_PIECE):
                yield bytes(piece)
        except FileNotFoundError:
            raise BlobMissing(f"blob {blob_id} is missing in {self._url}") from None
        except Exception as error:  # noqa: BLE001
            raise BlobError(f"blob {blob_id} cannot be read in {self._url}: {_first_line(error)}") from None

    def delete(self, blob_id: str) -> None:
        """Delete them, if they are there."""
        try:
            self._obstore.delete(self._store, _name(blob_id))
        except FileNotFoundError:
            return
        except Exception as error:  # noqa: BLE001
            raise BlobError(f"blob {blob_id} cannot be deleted in {self._url}: {_first_line(error)}") from None


def _name(blob_id: str) -> str:
    return f"{blob_id[:2]}/{blob_id}"


def _first_line(error: Exception) -> str:
    """What an error says, without the many lines of its innards."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
