"""The engines side by side for half a minute, always the same way: the fast test that most wrongs do not survive."""

from __future__ import annotations

from collections import Counter

import psycopg

from tests.sql.pair import START
from tests.sql.random_play import Play

SEEDS, STEPS = 40, 50


def test_the_engines_agree(db: psycopg.Connection) -> None:
    now = START
    answers: Counter[str] = Counter()
    for seed in range(SEEDS):
        play = Play(db, seed, now)
        now = play.play(STEPS)
        answers += play.answers
    assert all(answers[answer] for answer in ("ok", "already", "stale", "run_closed")), answers
