"""Near names for a misspelt one, and the phrases in which a report offers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

# Past this many slips two near names are equally far, and their names decide.
_FAR = 6
# Names whose plain form is kept: as many as a flow has steps.
_REMEMBERED = 1 << 14
_SEPARATORS = str.maketrans("", "", "_-. ")


def near(word: str, candidates: Iterable[str], most: int = 3) -> list[str]:
    """Those of ``candidates`` that ``word`` may have meant, nearest first, at most ``most``; never ``word`` itself.

    Case and the separators ``_ - .`` count for little (``dependsOn`` means ``depends_on``); a swap of two
    neighbours is one slip; a candidate that merely begins with the word (or the other way round) comes last.
    Candidates at the same distance come in the order of their names, so that reports are the same in every run.
    """
    plain, letters = _plain(word)
    allowed = _slips_allowed(len(plain))
    ranked: dict[int, list[str]] = {}
    for candidate in set(candidates):
        rank = _rank(plain, letters, *_plain(candidate), allowed)
        if rank is not None and candidate != word:
            ranked.setdefault(rank, []).append(candidate)
    found: list[str] = []
    for rank in sorted(ranked):
        found += _by_distance(word, ranked[rank])
        if rank == 0 or len(found) >= most:  # where only case and separators differ, that is what is meant
            break
    return found[:most]


def _by_distance(word: str, candidates: list[str]) -> list[str]:
    if len(candidates) == 1:
        return candidates
    return sorted(candidates, key=lambda candidate: (_distance(word, candidate, _FAR), candidate))


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


@lru_cache(maxsize=_REMEMBERED)
def _plain(name: str) -> tuple[str, frozenset[str]]:
    """A name without case and separators, and the letters in it."""
    plain = name.translate(_SEPARATORS).casefold()
    return plain, frozenset(plain)


def _slips_allowed(length: int) -> int:
    if length <= 1:
        return 0
    return 1 if length <= 4 else 2 if length <= 8 else 3


def _rank(word: str, letters: frozenset[str], candidate: str, its_letters: frozenset[str], allowed: int) -> int | None:
    """How many slips apart the two are, ``allowed + 1`` where one begins with the other; None where they are far."""
    if word == candidate:
        return 0
    # A slip brings at most one letter and takes at most one: most candidates need no closer look.
    if (
        -allowed <= len(word) - len(candidate) <= allowed
        and len(letters - its_letters) <= allowed
        and len(its_letters - letters) <= allowed
    ):
        distance = _distance(word, candidate, allowed)
        if distance <= allowed and distance < max(len(word), len(candidate)):
            return distance
    if len(word) >= 3 and len(candidate) >= 3 and (candidate.startswith(word) or word.startswith(candidate)):
        return allowed + 1
    return None


def _distance(a: str, b: str, limit: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between the two; ``limit + 1`` if there are more.

    As Ukkonen does it: for each number of slips, how far into ``a`` they lead, by how many characters ``b`` is ahead
    there. So the cost is in the slips, and hardly in the lengths.
    """
    ahead = len(b) - len(a)
    reached: dict[int, int] = {}
    for slips in range(limit + 1):
        rest = limit - slips
        shifts = range(max(-slips, ahead - rest), min(slips, ahead + rest) + 1)
        reached = {shift: _reach(a, b, shift, reached) for shift in shifts}
        if reached.get(ahead) == len(a):
            return slips
    return limit + 1


def _reach(a: str, b: str, shift: int, before: dict[int, int]) -> int:
    """How far into ``a`` one slip more leads than ``before``, and all that is the same behind it."""
    at = max(before.get(shift - 1, 0), before.get(shift + 1, -1) + 1)
    here = before.get(shift)
    if here is not None:
        is_swap = a[here : here + 2] == b[here + shift : here + shift + 2][::-1]
        at = max(at, here + 2 if is_swap else here + 1)
    at = min(at, len(a), len(b) - shift)
    return at + _alike(a, at, b, at + shift)


def _alike(a: str, i: int, b: str, j: int) -> int:
    """How many characters are the same in ``a`` from ``i`` on and in ``b`` from ``j`` on."""
    most = min(len(a) - i, len(b) - j)
    count, stride = 0, 1
    while count < most:
        if a[i + count : i + count + stride] == b[j + count : j + count + stride]:
            count, stride = count + stride, stride * 2
        elif stride == 1:
            return count
        else:
            stride = 1
    return most
