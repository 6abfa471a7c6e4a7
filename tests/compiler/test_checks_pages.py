"""The manual pages of the rules: each says what and why, and its examples are true."""

from __future__ import annotations

import re
from textwrap import dedent
from types import ModuleType

import pytest

from flowc.compiler.checks import CHECKS, OF_PROJECTS, RULES
from flowc.diagnostic import WARNING
from tests.compiler.compiling import codes, compiled

PAGES = [pytest.param(module, id=code) for code, module in RULES.items()]
# What no page can show: a text that is not UTF-8. Its page says in words what these examples are.
BYTES = {"FL116": (b"flow: f\nsteps: {a: {with: {x: caf\xe9}}}", b"flow: f\nsteps: {a: {with: {x: caf\xc3\xa9}}}")}


def _example(module: ModuleType, heading: str) -> str | None:
    found = re.search(rf"^{heading}:\n\n((?:    .*\n|\n)+)", str(module.__doc__) + "\n", re.MULTILINE)
    return dedent(found[1]).strip("\n") + "\n" if found else None


@pytest.mark.parametrize("module", PAGES)
def test_a_page_says_what_why_and_how_to_mend(module: ModuleType) -> None:
    page = str(module.__doc__)
    paragraphs = [part for part in page.split("\n\n") if not part.startswith("    ")]
    first, why, *_, last = [part for part in paragraphs if not re.fullmatch(r"\w+:", part.strip())]
    assert first.endswith(".")
    assert len({first, why, last}) == 3
    assert len(page.splitlines()) < 60
    assert module.RULE.code in BYTES or all(re.search(f"^{word}:$", page, re.MULTILINE) for word in ("Bad", "Good"))


@pytest.mark.parametrize("module", PAGES)
def test_the_name_of_a_rule_is_that_of_its_module(module: ModuleType) -> None:
    assert module.RULE.name == module.__name__.rpartition(".")[2].replace("_", "-")
    assert re.fullmatch(r"FL[1-9][0-9]{2}", module.RULE.code)


@pytest.mark.parametrize("module", [page for page in PAGES if page.values[0] not in OF_PROJECTS])
def test_the_bad_example_gives_the_code_and_the_good_one_nothing(module: ModuleType) -> None:
    handlers = _example(module, "Handlers")
    examples = BYTES.get(module.RULE.code) or (_example(module, "Bad"), _example(module, "Good"))
    bad, good = (compiled(example or "", handlers) for example in examples)
    assert set(codes(bad)) == {module.RULE.code}
    assert codes(good) == []


def test_no_code_belongs_to_two_rules() -> None:
    names = [module.RULE.name for module in RULES.values()]
    assert len(set(names)) == len(names)
    assert len(CHECKS) == len(set(CHECKS))


def test_codes_that_warn_are_those_of_the_table() -> None:
    warnings = {code for code, module in RULES.items() if module.RULE.severity is WARNING}
    assert warnings <= {
        "FL109", "FL110", "FL111", "FL199", "FL309", "FL319", "FL320", "FL404", "FL406", "FL506", "FL507", "FL508",
        "FL510", "FL608", "FL609", "FL802", "FL803",
    }  # fmt: skip
