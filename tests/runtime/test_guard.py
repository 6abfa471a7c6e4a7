"""The guard finds the values of secrets in outputs, bytes and texts, however they are written, and nothing else."""

from __future__ import annotations

import base64
import html
import io
import json
import logging
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from threading import Thread
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc import Context
from flowc.runtime.encode import encode
from flowc.runtime.forms import forms_of
from flowc.runtime.guard import Guard
from flowc.runtime.masking import masked_logger
from flowc.runtime.secrets import Secrets
from flowc.runtime.streams import MaskedStream, masked_output

VALUE = 'pä$$ "w0rd"/+\\?&'
PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nab\n-----END KEY-----\n"


Written = Callable[[str], list[logging.LogRecord]]


@pytest.fixture
def written() -> Iterator[Written]:
    """``written(logger)``: the records of a logger from now on, as its handlers get them."""
    added: list[tuple[logging.Logger, logging.Handler]] = []

    def keep(name: str) -> list[logging.LogRecord]:
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = records.append  # type: ignore[method-assign]
        added.append((logging.getLogger(name), handler))
        added[-1][0].addHandler(handler)
        return records

    yield keep
    for logger, handler in added:
        logger.removeHandler(handler)


def guard_of(*values: str) -> Guard:
    guard = Guard()
    for number, value in enumerate(values):
        guard.learn(f"S{number}", value)
    return guard


def wrapped(text: str, width: int) -> str:
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": json.dumps,
    "JSON with its own letters": lambda value: json.dumps({"a": value}, ensure_ascii=False),
    "JSON in JSON": lambda value: json.dumps(json.dumps([value])),
    "pickled": lambda value: repr(pickle.dumps(value)),
    "pickled as text": lambda value: repr(pickle.dumps(value, 0)),
    "URL": quote,
    "URL component": lambda value: quote(value, safe=""),
    "form": quote_plus,
    "URL in lower case": lambda value: re.sub("%..", lambda found: found[0].lower(), quote(value, safe="")),
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "HTML": html.escape,
    "repr": repr,
    "repr of bytes": lambda value: repr(value.encode()),
    **{
        f"{name} at {before}": lambda value, encoder=encoder, before=before: encoder(
            b"x" * before + value.encode() + b"yz"
        ).decode()
        for before in range(4)
        for name, encoder in (("base64", base64.b64encode), ("urlsafe base64", base64.urlsafe_b64encode))
    },
    "base64 in a URL": lambda value: quote(base64.b64encode(b"me:" + value.encode()), safe=""),
    "base64 in lines": lambda value: wrapped(base64.b64encode(b"m:" + value.encode()).decode(), 5),
    "base64 in mail": lambda value: wrapped(base64.b64encode(value.encode()).decode(), 8).replace("\n", "\r\n"),
    "JSON in JSON in JSON": lambda value: json.dumps(json.dumps(json.dumps({"a": value}))),
    "repr of repr": lambda value: repr(repr([value.encode()])),
    "JSON all in units": lambda value: "".join(
        f"\\u{unit:04x}" for unit in memoryview(value.encode("utf-16-le")).cast("H")
    ),
    "JSON in units of capital letters": lambda value: json.dumps(value).replace("\\u00e4", "\\u00E4"),
    "JSON of PHP": lambda value: json.dumps(value).replace("/", "\\/"),
    "JSON of Go": lambda value: json.dumps(value, ensure_ascii=False).replace("&", "\\u0026"),
    "URL component of a browser": lambda value: quote(value, safe="!~*'()"),
    "URL with all that one may hold": lambda value: quote(value, safe="!$&'()*+,;=:@/?~"),
    "URL with nothing left as it is": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "base64 in indented lines": lambda value: wrapped(base64.b64encode(value.encode()).decode(), 6).replace(
        "\n", "\n    "
    ),
    "base64 in lines in repr": lambda value: repr(wrapped(base64.b64encode(value.encode()).decode(), 6)),
    "hex in lines": lambda value: wrapped(value.encode().hex(), 7),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_value_is_found_and_masked_however_it_is_written(way: str) -> None:
    guard = guard_of("another-value", VALUE)
    text = f"before {WAYS[way](VALUE)} after"

    assert guard.found_in_json(encode({"deep": [{"key": text}]})) == "S1"
    assert guard.found_in_json(encode({text: 1})) == "S1"
    assert guard.found_in_bytes(text.encode()) == "S1"
    masked = guard.mask(text)
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert "***" in masked
    assert guard.found_in_bytes(masked.encode()) is None


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=6, max_size=40),
    st.sampled_from(sorted(WAYS)),
    st.text(max_size=3),
)
def test_any_value_is_found_in_any_form(value: str, way: str, before: str) -> None:
    forms = forms_of(value)
    if forms and len(value.splitlines()) == 1 and len(value.strip()) >= 6 and "://" not in value:
        output = encode([(before + WAYS[way](value.strip())).replace("\0", "").encode(errors="ignore").decode()])
        assert guard_of(value).found_in_json(output) == "S0"


def test_nothing_is_found_where_there_is_nothing() -> None:
    guard = guard_of(VALUE, PEM)
    text = "a page about horses: https://example.org/?q=1 " + base64.b64encode(bytes(range(256))).decode()

    assert guard.found_in_json(encode({"text": text, "n": [1, 2.5, None]})) is None
    assert guard.mask(text) == text


def test_values_shorter_than_six_characters_are_not_looked_for() -> None:
    guard = guard_of("short", "", "a\nb")
    assert not guard.knows_any
    assert guard.mask("short a\nb") == "short a\nb"


def test_the_longer_of_two_values_is_masked_first() -> None:
    assert guard_of("abcdef", "abcdefgh").mask("abcdefgh abcdef") == "*** ***"


def test_each_line_of_a_secret_is_one_but_not_the_frame_of_its_key() -> None:
    guard = guard_of(PEM)
    assert guard.found_in_json(encode(["MIIEvQIBADANBgkq"])) == "S0"
    assert guard.found_in_json(encode([PEM])) == "S0"
    assert guard.found_in_json(encode([base64.b64encode(PEM.encode()).decode()])) == "S0"
    assert guard.found_in_json(encode(["-----BEGIN KEY-----\nOTHER\n-----END KEY-----"])) is None


def test_the_password_in_a_url_is_secret_unless_it_is_one_of_its_other_words() -> None:
    assert guard_of("postgresql://me:s3cr%2Ftpw@db/app").mask("s3cr/tpw, s3cr%2Ftpw") == "***, ***"
    assert guard_of("postgresql://postgres:postgres@db/app").mask("postgres") == "postgres"
    assert guard_of("https://[bad").mask("bad") == "bad"


def test_what_a_json_secret_says_by_name_is_secret_and_the_rest_of_it_is_not() -> None:
    account = json.dumps({"type": "service_account", "private_key": PEM, "deep": {"api_token": "t0ken-of-it"}})
    guard = guard_of(account)
    assert guard.mask(f"service_account t0ken-of-it {PEM}") == (
        "service_account *** -----BEGIN KEY-----\n***\n***\nab\n-----END KEY-----\n"
    )


def test_records_of_a_tasks_logger_are_masked_with_their_arguments_tracebacks_and_fields(written: Written) -> None:
    guard = Guard()
    ctx = Context(run_id="r", flow="f", step="s", secrets=Secrets("f", ["TOKEN"], {"TOKEN": VALUE}, guard))
    records = written("flowc.handler")
    ctx.log.warning("got %s", VALUE)
    ctx.log.warning("plain", extra={"size": 5, "url": f"?q={VALUE}", "all": {"token": VALUE}})
    ctx.log.warning("wrong %d %s", VALUE)  # noqa: PLE1206 - it is what is tried
    try:
        raise ValueError(VALUE)
    except ValueError:
        ctx.log.exception("trouble", stack_info=True)
    [first, second, third, fourth] = records
    text = "".join([logging.Formatter().format(record) + repr(vars(record)) for record in records])

    assert guard.mask(text) == text
    assert first.getMessage() == "got ***"
    assert (vars(second)["size"], vars(second)["url"]) == (5, "?q=***")
    assert third.getMessage() == "wrong %d %s (with arguments that do not fit it)"
    assert "ValueError: ***" in str(fourth.exc_text)


class Shy:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("not me")


def test_what_cannot_be_shown_is_logged_all_the_same(written: Written) -> None:
    secrets = Secrets("f", ["TOKEN"], {"TOKEN": VALUE}, Guard())
    ctx = Context(run_id="r", flow="f", step="s", secrets=secrets)
    records = written("flowc.handler")
    ctx.log.warning(Shy())
    ctx.log.warning("it is %s", Shy())
    ctx.log.warning("hello", extra={"shy": Shy()})
    assert [record.getMessage() for record in records] == [
        "(a value that cannot be shown) (with arguments that do not fit it)",
        "it is %s (with arguments that do not fit it)",
        "hello",
    ]
    assert vars(records[2])["shy"] == "(a value that cannot be shown)"


def test_a_logger_is_masked_while_it_is_asked_for(written: Written) -> None:
    logger = logging.getLogger("flowc.test.masked")
    records = written(logger.name)
    with masked_logger(logger, guard_of(VALUE)):
        logger.warning(VALUE)
    logger.warning("open")
    assert [record.getMessage() for record in records] == ["***", "open"]


def test_escapes_alone_are_no_secret() -> None:
    guard = guard_of(VALUE, "correct-horse")
    text = "C:\\new\\text %20 \\u00e4 \\ud83d\\ude00 \\ud800 \\x00 \\\n   100%\r\n"
    assert guard.mask(text) == text
    assert guard.found_in_json(encode([text])) is None
    assert guard.found_in_bytes(text.encode()) is None


def test_a_secret_beyond_the_first_plane_is_found_in_the_units_of_json() -> None:
    guard = guard_of("pass\U0001f600word")
    assert guard.found_in_json(encode([json.dumps("pass\U0001f600word")])) == "S0"
    assert guard.mask(json.dumps(json.dumps(json.dumps("pass\U0001f600word")))).count("***") == 1


def test_what_is_printed_in_pieces_is_masked_line_by_line() -> None:
    stream = io.StringIO()
    masked = MaskedStream(stream, guard_of("correct-horse", PEM))
    print("the", "correct-horse", "is", file=masked)
    print("corr", "ect-horse", sep="", file=masked)
    masked.writelines(["a", "b\n", PEM])
    print("half", end="", file=masked, flush=True)

    assert stream.getvalue() == "the *** is\n***\nab\n-----BEGIN KEY-----\n***\n***\nab\n-----END KEY-----\nhalf"
    assert masked.getvalue() == stream.getvalue()


def test_a_value_that_is_flushed_letter_by_letter_is_masked() -> None:
    stream = io.StringIO()
    masked = MaskedStream(stream, guard_of("correct-horse"))
    for letter in "name: correct-horse; cor":
        print(letter, end="", file=masked, flush=True)
    assert stream.getvalue() == "name: ***; "
    masked.finish()
    assert stream.getvalue() == "name: ***; cor"


def test_a_value_at_the_end_of_what_is_written_of_a_long_line_is_masked() -> None:
    stream = io.StringIO()
    masked = MaskedStream(stream, guard_of("correct-horse"))
    for piece in ("x" * 65_536 + "correct", "-horse", "\n"):
        masked.write(piece)
    assert stream.getvalue() == "x" * 65_536 + "***\n"


def test_what_a_thread_began_to_print_is_there_in_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with masked_output(guard_of(VALUE)):
        thread = Thread(target=lambda: print("half a line", end=""))
        thread.start()
        thread.join()
    assert capsys.readouterr().out == "half a line"


def test_bytes_and_the_streams_of_the_interpreter_are_masked(capfd: pytest.CaptureFixture[str]) -> None:
    raw = VALUE.encode()
    with masked_output(guard_of(VALUE)):
        sys.stdout.buffer.write(b"bytes " + raw[:3])
        sys.stdout.buffer.write(raw[3:] + b" \xff\n")
        print("own", VALUE, file=sys.__stdout__)
        sys.stderr.buffer.writelines([raw, b"\n"])
    out, err = capfd.readouterr()
    assert sorted(out.splitlines()) == ["bytes *** \N{REPLACEMENT CHARACTER}", "own ***"]
    assert err == "***\n"


def test_a_handler_that_closes_stdout_closes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with masked_output(guard_of(VALUE)):
        sys.stdout.close()
        print("still", VALUE)
    assert capsys.readouterr().out == "still ***\n"


def test_prints_are_masked_while_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with masked_output(guard_of(VALUE)):
        print(VALUE)
        print(VALUE, end="", file=sys.stderr)
    print("open")
    assert capsys.readouterr() == ("***\nopen\n", "***")
