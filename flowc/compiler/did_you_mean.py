"""The phrases in which a report offers names for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowc.compiler.near_names import near


def did_you_mean(word: str, candidates: Iterable[str], most: int = 3) -> str | None:
    """The question ``did you mean `timeout`?`` for the candidates near ``word``; None if nothing is near."""
    return question(near(word, candidates, most))


def question(names: Sequence[str]) -> str | None:
    """The question that offers ``names``, e.g. ``did you mean `a`, `b` or `c`?``; None for no names."""
    return f"did you mean {either(names)}?" if names else None


def either(names: Sequence[str], word: str = "or") -> str:
    """``names`` in backticks as a choice: ```a`, `b` or `c```."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


def listing(names: Iterable[str], most: int = 8) -> str:
    """``names`` in backticks, separated by commas, in the order given; past ``most`` it ends ``and 4 more``."""
    names = names if isinstance(names, Sequence) else list(names)
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
