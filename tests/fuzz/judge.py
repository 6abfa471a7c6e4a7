"""What may not happen, whatever the text: an exception, a report without a place, harm done by `--fix`, a long wait."""

from __future__ import annotations

import re
import time
import traceback
from typing import NamedTuple

from flowc.compiler.checks import RULES
from flowc.compiler.pipeline import Compilation, compile_file
from flowc.diagnostic import Diagnostic
from flowc.project.mend import mend
from flowc.report import concise, full, github, json, junit, sarif
from tests.fuzz.texts import Text

# Of CPU time, in seconds.
MOST = 1.0
_LINE_END = re.compile(r"\r\n|\n|\r")


class Judgement(NamedTuple):
    """What is wrong, empty if nothing is; and the CPU seconds that the check took."""

    wrong: str
    seconds: float


def judge(text: Text, thoroughly: bool = False) -> Judgement:
    """Check a text; ``thoroughly`` also writes the report in all formats, and mends the text."""
    begun = time.process_time()
    try:
        compilation = compile_file(text.file, text.signatures, text.data)
        seconds = time.process_time() - begun
        wrong = _wrong_of(compilation, text)
        if thoroughly and not wrong:
            wrong = _written(compilation) or _mended(text, compilation)
    except Exception:
        return Judgement(traceback.format_exc(limit=-3), 0)
    return Judgement(wrong or (f"took {seconds:.2f} s" if seconds > MOST else ""), seconds)


def _wrong_of(compilation: Compilation, text: Text) -> str:
    if compilation.document is None and not compilation.diagnostics:
        return "neither a flow nor a report"
    lines = _LINE_END.split(compilation.text)
    return next(
        (f"{wrong}: {one}" for one in compilation.diagnostics if (wrong := _misplaced(one, lines, text.file))), ""
    )


def _misplaced(found: Diagnostic, lines: list[str], file: str) -> str:
    """What is wrong with the place, the code or the words of a diagnostic."""
    place = found.position
    if found.code not in RULES or found.file != file:
        return "no such code or file"
    if not found.message:
        return "no message"
    if not 1 <= place.line <= place.end_line <= len(lines):
        return "no such line"
    if (
        not 1 <= place.column <= len(lines[place.line - 1]) + 1
        or not 1 <= place.end_column <= len(lines[place.end_line - 1]) + 1
    ):
        return "no such column"
    if (place.line, place.column) > (place.end_line, place.end_column):
        return "ends before it begins"
    return ""


def _written(compilation: Compilation) -> str:
    """What is wrong with the reports."""
    found, sources = compilation.diagnostics, {compilation.file: compilation.text}
    for render in (full.render, json.render, github.render, junit.render, sarif.render):
        render(found, sources)
    if len(concise.render(found, sources).splitlines()) != len(found):
        return "not a line for each diagnostic"
    return ""


def _mended(text: Text, before: Compilation) -> str:
    """What `--fix` did wrong."""
    if not any(one.edits for one in before.diagnostics):
        return ""
    mended = mend(text.file, text.data, text.signatures)
    after = compile_file(text.file, text.signatures, mended.data)
    if before.definition is not None and (
        after.definition is None or after.definition.digest != before.definition.digest
    ):
        return "mending changed the meaning"
    if before.document is not None and after.document is None:
        return "mending made it unreadable"
    again = mend(text.file, mended.data, text.signatures)
    return "" if again.data == mended.data else "mending twice is not mending once"
