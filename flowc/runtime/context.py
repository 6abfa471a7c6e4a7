"""What a handler sees of its task when it asks for ``ctx``."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from flowc.runtime.blobs import Blob, BlobMissing
from flowc.runtime.blobs.depot import Depot
from flowc.runtime.masking import GUARD, Masked
from flowc.runtime.secrets import Secrets

_BLOB_ID = re.compile("[0-9a-f]{64}")
_LOGGER = logging.getLogger("flowc.handler")
_LOGGER.addFilter(Masked())


def _never() -> bool:
    return False


class Context:
    """One attempt of one task, as its handler may see it.

    Attributes:
        run_id: the run's id.
        flow, step: their slugs.
        task_index: the element's number in a map, from 0; None elsewhere.
        attempt: the number of this attempt, from 1; it never goes back.
        failures: slug to error object (``class``, ``message``, ``traceback``) of the dependencies that failed.
        secrets: the secrets that the flow names.
    """

    __slots__ = (
        "_blobs",
        "_cancelled",
        "_log",
        "attempt",
        "failures",
        "flow",
        "run_id",
        "secrets",
        "step",
        "task_index",
    )

    def __init__(
        self,
        *,
        run_id: str,
        flow: str,
        step: str,
        task_index: int | None = None,
        attempt: int = 1,
        failures: Mapping[str, Mapping[str, Any]] | None = None,
        secrets: Secrets | None = None,
        blobs: Depot | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> None:
        self.run_id = run_id
        self.flow = flow
        self.step = step
        self.task_index = task_index
        self.attempt = attempt
        self.failures: Mapping[str, Mapping[str, Any]] = failures or {}
        self.secrets = Secrets(flow, (), {}) if secrets is None else secrets
        self._blobs = blobs
        self._cancelled = cancelled
        self._log: logging.LoggerAdapter[logging.Logger] | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the run has ended meanwhile, or the task went to another worker: the result will not be kept."""
        return self._cancelled()

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """A logger whose records carry ``run_id``, ``flow``, ``step``, ``task_index`` and ``attempt``.

        The values of secrets are masked in them.
        """
        if self._log is None:
            names = ("run_id", "flow", "step", "task_index", "attempt")
            fields = {name: getattr(self, name) for name in names}
            self._log = _TaskLog(_LOGGER, {**fields, GUARD: self.secrets.guard})
        return self._log

    def get_blob(self, blob_id: str) -> Blob:
        """A stored blob by its id, the SHA-256 of its bytes.

        Raises:
            BlobMissing: there is none, or it is no id.
        """
        if not (isinstance(blob_id, str) and _BLOB_ID.fullmatch(blob_id)):
            raise BlobMissing("that is no blob's id: one is a SHA-256, as a text of 64 hexadecimal digits")
        if self._blobs is None:
            raise BlobMissing(f"there is no blob {blob_id}")
        return self._blobs.find(blob_id)

    def __repr__(self) -> str:
        index = "" if self.task_index is None else f"[{self.task_index}]"
        return f"<Context {self.flow}.{self.step}{index} attempt {self.attempt} of run {self.run_id}>"


class _TaskLog(logging.LoggerAdapter[logging.Logger]):
    """Adds the task's fields to each record, beside the handler's own ``extra``."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs
