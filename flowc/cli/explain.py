"""``flowc explain``: the manual page of a rule."""

from __future__ import annotations

import inspect

import click

from flowc.cli.terminal import put
from flowc.compiler.checks import RULES
from flowc.compiler.did_you_mean import did_you_mean
from flowc.errors import UsageError


@click.command(epilog="Example:  flowc explain FL301")
@click.argument("code", metavar="CODE")
def command(code: str) -> None:
    """Explain a rule of `flowc check`: what it finds, why that is bad, how to mend it.

    CODE is the code of a rule (FL301) or its name (unknown-step).
    """
    pages = {module.RULE.name: module for module in RULES.values()} | RULES
    page = pages.get(code.upper()) or pages.get(code.lower())
    if page is None:
        near = did_you_mean(code, pages)
        raise UsageError(f"no rule is called {code}", help=near or "flowc check prints the codes of what it finds")
    rule = page.RULE
    put(f"{rule.code} {rule.name} ({rule.severity})\n\n{inspect.getdoc(page)}\n")
