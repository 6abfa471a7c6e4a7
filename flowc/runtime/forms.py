"""The forms in which a secret's value may turn up in a text: as it is, escaped, encoded, and each line of it alone."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

# Shorter values, and shorter lines of them, stand in half of all texts by chance.
SHORTEST: Final = 6
_TELLING = ("key", "token", "secret", "pass", "credential", "private")
_DEEPEST = 8


def forms_of(value: str) -> frozenset[str]:
    """Every text that gives ``value`` away, six characters or longer; none of a value that is shorter."""
    forms: set[str] = set()
    for part in _parts(value):
        forms.update(_escaped(part))
        forms.update(_encoded(part.encode("utf-8", "surrogatepass")))
    return frozenset(form for form in forms if len(form) >= SHORTEST)


def _parts(value: str) -> Iterator[str]:
    """What is secret of a value: its lines, the password of a URL, what has a telling name in a JSON object."""
    lines = [line.strip() for line in value.splitlines()]
    telling = [line for line in lines if len(line) >= SHORTEST and not _is_frame(line)]
    if telling:
        yield from telling
    elif len(value.strip()) >= SHORTEST:
        yield value.strip()
    yield from _password(value.strip())
    if value.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            yield from _told_by_name(json.loads(value), 0)


def _password(url: str) -> Iterator[str]:
    """The password of a URL, unless it is one of its other words too, as in ``postgres:postgres@``."""
    with suppress(ValueError):
        password = urlsplit(url).password if "://" in url else None
        for one in {password or "", unquote(password or "")}:
            if len(one) >= SHORTEST and one not in url.replace(f":{password}@", "", 1):
                yield one


def _is_frame(line: str) -> bool:
    """Whether a line is the head or foot of a PEM block, which is the same in all of them."""
    return line.startswith(("-----BEGIN ", "-----END "))


def _told_by_name(value: Any, depth: int) -> Iterator[str]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    for name, item in value.items():
        if isinstance(item, str) and any(word in name.lower() for word in _TELLING):
            yield from _parts(item)
        else:
            yield from _told_by_name(item, depth + 1)


def _escaped(text: str) -> Iterator[str]:
    yield text
    yield repr(text)[1:-1]
    yield repr(text.encode("utf-8", "surrogatepass"))[2:-1]
    yield html.escape(text)
    pickled = text.replace("\\", "\\u005c").encode("raw_unicode_escape").decode("latin-1")
    yield pickled
    yield repr(pickled.encode("latin-1"))[2:-1]
    for in_json in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield in_json
        yield json.dumps(in_json)[1:-1]
    with suppress(UnicodeEncodeError):
        for in_url in (quote(text), quote(text, safe=""), quote_plus(text)):
            yield in_url
            yield _lower_escapes(in_url)


def _lower_escapes(text: str) -> str:
    head, *rest = text.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])


def _encoded(raw: bytes) -> Iterator[str]:
    yield raw.hex()
    yield raw.hex().upper()
    for before in range(3):
        # The first and the last character also carry bits of what stands beside the value.
        text = base64.b64encode(bytes(before) + raw).decode()
        text = text[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        yield text
        yield quote(text, safe="")
        yield text.replace("+", "-").replace("/", "_")
