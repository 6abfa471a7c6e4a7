"""Secrets: values that a handler may read and that nothing else gets to see."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

MASK: Final = "***"
# Shorter values would mask half of every text that they happen to stand in.
_SHORTEST_MASKED = 6


class Secret(str):
    """A secret's value behind a mask: whatever is printed, formatted, stored or pickled is ``***``.

    It is a string only so that ``json`` shows the mask too; ``reveal()`` gives the value.
    """

    __slots__ = ("_value", "name")

    name: str
    _value: tuple[str]

    def __new__(cls, name: str, value: str) -> Secret:
        secret = super().__new__(cls, MASK)
        secret.name = name
        secret._value = (value,)
        return secret

    def reveal(self) -> str:
        """The value itself."""
        return self._value[0]

    def __repr__(self) -> str:
        return f"Secret({self.name}={MASK})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce_ex__(self, protocol: Any) -> tuple[type[str], tuple[str]]:
        return str, (MASK,)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


class SecretError(KeyError):
    """A handler asked for a secret that its flow does not name, or that this worker does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class Secrets(Mapping[str, Secret]):
    """``ctx.secrets``: the secrets that a flow names, as a mapping; a missing one says why."""

    __slots__ = ("_flow", "_named", "_values")

    def __init__(self, flow: str, named: Iterable[str], values: Mapping[str, str]) -> None:
        self._flow = flow
        self._named = tuple(named)
        self._values = values

    def __getitem__(self, name: str) -> Secret:
        if name not in self._named:
            raise SecretError(f"the flow `{self._flow}` does not name the secret `{name}`; add it to its `secrets`")
        if name not in self._values:
            raise SecretError(f"this worker has no secret `{name}`; set it in the worker's environment")
        return Secret(name, self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def __contains__(self, name: object) -> bool:
        return name in self._named and name in self._values

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._named)})"

    def redact(self, text: str) -> str:
        """``text`` with every value of these secrets, of six characters or more, replaced by ``***``."""
        return redact(text, (self._values.get(name, "") for name in self._named))


def redact(text: str, values: Iterable[str]) -> str:
    """``text`` with each of ``values`` that is long enough to be told apart replaced by ``***``, the longest first."""
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST_MASKED:
            text = text.replace(value, MASK)
    return text


def from_environment() -> Mapping[str, str]:
    """The secrets of this process: its environment, read when a value is asked for."""
    return os.environ
