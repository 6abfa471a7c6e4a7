"""The name under which the database knows a worker, and with which each attempt is marked."""

from __future__ import annotations

import os
import re
import socket
from typing import Final
from uuid import uuid4

from flowc.errors import UsageError

CODE_VERSION: Final = "FLOWC_CODE_VERSION"
_VERSION = re.compile(r"[!-~]{1,64}")


def own_name() -> str:
    """Host, process, a random part and, where FLOWC_CODE_VERSION says it, the version of the handlers' code.

    Raises:
        UsageError: that variable holds no version.
    """
    name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:6]}"
    version = os.environ.get(CODE_VERSION)
    if not version:
        return name
    if not _VERSION.fullmatch(version):
        raise UsageError(
            f"{CODE_VERSION} holds no version: up to 64 printable ASCII characters without spaces",
            help="set it to the commit, for example",
        )
    return f"{name}@{version}"
