"""Looking at prose without any service: a mood by a small lexicon, a summary by the page's own sentences."""

from __future__ import annotations

import re
from collections import Counter


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower())


_GLAD = frozenset(
    words("""
    amazing beautiful best better brilliant charming clean clear comfortable delicious delight easy enjoy excellent
    fair fast favourite favorite fine friendly fresh fun glad good great happy helpful honest ideal kind like love
    lovely nice perfect pleasant pleased quick reliable rich safe simple smart strong success superb trust useful warm
    welcome win wonderful worth""")
)
_SAD = frozenset(
    words("""
    awful angry annoying bad boring broken bug cold complain complaint confusing cruel damage dangerous difficult
    dirty disappointing error fail failed failure fear hate horrible hurt lose lost mistake nasty pain poor problem sad
    slow sorry stale terrible trouble ugly unfair unhappy unsafe useless weak worse worst wrong""")
)
_NEGATIONS = frozenset({"not", "no", "never", "without", "hardly", "isn't", "wasn't", "don't", "doesn't", "didn't"})
_COMMON = frozenset(
    words("""
    a about after all also an and are as at be been but by can do every for from had has have he her his i if in into
    is it its more no not of on once one or our she so than that the their them then there they this to too two up us
    was we were when which who will with you your""")
)


def mood(text: str) -> float:
    """From -1.0 (only sad words) to 1.0 (only glad ones); 0.0 without any. A negation turns the next word."""
    glad = sad = 0
    before = ""
    for word in words(text):
        turned = before in _NEGATIONS
        glad += (word in _GLAD and not turned) or (word in _SAD and turned)
        sad += (word in _SAD and not turned) or (word in _GLAD and turned)
        before = word
    return round((glad - sad) / (glad + sad), 2) if glad + sad else 0.0


def key_sentences(text: str, count: int) -> str:
    """The sentences that carry the most of the text's frequent words, at most ``count``, in the text's order."""
    sentences = [s.strip() for line in text.splitlines() for s in re.split(r"(?<=[.!?])\s+", line)]
    sentences = [s for s in dict.fromkeys(sentences) if s.endswith((".", "!", "?"))]
    frequency = Counter(w for w in words(text) if w not in _COMMON)

    def weight(sentence: str) -> float:
        own = [w for w in words(sentence) if w not in _COMMON]
        return sum(frequency[w] for w in own) / (len(own) + 3)

    chosen = set(sorted(sentences, key=weight, reverse=True)[:count])
    return " ".join(s for s in sentences if s in chosen)
