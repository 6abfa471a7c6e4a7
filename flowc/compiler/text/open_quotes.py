"""Quotes that somebody forgot to close: YAML goes on to the next one, and stumbles far behind the mistake."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from flowc.compiler.document import Span

# A line within a quoted text that looks like one of a flow: a key, or an item of a list.
_LIKE_A_LINE = re.compile(r"[\r\n][ \t]*(?:- |[\w'\"-]+:(?:[ \t\r\n]|$))")


def open_quote(text: str) -> Span | None:
    """The first quoted text of a YAML text that has swallowed lines of the flow; None if there is none."""
    with suppress(yaml.YAMLError):  # what it stumbles over is known, and what comes before it is enough
        for token in yaml.scan(text, Loader=yaml.CLoader):
            if isinstance(token, yaml.ScalarToken) and token.start_mark.line < token.end_mark.line and not token.plain:
                span = token.start_mark.index, token.end_mark.index
                if text[span[0] : span[0] + 1] in ("'", '"') and _LIKE_A_LINE.search(text, *span):
                    return span
    return None
