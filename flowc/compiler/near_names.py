"""Which names a misspelt one may have meant."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from flowc.compiler.slips import least_slips, slips

# Past this many slips two near names are equally far, and their names decide.
_FAR = 6
# Names that begin alike have at least so many characters in common.
_BEGINNING = 3
_SEPARATORS = str.maketrans("", "", "_-. ")


def near(word: str, candidates: Iterable[str], most: int = 3) -> list[str]:
    """Those of ``candidates`` that ``word`` may have meant, nearest first, at most ``most``; never ``word`` itself.

    Case and the separators ``_ - .`` count for little (``dependsOn`` means ``depends_on``); a swap of two
    neighbours is one slip; a candidate that merely begins with the word (or the other way round) comes last.
    Candidates at the same distance come in the order of their names, so that reports are the same in every run.
    """
    return list(_near(word, tuple(candidates), most))


@lru_cache(maxsize=256)
def _near(word: str, candidates: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The same slip is often made again in one file, and in others."""
    ranked = _ranked(_name(word), _names(candidates))
    found: list[str] = []
    for rank in sorted(ranked):
        found += _nearest(word, ranked[rank], most - len(found))
        if rank == 0 or len(found) == most:  # where only case and separators differ, that is what is meant
            break
    return tuple(found)


class _Name(NamedTuple):
    """A name as it is written, without case and separators, and the letters that are left."""

    written: str
    plain: str
    letters: frozenset[str]


class _Names(NamedTuple):
    """Candidates by the lengths of their plain forms, and by what these begin with."""

    by_length: Mapping[int, Sequence[_Name]]
    by_beginning: Mapping[str, Sequence[_Name]]


@lru_cache(maxsize=1 << 14)
def _name(written: str) -> _Name:
    plain = written.translate(_SEPARATORS).casefold()
    return _Name(written, plain, frozenset(plain))


@lru_cache(maxsize=8)
def _names(candidates: tuple[str, ...]) -> _Names:
    """The candidates sorted out: thousands of mistakes ask for the same ones."""
    by_length: dict[int, list[_Name]] = {}
    by_beginning: dict[str, list[_Name]] = {}
    for name in map(_name, dict.fromkeys(candidates)):
        by_length.setdefault(len(name.plain), []).append(name)
        by_beginning.setdefault(name.plain[:_BEGINNING], []).append(name)
    return _Names(by_length, by_beginning)


def _ranked(word: _Name, names: _Names) -> dict[int, list[str]]:
    """The names near ``word`` by the slips between the plain forms; behind them those that merely begin alike."""
    plain = word.plain
    allowed = _slips_allowed(len(plain))
    ranked: dict[int, list[str]] = {}
    known = {word.written}
    for written, other in _like(word, names, allowed):
        rank = slips(plain, other, allowed)
        if written not in known and rank <= allowed and (not rank or rank < max(len(plain), len(other))):
            ranked.setdefault(rank, []).append(written)
            known.add(written)
    for written, other, _ in names.by_beginning.get(plain[:_BEGINNING], ()):
        if written not in known and (other.startswith(plain) or plain.startswith(other)):
            ranked.setdefault(allowed + 1, []).append(written)
    return ranked


def _like(word: _Name, names: _Names, allowed: int) -> list[tuple[str, str]]:
    """The names worth a closer look, written and plain: a slip brings and takes at most one letter."""
    letters, length = word.letters, len(word.plain)
    least = len(letters) - allowed
    return [
        (written, plain)
        for near_length in range(length - allowed, length + allowed + 1)
        for written, plain, others in names.by_length.get(near_length, ())
        if least <= len(letters & others) >= len(others) - allowed
    ]


def _nearest(word: str, names: list[str], most: int) -> list[str]:
    """The first ``most`` by the slips from ``word`` as it is written, then by name."""
    if len(names) == 1:
        return names
    nearest: list[tuple[int, str]] = []
    for least, name in sorted((min(least_slips(word, name), _FAR + 1), name) for name in names):
        if len(nearest) == most and nearest[-1] < (least, name):
            break
        insort(nearest, (slips(word, name, _FAR), name))
        del nearest[most:]
    return [name for _, name in nearest]


def _slips_allowed(length: int) -> int:
    if length <= 1:
        return 0
    return 1 if length <= 4 else 2 if length <= 8 else 3
