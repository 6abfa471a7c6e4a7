"""How many slips apart two words are: insertions, deletions, changes, and swaps of neighbours."""

from __future__ import annotations

# Past this, to count each of the characters takes longer than a closer look.
_LONG = 200


def slips(a: str, b: str, limit: int) -> int:
    """The least number of slips that make ``b`` of ``a``; ``limit + 1`` if there are more.

    As Ukkonen does it: for each number of slips, how far into ``a`` they lead, by how many characters ``b`` is ahead
    there. So the cost is in the slips, and hardly in the lengths.
    """
    if least_slips(a, b) > limit:
        return limit + 1
    same = _alike(a, 0, b, 0)
    a, b = a[same:], b[same:]
    ahead = len(b) - len(a)
    reached: dict[int, int] = {}
    for count in range(limit + 1):
        rest = limit - count
        shifts = range(max(-count, ahead - rest), min(count, ahead + rest) + 1)
        reached = {shift: _reach(a, b, shift, reached) for shift in shifts}
        if reached.get(ahead) == len(a):
            return count
    return limit + 1


def least_slips(a: str, b: str) -> int:
    """How many slips there are at least, at a glance: each brings or takes one character, or changes one."""
    if len(a) > _LONG:
        return abs(len(a) - len(b))
    return max(len(a), len(b)) - sum(min(a.count(character), b.count(character)) for character in set(a))


def _reach(a: str, b: str, shift: int, before: dict[int, int]) -> int:
    """How far into ``a`` one slip more leads than ``before``, and all that is the same behind it."""
    at = max(before.get(shift - 1, 0), before.get(shift + 1, -1) + 1)
    here = before.get(shift)
    if here is not None:
        is_swap = a[here : here + 2] == b[here + shift : here + shift + 2][::-1]
        at = max(at, here + 2 if is_swap else here + 1)
    at = min(at, len(a), len(b) - shift)
    if a[at : at + 1] != b[at + shift : at + shift + 1]:
        return at
    return at + _alike(a, at, b, at + shift)


def _alike(a: str, i: int, b: str, j: int) -> int:
    """How many characters are the same in ``a`` from ``i`` on and in ``b`` from ``j`` on."""
    most = min(len(a) - i, len(b) - j)
    count, stride = 0, 1
    while stride and count < most:
        if a[i + count : i + count + stride] == b[j + count : j + count + stride]:
            count, stride = count + stride, stride * 2
        else:
            stride //= 2
    return min(count, most)
