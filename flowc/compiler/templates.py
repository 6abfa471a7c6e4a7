"""Braces of other tools' templates: what `{{ x }}` would be as a reference."""

from __future__ import annotations

import re

_NAMES = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
# What other tools call the things that a reference can name.
_SECRETS = frozenset({"secret", "secrets"})
_ROOTS = {"inputs": "$input", "input": "$input", "item": "$item", "index": "$index"}


def as_reference(inside: str) -> str | None:
    """The reference that the text between template braces means; None where that cannot be told."""
    inside = inside.strip()
    root, dot, rest = inside.partition(".")
    if not _NAMES.fullmatch(inside) or root in _SECRETS:
        return None
    if root in ("steps", "needs"):
        return f"${rest.replace('.outputs.', '.', 1)}" if rest else None
    return f"{_ROOTS.get(root, f'${root}')}{dot}{rest}"


def template_words(inside: str) -> tuple[str, str]:
    """Message and help of a report on a whole value in braces, which holds the text ``inside``."""
    reference = as_reference(inside)
    if reference is not None:
        help_text = f"write `{reference}`"
    elif inside.strip().partition(".")[0] in _SECRETS:
        help_text = "take it out; a handler reads secrets from `ctx.secrets`"
    else:
        help_text = "let a handler compute it; quote it if it is a text"
    return "braces are no template here; references are `$name.field`", help_text
