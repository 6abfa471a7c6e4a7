"""Near names for a misspelt one, and the phrases in which a report offers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

# Past this many slips two near names are equally far, and their names decide.
_FAR = 6
_SEPARATORS = str.maketrans("", "", "_-. ")


def near(word: str, candidates: Iterable[str], most: int = 3) -> list[str]:
    """Those of ``candidates`` that ``word`` may have meant, nearest first, at most ``most``; never ``word`` itself.

    Case and the separators ``_ - .`` count for little (``dependsOn`` means ``depends_on``); a swap of two
    neighbours is one slip; a candidate that merely begins with the word (or the other way round) comes last.
    Candidates at the same distance come in the order of their names, so that reports are the same in every run.
    """
    plain = _plain(word)
    letters = frozenset(plain)
    allowed = _slips_allowed(len(plain))
    found = []
    for candidate in set(candidates):
        if candidate == word:
            continue
        rank = _rank(plain, letters, _plain(candidate), allowed)
        if rank is not None:
            found.append((rank, _distance(word, candidate, _FAR), candidate))
    if any(rank == 0 for rank, _, _ in found):
        found = [one for one in found if one[0] == 0]  # only case and separators differ: that is what is meant
    return [candidate for _, _, candidate in sorted(found)[:most]]


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
    names = list(names)
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return name.translate(_SEPARATORS).casefold()


def _slips_allowed(length: int) -> int:
    if length <= 1:
        return 0
    return 1 if length <= 4 else 2 if length <= 8 else 3


def _rank(word: str, letters: frozenset[str], candidate: str, allowed: int) -> int | None:
    if word == candidate:
        return 0
    # A slip brings at most one letter that was not there: most candidates need no closer look.
    if abs(len(word) - len(candidate)) <= allowed and len(letters.difference(candidate)) <= allowed:
        distance = _distance(word, candidate, allowed)
        if distance <= allowed and distance < max(len(word), len(candidate)):
            return distance
    if min(len(word), len(candidate)) >= 3 and (candidate.startswith(word) or word.startswith(candidate)):
        return allowed + 1
    return None


def _distance(a: str, b: str, limit: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between the two; ``limit + 1`` if there are more."""
    a, b = _apart(a, b)
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        older, before, row = before, row, [i] + [limit + 1] * len(b)
        for j in range(max(1, i - limit), min(len(b), i + limit) + 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != b[j - 1]))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == b[j - 1]:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _apart(a: str, b: str) -> tuple[str, str]:
    """What is left of both without what they begin and end with in common."""
    least = min(len(a), len(b))
    begin = 0
    while begin < least and a[begin] == b[begin]:
        begin += 1
    end = 0
    while end < least - begin and a[-1 - end] == b[-1 - end]:
        end += 1
    return a[begin : len(a) - end], b[begin : len(b) - end]
