"""The rules of `flowc check`: one module a rule, its docstring the manual page.

A page is a sentence on what the rule finds, why that is bad, an example after `Bad:`, one after `Good:` (each an
indented block; where the rule needs to know handlers, Python signatures after `Handlers:`), and how to mend it.
A rule that a check finds has a function ``check(flow, signatures)`` beside its ``RULE``; those of the text and of
the shape are found by parse and validate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType

from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic

Check = Callable[[Flow, Signatures], Iterable[Diagnostic]]

# The pages that have a check of their own, by code.
_CHECKED: tuple[ModuleType, ...] = ()

CHECKS: tuple[Check, ...] = tuple(module.check for module in _CHECKED)

RULES: dict[str, ModuleType] = {module.RULE.code: module for module in _CHECKED}
