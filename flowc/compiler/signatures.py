"""What the checks know of the Python handlers: plain data, handed in; None where nobody loaded them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a handler; ``required`` if it has no default, ``schema`` what its annotation says, if anything."""

    name: str
    required: bool
    schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a handler takes and returns; ``keywords`` if it has a ``**kwargs``, ``returns`` its annotation's schema."""

    parameters: tuple[Parameter, ...] = ()
    keywords: bool = False
    returns: dict[str, Any] | None = None

    def parameter(self, name: str) -> Parameter | None:
        """The parameter called ``name``, None if it has none."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


Signatures: TypeAlias = Mapping[str, Signature] | None


def signatures_from(facts: Mapping[str, Any]) -> dict[str, Signature]:
    """The signatures by handler name that the registry's ``facts()`` tell."""
    return {name: _signature(fact) for name, fact in facts["handlers"].items()}


def _signature(fact: Mapping[str, Any]) -> Signature:
    parameters = tuple(
        Parameter(each["name"], bool(each["required"]), each.get("schema")) for each in fact["parameters"]
    )
    return Signature(parameters, bool(fact["keywords"]), fact.get("returns"))
