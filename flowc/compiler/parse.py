"""Bytes to document: encoding, size, YAML or JSON, and everything that is wrong with the text itself."""

from __future__ import annotations

from flowc.compiler.checks.text.bad_encoding import RULE as BAD_ENCODING
from flowc.compiler.checks.text.empty_flow import RULE as EMPTY_FLOW
from flowc.compiler.checks.text.too_deep_or_large import RULE as TOO_DEEP_OR_LARGE
from flowc.compiler.document import Document, Node
from flowc.compiler.source import Source
from flowc.compiler.text.controls import control_mistakes
from flowc.compiler.text.reading import LARGEST, Reading
from flowc.compiler.text.skim import skim
from flowc.compiler.text.skim_json import skim_json
from flowc.diagnostic import Diagnostic

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def parse(file: str, data: bytes) -> tuple[Document | None, list[Diagnostic]]:
    """The document that ``data`` writes, and the mistakes of its text; None where nothing can be made of it.

    A ``file`` whose name ends in ``.json`` is read as JSON, any other as YAML. Never raises.
    """
    if len(data) > LARGEST:
        mistake = Source(file, "").diagnose(
            TOO_DEEP_OR_LARGE,
            (0, 0),
            f"{len(data):,} bytes, and a flow file has at most {LARGEST:,} (1 MiB); refused before parsing",
            help="keep data out of flows: a handler can read it from a file or a table",
        )
        return None, [mistake]
    skipped = len(_UTF8_MARK) if data.startswith(_UTF8_MARK) else 0
    try:
        text = data[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [_bad_encoding(file, data, skipped, error)]
    source = Source(file, text)
    is_json = file.lower().endswith(".json")
    skimmed = skim_json(text) if is_json else skim(text)
    if skimmed is not None:
        return Document(source, skimmed, lambda: _places(source, is_json)), []
    mistakes = control_mistakes(source)
    reading = _read(source, is_json)
    mistakes += reading.mistakes
    if reading.root is None or type(reading.value) is not dict:
        if not mistakes:
            mistakes.append(_no_flow(source, reading))
        return None, mistakes
    return Document(source, reading.value, reading.root, reading.spoilt), mistakes


def _read(source: Source, is_json: bool) -> Reading:
    """What a text says that was not skimmed; libyaml takes 30 ms to import, and most checks never need it."""
    if is_json:
        from flowc.compiler.text.json import read_json

        return read_json(source)
    from flowc.compiler.text.yaml import read_yaml

    return read_yaml(source)


def _places(source: Source, is_json: bool) -> Node:
    """Where everything stands in a text that was skimmed."""
    if is_json:
        root = _read(source, is_json).root
        assert root is not None  # what was skimmed can be read
        return root
    from flowc.compiler.text.plain_places import plain_places

    return plain_places(source)


def _bad_encoding(file: str, data: bytes, skipped: int, error: UnicodeDecodeError) -> Diagnostic:
    """The report on the first byte that is no UTF-8; offsets of bytes are those of the file, from 0."""
    byte = skipped + error.start
    before = data[skipped:byte].decode("utf-8")
    message = f"not UTF-8 at byte {byte} (0x{data[byte]:02X})"
    if data.startswith(_UTF16_MARKS):
        message = f"not UTF-8 at byte {byte}: the file is UTF-16"
    # The bytes behind the bad one count as one character each: their line ends still end lines.
    source = Source(file, before + data[byte:].decode("latin-1"))
    span = len(before), len(before) + 1
    return source.diagnose(BAD_ENCODING, span, message, help="save the file as UTF-8")


def _no_flow(source: Source, reading: Reading) -> Diagnostic:
    """The report on a text that is no mapping."""
    root = reading.root
    if root is None or reading.value is None:
        return source.diagnose(EMPTY_FLOW, (0, 0), "the file is empty; a flow file is a mapping with `flow:`")
    span = root.start, min(root.end, source.line_end(root.start))
    what = "a list" if type(reading.value) is list else "a single value"
    help_text = "begin with `flow: <slug>` and `steps:`"
    word, colon, rest = str(reading.value).partition(":")
    if type(reading.value) is str and colon and word.isidentifier():
        help_text = f"a space is missing after `{word}:`" if rest else help_text
    return source.diagnose(
        EMPTY_FLOW, span, f"the file holds {what}; a flow file is a mapping with `flow:`", help=help_text
    )
