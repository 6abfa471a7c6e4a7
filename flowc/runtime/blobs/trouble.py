"""What can be wrong with a blob: it is missing, it is corrupt, it cannot be stored."""

from __future__ import annotations

from flowc.errors import FlowcError


class BlobError(FlowcError):
    """A blob cannot be had or kept; another attempt may find it mended."""

    def __str__(self) -> str:
        return f"{self.message}; {self.help}" if self.help else self.message


class BlobMissing(BlobError):
    """The bytes of a blob are not where they were put."""


class BlobCorrupt(BlobError):
    """The bytes of a blob are not those that were stored."""


class BlobNotStored(BlobError):
    """A store does not take the bytes of a blob."""


class BlobTooLarge(BlobNotStored):
    """There are more bytes than a blob can have."""
