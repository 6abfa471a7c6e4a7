"""A slug of a flow or a step has characters that slugs do not have, or is too long.

Slugs are parameters of handlers, names in references and keys in the database. They begin with a letter, go on with
letters, digits and `_` (ASCII ones), and have at most 63 characters.

Bad:

    flow: report
    steps:
      my-step:

Good:

    flow: report
    steps:
      my_step:

Write the slug so. A released flow's slugs stay as they are for ever: choose words that last.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL313", "bad-slug")

MOST = 63
_SLUG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OTHERS = re.compile(r"[^A-Za-z0-9_]+")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each slug that is none."""
    if type(flow.written.get("flow")) is str and not _is_slug(flow.flow):
        yield flow.document.diagnose(
            RULE, ("flow",), _message(flow.flow), label=_label(flow.flow), help=_advice(flow.flow, flow)
        )
    for step in flow.steps.values():
        if not _is_slug(step.slug):
            yield flow.document.diagnose(
                RULE, step.path, _message(step.slug), label=_label(step.slug), help=_advice(step.slug, flow), key=True
            )


def _is_slug(text: str) -> bool:
    return len(text) <= MOST and _SLUG.fullmatch(text) is not None


def _message(text: str) -> str:
    if _SLUG.fullmatch(text):
        return f"a slug of {len(text)} characters; at most {MOST}"
    return f"`{text}` is no slug" if text else "an empty text is no slug"


def _label(text: str) -> str:
    return "too long" if _SLUG.fullmatch(text) else "letters, digits and `_`, a letter first"


def _advice(text: str, flow: Flow) -> str | None:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    mended = _OTHERS.sub("_", plain).strip("_")
    return f"write `{mended}`" if _is_slug(mended) and mended not in flow.steps else None
