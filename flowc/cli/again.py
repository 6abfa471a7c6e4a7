"""Commands that we tell people to type: with the ``--db`` that they have just typed."""

from __future__ import annotations

import re
import shlex

import click

_OFFLINE = "bump|check|compile|completion|explain|init|lock|schema|simulate"
_TOLD = re.compile(rf"`(flowc (?!{_OFFLINE}|worker --db|run\b)[a-z]+[^`]*)`")
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@|password\s*=", re.IGNORECASE)


def again(command: str) -> str:
    """``flowc show 0193`` with the ``--db`` of the command at work; a password is not repeated."""
    context = click.get_current_context(silent=True)
    url = context.params.get("url") if context else None
    return command + _option(url)


def told_again(text: str | None, url: str | None) -> str | None:
    """A text whose commands in backticks got ``--db URL``, where they go to a database."""
    return text if text is None or not url else _TOLD.sub(lambda found: f"`{found[1]}{_option(url)}`", text)


def _option(url: str | None) -> str:
    if not url:
        return ""
    return " --db …" if _PASSWORD.search(url) else f" --db {shlex.quote(url)}"
