"""The manual's page of the rules, printed from the docstrings that `flowc explain` prints."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from flowc.compiler.checks import RULES
from flowc.diagnostic import Rule

_GROUPS = {
    "FL1": "The text",
    "FL2": "The shape of the file",
    "FL3": "References and names",
    "FL4": "The graph",
    "FL5": "Conditions",
    "FL6": "Types",
    "FL7": "Secrets",
    "FL8": "Sense",
    "FL9": "Releases",
}
_HEAD = """\
# The rules of `flowc check`

All that `flowc check` can find, by code. An **error** is reported only where every run would go wrong; what may be
right is a **warning**, and `--fail-on warning` makes those count too. `flowc explain FL301` prints one of these pages,
[the page on CI](ci.md#what-is-ignored-what-is-mended) says how to ignore one. *mended*: `flowc check --fix` can do it.

This page is printed from the rules: `python -m tests.manual`.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_table(), "", *(section for module in RULES.values() for section in _section(module))])


def _table() -> Iterator[str]:
    for prefix, title in _GROUPS.items():
        yield f"**{title}**\n\n| code | name | | finds |\n|---|---|---|---|"
        for code, module in RULES.items():
            if code.startswith(prefix):
                rule: Rule = module.RULE
                yield f"| [{code}](#{anchor(rule)}) | {rule.name} | {_kind(rule)} | {_first_line(module)} |"
        yield ""


def _section(module: ModuleType) -> Iterator[str]:
    rule: Rule = module.RULE
    yield f"## {rule.code} {rule.name}\n\n*{_kind(rule)}*\n\n{inspect.getdoc(module)}\n"


def anchor(rule: Rule) -> str:
    """The anchor of a rule's section."""
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")


def _kind(rule: Rule) -> str:
    return f"{rule.severity}, mended" if rule.fixable else str(rule.severity)


def _first_line(module: ModuleType) -> str:
    return (inspect.getdoc(module) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
