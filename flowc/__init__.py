"""flowc: flows in YAML, checked before they run, compiled to SQL, run on PostgreSQL."""

from __future__ import annotations

__version__ = "0.1.0"

# Loaded when they are first asked for, so that `import flowc` is cheap; their types are in __init__.pyi.
_PUBLIC = {
    "Blob": "flowc.runtime.blobs.blob",
    "Context": "flowc.runtime.context",
    "Handlers": "flowc.runtime.handlers",
    "Permanent": "flowc.runtime.failure",
    "RetryLater": "flowc.runtime.failure",
    "Secret": "flowc.runtime.secrets",
    "Worker": "flowc.runtime.worker",
    "start": "flowc.runtime.start",
    "start_async": "flowc.runtime.start",
}


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
