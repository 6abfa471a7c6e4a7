"""``python -m tests.fuzz --texts 1000000``: random texts against the checker, each known by its number."""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import multiprocessing.connection
import multiprocessing.sharedctypes
import signal
import sys
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from tests.fuzz.judge import judge
from tests.fuzz.texts import text

# In seconds of CPU time: then the process is stopped where it is, and its text is what is wrong.
_STUCK = 20
_CHUNK = 500
# Reports and `--fix` are tried with one text in so many.
_THOROUGH = 10


class Finding(NamedTuple):
    """The number of a text, and what is wrong with it."""

    number: int
    wrong: str


class Slowest(NamedTuple):
    """The CPU seconds of the slowest text, and its number."""

    seconds: float = 0
    number: int = 0


def main() -> int:
    """Try the texts asked for; 0 if nothing was wrong with any."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000, metavar="N", help="how many")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--workers", type=int, default=1, metavar="W", help="processes at once")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print one text, and judge it alone")
    arguments = parser.parse_args()
    if arguments.show is not None:
        return _show(arguments.seed, arguments.show)
    begun = time.monotonic()
    found, slowest = _play(arguments.seed, arguments.texts, arguments.workers)
    print(f"{arguments.texts} texts of seed {arguments.seed} in {time.monotonic() - begun:.0f} s; "
          f"the slowest, {slowest.number}, took {slowest.seconds:.3f} s; {len(found)} findings")  # fmt: skip
    return 1 if found else 0


def _show(seed: int, number: int) -> int:
    made = text(seed, number)
    sys.stdout.buffer.write(made.data + b"\n")
    judgement = judge(made, thoroughly=True)
    print(f"{made.file}: {judgement.wrong or 'nothing wrong'} ({judgement.seconds:.3f} s)")
    return 1 if judgement.wrong else 0


def _play(seed: int, texts: int, workers: int) -> tuple[list[Finding], Slowest]:
    """Hand the numbers out in chunks; what ends a process, is a finding too."""
    players = [_Player(seed, first, texts, workers) for first in range(workers)]
    found: list[Finding] = []
    slowest = Slowest()
    shown = 0
    while players:
        multiprocessing.connection.wait([player.pipe for player in players])
        for player in list(players):
            while player.pipe.poll():
                if not player.hear():
                    players.remove(player)
                    break
            for one in player.found:
                print(f"{one.number}: {one.wrong}", flush=True)
            found += player.found
            player.found = []
            slowest = max(slowest, player.slowest)
        done = sum(player.done for player in players)
        if players and done // 50_000 > shown:
            shown = done // 50_000
            print(f"… {done} texts, slowest {slowest.seconds:.3f} s, {len(found)} findings", flush=True)
    return found, slowest


class _Player:
    """A process that judges every so-manieth text, and is begun anew behind a text that ends it."""

    def __init__(self, seed: int, first: int, texts: int, step: int) -> None:
        self.seed, self.texts, self.step = seed, texts, step
        self.next = first
        self.done = 0
        self.found: list[Finding] = []
        self.slowest = Slowest()
        self.begin()

    def begin(self) -> None:
        self.pipe, other = multiprocessing.Pipe(duplex=False)
        self.at = multiprocessing.Value("q", self.next)
        numbers = range(self.next, self.texts, self.step)
        self.process: BaseProcess = multiprocessing.Process(
            target=_judge_all, args=(self.seed, numbers, self.at, other)
        )
        self.process.start()
        other.close()

    def hear(self) -> bool:
        """Take one word of the process; False if it has done everything."""
        try:
            count, found, slowest = self.pipe.recv()
        except EOFError:
            self.process.join()
            if self.process.exitcode == 0:
                return False
            number = self.at.value
            self.found.append(Finding(number, f"ended the process ({self.process.exitcode})"))
            self.next = number + self.step
            self.begin()
            return True
        self.done += count
        self.found += found
        self.slowest = max(self.slowest, slowest)
        return True


def _judge_all(seed: int, numbers: range, at: multiprocessing.sharedctypes.Synchronized[int], pipe: Connection) -> None:
    """Judge texts, and tell after each chunk; the number under way stands in ``at``."""
    gc.freeze()
    found: list[Finding] = []
    slowest = Slowest()
    count = 0
    for number in numbers:
        at.get_obj().value = number
        signal.setitimer(signal.ITIMER_PROF, _STUCK)
        judgement = judge(text(seed, number), thoroughly=number % _THOROUGH == 0)
        if judgement.wrong:
            found.append(Finding(number, judgement.wrong))
        slowest = max(slowest, Slowest(judgement.seconds, number))
        count += 1
        if count == _CHUNK or found:
            pipe.send((count, found, slowest))
            count, found = 0, []
    signal.setitimer(signal.ITIMER_PROF, 0)
    pipe.send((count, found, slowest))
    pipe.close()


if __name__ == "__main__":
    sys.exit(main())
