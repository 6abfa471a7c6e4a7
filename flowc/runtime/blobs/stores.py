"""Stores of blobs outside of the database, a folder or an object store, chosen by a text like ``folder:/srv/blobs``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Protocol

from flowc.errors import UsageError

TABLE = "table"
_OBJECT_STORES = ("s3://", "gs://", "az://")


class Store(Protocol):
    """Keeps bytes by their ids; what is there under an id is whole."""

    def put(self, blob_id: str, data: bytes) -> None:
        """Store these bytes; raises BlobNotStored."""

    def pieces(self, blob_id: str) -> Iterator[bytes]:
        """The bytes, piece by piece; raises BlobMissing, or BlobError where the store does not answer."""

    def delete(self, blob_id: str) -> None:
        """Delete them, if they are there; raises BlobError."""


def checked_store(text: str) -> str:
    """The text of a store, made absolute; raises UsageError if it names none."""
    if text == TABLE or text.startswith(_OBJECT_STORES):
        return text.rstrip("/")
    kind, colon, path = text.partition(":")
    if kind == "folder" and colon and path:
        return f"folder:{Path(path).absolute()}"
    raise UsageError(
        f"`{text}` is no store of blobs", help="table, folder:/path, or s3://bucket/prefix (gs://, az:// likewise)"
    )


@cache
def store_of(text: str) -> Store:
    """The store that a text names, other than the table; raises UsageError."""
    text = checked_store(text)
    if text.startswith("folder:"):
        from flowc.runtime.blobs.folder import Folder

        return Folder(Path(text.removeprefix("folder:")))
    from flowc.runtime.blobs.objects import Objects

    return Objects(text)
