"""A handler's context says where it is; secrets hide behind a mask until they are revealed."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass
from pprint import pformat
from string import Template

import orjson
import pytest
import yaml

from flowc import Context, Secret
from flowc.runtime.encode import encode
from flowc.runtime.secrets import SecretError, Secrets
from flowc.runtime.sources import open_sources

VALUE = "correct-horse"
SECRET = Secret("TOKEN", VALUE)


@dataclass
class Holder:
    token: Secret


def test_a_secret_shows_its_mask_wherever_it_is_written_and_its_value_when_revealed() -> None:
    shown = [
        str(SECRET),
        repr(SECRET),
        f"{SECRET}",
        f"{SECRET!r:>20}",
        "%s %r" % (SECRET, SECRET),  # noqa: UP031 - one more way to write
        "a" + SECRET,
        json.dumps({"a": SECRET}),
        encode({"a": SECRET}).decode(),
        encode([SECRET, 2**70]).decode(),
        repr(pickle.loads(pickle.dumps(SECRET))),
        repr([SECRET]),
        repr(Holder(SECRET)),
        repr(asdict(Holder(SECRET))),
        repr(vars(Holder(SECRET))),
        repr(SECRET.__getstate__()) + "***",
        f"{SECRET:>10}",
        format(SECRET, "s"),
        SECRET.encode().decode(),
        "".join(SECRET),
        orjson.dumps(SECRET).decode(),
        yaml.safe_dump(str(SECRET)),
        repr(Template("$a").substitute(a=SECRET)),
        repr(pickle.dumps(SECRET, 0)),
        repr(pickle.dumps(Holder(SECRET), 5)),
        pformat({"a": SECRET}),
        logging.Formatter().format(logging.makeLogRecord({"msg": "%s", "args": (SECRET,)})),
    ]

    assert [text for text in shown if VALUE in text or "***" not in text] == []
    assert SECRET.reveal() == VALUE
    assert copy.deepcopy(SECRET).reveal() == copy.copy(SECRET).reveal() == VALUE


def test_secrets_are_equal_by_value_and_not_by_mask() -> None:
    assert Secret("A", VALUE) == SECRET
    assert Secret("A", "other") != SECRET
    assert SECRET != "***"
    assert SECRET != VALUE
    assert {SECRET, Secret("A", VALUE), Secret("A", "other")} == {SECRET, Secret("A", "other")}
    assert hash(SECRET) not in (hash(VALUE), hash("***"))
    assert not hasattr(SECRET, "__dict__")


def test_a_value_that_is_exchanged_while_the_worker_runs_is_guarded_when_it_is_read() -> None:
    values = {"TOKEN": VALUE}
    secrets = Secrets("pages", ["TOKEN"], values)
    values["TOKEN"] = "battery-staple"
    assert secrets.guard.mask("battery-staple") == "battery-staple"

    assert secrets["TOKEN"].reveal() == "battery-staple"
    assert secrets.guard.mask(f"battery-staple, {VALUE}") == "***, ***"


def test_a_flow_sees_the_secrets_that_it_names_and_is_told_about_others() -> None:
    secrets = Secrets("pages", ["TOKEN", "ABSENT"], {"TOKEN": VALUE, "OTHER": "x"})

    assert secrets["TOKEN"].reveal() == VALUE
    assert list(secrets) == ["TOKEN", "ABSENT"]
    assert ("TOKEN" in secrets, "ABSENT" in secrets, "OTHER" in secrets) == (True, False, False)
    assert VALUE not in repr(secrets)
    with pytest.raises(SecretError) as refusal:
        secrets["OTHER"]
    assert str(refusal.value) == "the flow `pages` does not name the secret `OTHER`; add it to its `secrets`"
    with pytest.raises(SecretError, match="this worker has no secret `ABSENT`"):
        secrets["ABSENT"]


def test_the_environment_is_read_when_a_value_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = Secrets("pages", ["FLOWC_TEST_TOKEN"], open_sources([]))
    monkeypatch.setenv("FLOWC_TEST_TOKEN", "later")

    assert secrets["FLOWC_TEST_TOKEN"].reveal() == "later"


def test_the_context_logs_with_its_fields_beside_the_handlers_own(caplog: pytest.LogCaptureFixture) -> None:
    ctx = Context(run_id="r1", flow="pages", step="fetch", task_index=4, attempt=2)
    with caplog.at_level(logging.INFO, "flowc.handler"):
        ctx.log.info("got %s", "it", extra={"size": 5})

    [record] = caplog.records
    assert record.getMessage() == "got it"
    fields = {name: getattr(record, name) for name in ("run_id", "flow", "step", "task_index", "attempt", "size")}
    assert fields == {"run_id": "r1", "flow": "pages", "step": "fetch", "task_index": 4, "attempt": 2, "size": 5}


def test_a_context_made_by_hand_has_no_secrets_no_failures_and_is_not_cancelled() -> None:
    ctx = Context(run_id="r1", flow="pages", step="fetch")

    assert (dict(ctx.secrets), dict(ctx.failures), ctx.cancelled) == ({}, {}, False)
    assert repr(ctx) == "<Context pages.fetch attempt 1 of run r1>"
