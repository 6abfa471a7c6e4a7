"""``python -m tests.sql --steps 2000000``: play at random on both engines until so many steps agreed.

Says how far it has come after every 100,000 steps, so that a run which is cut off was not in vain.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.install import install
from tests.sql.pair import START
from tests.sql.random_play import Play

_STEPS = 40
_TOLD = 100_000
_CLOCK = Path(__file__).parent / "settable_clock.sql"
_FLOWS_A_DATABASE = 2000  # afterwards a new one, so that what plays leave behind slows nothing down


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sql", description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="the first play's seed; the next ones count on")
    options = parser.parse_args()
    began, plays, answers = time.monotonic(), 0, Counter[str]()
    with tempfile.TemporaryDirectory(prefix="flowc-play-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with Embedded(Path(folder), settings={"fsync": "off", "synchronous_commit": "off"}) as server:
            while plays * _STEPS < options.steps:
                url = _fresh(server.url, f"play_{plays}")
                with connect(url) as conn:
                    now = START
                    for _ in range(min(_FLOWS_A_DATABASE, -(-options.steps // _STEPS) - plays)):
                        play = Play(conn, options.seed + plays, now)
                        now = play.play(_STEPS)
                        answers += play.answers
                        plays += 1
                        if plays * _STEPS % _TOLD == 0:
                            _tell(plays, began, answers)
    _tell(plays, began, answers)


def _tell(plays: int, began: float, answers: Counter[str]) -> None:
    took = time.monotonic() - began
    counts = dict(sorted(answers.items()))
    print(f"{plays * _STEPS} steps of {plays} plays agreed in {took:.0f} s; answers: {counts}", flush=True)


def _fresh(server: str, name: str) -> str:
    """The URL of a new database with flowc installed and a clock to set."""
    with connect(server) as admin:
        admin.execute(f"create database {name}".encode())
    url = server.replace("@/postgres?", f"@/{name}?")
    with connect(url) as conn:
        install(conn)
        conn.execute(_CLOCK.read_bytes())
    return url


if __name__ == "__main__":
    main()
