"""The handlers of the example flows: plain functions, found by their names."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TypedDict
from urllib.request import Request, urlopen

import psycopg

from flowc import Context, Handlers
from flows.prose import key_sentences, mood, words
from flows.web import TIMEOUT, WEB, fetch

handlers = Handlers()


class Address(TypedDict):
    """The input of ``analyze_website``."""

    url: str


class Website(TypedDict):
    """A page: its HTTP status, its text, the addresses it links to."""

    status: int
    text: str
    links: list[str]


class Mood(TypedDict):
    """A label, and the score from -1.0 to 1.0 that it comes from."""

    label: str
    score: float


class Subpage(TypedDict):
    """What is kept of a page that the analysed one links to."""

    url: str
    status: int
    title: str
    words: int


class Report(TypedDict):
    """What was stored of an analysed page."""

    url: str
    mood: str | None
    summary: str | None
    subpages: int
    broken_links: list[str]


@handlers.register
def website(input: Address) -> Website:  # noqa: A002 - `input` is the name under which a handler gets the run's input
    """Fetch the page that the run is about; a missing page is status 404, not an error."""
    page = fetch(input["url"])
    return {"status": page.status, "text": page.text, "links": page.links}


@handlers.register
def sentiment(text: str) -> Mood:
    """The mood of a text, by a small lexicon."""
    score = mood(text)
    return {"label": "positive" if score > 0.2 else "negative" if score < -0.2 else "neutral", "score": score}


@handlers.register
def summary(website: Website) -> str:
    """The two sentences that say most about the page."""
    return key_sentences(website["text"], count=2)


@handlers.register
def fetch_page(item: str) -> Subpage:
    """Look at one page that the analysed one links to."""
    page = fetch(item)
    return {"url": item, "status": page.status, "title": page.title, "words": len(words(page.text))}


@handlers.register
def save_to_db(
    input: Address,  # noqa: A002
    sentiment: Mood | None,
    summary: str | None,
    subpages: list[Subpage | None] | None,
    ctx: Context,
) -> Report:
    """Store the report in a table of our own. A second attempt of the same run replaces the first one's row."""
    pages = [page for page in subpages or [] if page]
    report: Report = {
        "url": input["url"],
        "mood": sentiment["label"] if sentiment else None,
        "summary": summary,
        "subpages": len(pages),
        "broken_links": [page["url"] for page in pages if page["status"] != 200],
    }
    with psycopg.connect(ctx.secrets["FLOWC_DATABASE_URL"].reveal()) as connection:
        # Two first runs at once: `create table if not exists` alone can collide with itself.
        connection.execute("select pg_advisory_xact_lock(hashtext('website_reports'))")
        connection.execute(
            "create table if not exists website_reports"
            " (run_id uuid primary key, report jsonb not null, saved_at timestamptz not null default now())"
        )
        connection.execute(
            "insert into website_reports (run_id, report) values (%s, %s)"
            " on conflict (run_id) do update set report = excluded.report, saved_at = excluded.saved_at",
            [ctx.run_id, json.dumps(report)],
        )
    return report


@handlers.register
def notify_sentry(input: Address, website: Website, ctx: Context) -> None:  # noqa: A002
    """Tell somebody that a page is gone: NOTIFY_TO is a webhook's address or a file, `.flowc/events.jsonl` without it.

    The event's id is the run's, so that who receives it can drop a repeat.
    """
    event = {"id": str(ctx.run_id), "event": "website_unavailable", "url": input["url"], "status": website["status"]}
    line = json.dumps(event)
    target = os.environ.get("NOTIFY_TO", ".flowc/events.jsonl")
    if target.split(":")[0] in WEB:
        request = Request(target, data=line.encode(), headers={"Content-Type": "application/json"})
        with urlopen(request, timeout=TIMEOUT):
            return
    file = Path(target)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as events:
        events.write(line + "\n")


@handlers.register
def pong() -> str:
    """The answer to ``ping``."""
    return "pong"


@handlers.register
def count_words(line: str) -> dict[str, int]:
    """How often each word stands in a line."""
    return dict(Counter(words(line)))


@handlers.register
def add_up(counts: list[dict[str, int]]) -> int:
    """The number of all words."""
    return sum(sum(count.values()) for count in counts)
