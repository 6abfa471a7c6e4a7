"""Blobs: values too large for rows, kept once by the SHA-256 of their bytes."""

from flowc.runtime.blobs.blob import Blob
from flowc.runtime.blobs.trouble import BlobCorrupt, BlobError, BlobMissing, BlobNotStored

__all__ = ["Blob", "BlobCorrupt", "BlobError", "BlobMissing", "BlobNotStored"]
