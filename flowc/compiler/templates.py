"""Braces of other tools' templates: what `{{ x }}` would be as a reference."""

from __future__ import annotations

import re

_NAMES = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
# What other tools call the things that a reference can name.
_ROOTS = {"inputs": "$input", "input": "$input", "item": "$item", "index": "$index"}


def as_reference(inside: str) -> str | None:
    """The reference that the text between template braces means; None where that cannot be told."""
    inside = inside.strip()
    if not _NAMES.fullmatch(inside):
        return None
    root, dot, rest = inside.partition(".")
    if root == "steps":
        return f"${rest}" if rest else None
    return f"{_ROOTS.get(root, f'${root}')}{dot}{rest}"


def template_words(reference: str | None) -> tuple[str, str]:
    """Message and help of a report on a whole value in braces."""
    help_text = f"write `{reference}`" if reference else "let a handler compute it; quote it if it is a text"
    return "braces are no template here; references are `$name.field`", help_text
