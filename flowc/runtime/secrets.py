"""Secrets: values that a handler may read and that nothing else gets to see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hmac import compare_digest
from typing import Any

from flowc.runtime.guard import MASK, Guard


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
        return isinstance(other, Secret) and compare_digest(_bytes(self), _bytes(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(Secret)  # equal values under two names are equal, and a hash of the value would tell of it

    def __reduce_ex__(self, protocol: Any) -> tuple[type[str], tuple[str]]:
        return str, (MASK,)

    def __getstate__(self) -> None:
        """Nothing: whoever stores objects by their state stores no value."""

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def _bytes(secret: Secret) -> bytes:
    return secret.reveal().encode("utf-8", "surrogatepass")


class SecretError(KeyError):
    """A handler asked for a secret that its flow does not name, or that this worker does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class Secrets(Mapping[str, Secret]):
    """``ctx.secrets``: the secrets that a flow names, as a mapping; a missing one says why.

    ``guard`` knows their values from the start, and each that is read later.
    """

    __slots__ = ("_flow", "_named", "_values", "guard")

    def __init__(self, flow: str, named: Iterable[str], values: Mapping[str, str], guard: Guard | None = None) -> None:
        self._flow = flow
        self._named = tuple(named)
        self._values = values
        self.guard = guard or Guard()
        for name in self._named:
            if name in values:
                self.guard.learn(name, values[name])

    def __getitem__(self, name: str) -> Secret:
        if name not in self._named:
            raise SecretError(f"the flow `{self._flow}` does not name the secret `{name}`; add it to its `secrets`")
        try:
            value = self._values[name]
        except KeyError:
            raise SecretError(f"this worker has no secret `{name}`; none of its sources holds it") from None
        self.guard.learn(name, value)
        return Secret(name, value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def __contains__(self, name: object) -> bool:
        return name in self._named and name in self._values

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._named)})"


def learn_secrets(guard: Guard, definition: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Let a guard know the secrets which a flow names."""
    Secrets(definition["flow"], definition.get("secrets", ()), values, guard)
