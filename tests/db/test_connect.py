"""Every way of not reaching a database is said in plain words, with what to do, and without the password."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowc.db.connect import connect, describe
from flowc.db.embedded import Embedded
from flowc.errors import DatabaseError


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on TCP that asks `ann` for her password, which is `right`; others may not come in."""
    project = tmp_path_factory.mktemp("guarded")
    port = _free_port()
    with Embedded(project, settings={"listen_addresses": "127.0.0.1", "port": str(port), "fsync": "off"}) as server:
        with connect(server.url) as conn:
            conn.execute("create role ann login password 'right'; create role bob login")
        rules = server.log.parent / "data" / "pg_hba.conf"
        rules.write_text("local all postgres trust\nhost all ann 127.0.0.1/32 scram-sha-256\n")
        with connect(server.url) as conn:
            conn.execute("select pg_reload_conf()")
        yield f"127.0.0.1:{port}"


def _trouble(url: str) -> str:
    with pytest.raises(DatabaseError) as caught:
        connect(url, seconds=5)
    assert caught.value.help
    assert caught.value.__cause__ is None, "the driver's words may hold the password"
    return f"{caught.value.message} | {caught.value.help}"


def test_a_connection_commits_by_itself_prepares_nothing_and_tells_its_name(dsn: str) -> None:
    with connect(dsn, application_name="flowc worker") as conn:
        assert conn.autocommit
        assert conn.prepare_threshold is None
        assert conn.execute("show application_name").fetchone() == ("flowc worker",)
        assert conn.execute("show client_encoding").fetchone() == ("UTF8",)


def test_what_the_url_says_wins_over_our_defaults(dsn: str) -> None:
    with connect(f"{dsn}&application_name=mine&connect_timeout=3") as conn:
        assert conn.execute("show application_name").fetchone() == ("mine",)
        assert conn.info.get_parameters()["connect_timeout"] == "3"


def test_urls_of_both_schemes_and_pairs_of_keys_and_values_are_taken(guarded: str) -> None:
    host, port = guarded.split(":")
    for url in (
        f"postgresql://ann:right@{guarded}/postgres",
        f"postgres://ann:right@{guarded}/postgres",
        f"host={host} port={port} user=ann password=right dbname=postgres",
    ):
        with connect(url) as conn:
            assert conn.execute("select current_user").fetchone() == ("ann",)


def test_a_wrong_password_is_refused_without_being_shown(guarded: str) -> None:
    said = _trouble(f"postgresql://ann:secret@{guarded}/postgres")
    assert said == (
        f"the database postgresql://ann@{guarded}/postgres refuses the user or the password | correct the URL"
    )


def test_a_missing_password_is_refused(guarded: str) -> None:
    assert "refuses the user or the password" in _trouble(f"postgresql://ann@{guarded}/postgres")


def test_a_user_that_may_not_come_in_is_told_so(guarded: str) -> None:
    assert "does not let this user in" in _trouble(f"postgresql://bob:secret@{guarded}/postgres")


def test_a_database_that_is_not_there_is_named(dsn: str) -> None:
    url = dsn.replace(dsn.split("@/")[1].split("?", maxsplit=1)[0], "nowhere")
    assert "/nowhere" in _trouble(url)
    assert "its server has no database of that name" in _trouble(url)


def test_a_user_that_is_not_there_is_named(dsn: str) -> None:
    said = _trouble(dsn.replace("//postgres@", "//nobody_here:secret@"))
    assert "nobody_here" in said
    assert "knows no such user" in said
    assert "secret" not in said


def test_a_port_where_nothing_listens() -> None:
    port = _free_port()
    assert _trouble(f"postgresql://ann:secret@127.0.0.1:{port}/x") == (
        f"the database postgresql://ann@127.0.0.1:{port}/x is not there: nothing listens at that address"
        " | start PostgreSQL, or correct the URL"
    )


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_a_port_that_another_service_has_taken(answer: bytes) -> None:
    class Service(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            self.wfile.write(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        said = _trouble(f"postgresql://ann:secret@127.0.0.1:{server.server_address[1]}/x")
        server.shutdown()
        thread.join()
    assert "does not speak PostgreSQL: another service listens on that port" in said
    assert "secret" not in said


def test_a_host_that_no_name_server_knows() -> None:
    said = _trouble("postgresql://ann:secret@no-such-host.invalid/x")
    assert "no-such-host.invalid" in said
    assert "no name server knows" in said
    assert "secret" not in said


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    assert "no such socket" in _trouble(f"postgresql://ann@/x?host={tmp_path}")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("postgresql://ann:se@cret@host/x", "%40"),
        ("postgresql://ann:sec/ret@host/x", "%2F"),
        ("postgresql://ann:12/cret@host/x", "%2F"),
        ("postgresql://ann:se?cr@et@host/x", "%40"),
        ("postgresql://ann:12?cret=/@host/x", "cannot read it"),
        ("postgresql://ann:%zzcret@host/x", "cannot read it"),
        ("postgresql://ann:secret@host:54x2/x", "its port is no number"),
        ("postgresql://ann:secret@host/x?sslmod=on", "no parameter `sslmod`"),
        ("postgresql://ann:secret@[::1/x", "cannot read it"),
        ("host=localhost password=se cret", "cannot read it"),
        ("mysql://ann:secret@host/x", "begins with postgresql://"),
        ("ann:secret@host/x", "begins with postgresql://"),
        ("", "begins with postgresql://"),
        ("postgresql:/ann:secret@host?a=b", "cannot read it"),
    ],
)
def test_a_malformed_url_is_explained_without_quoting_it(url: str, word: str) -> None:
    said = _trouble(url)
    assert said.startswith("the database's URL is malformed: ")
    assert word in said
    assert "cret" not in said
    assert describe(url) == "(a malformed URL)"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:secret@host:5433/x?sslmode=require&sslpassword=secret", "postgresql://ann@host:5433/x"),
        ("postgres://host/x", "postgresql://host/x"),
        ("postgresql://ann:secret@[::1]:5433/x", "postgresql://ann@[::1]:5433/x"),
        ("postgresql://ann:secret@a:1,b:2/x", "postgresql://ann@a,b:1,2/x"),
        ("host=/run/pg user=ann password=secret dbname=x", "postgresql://ann@/x?host=/run/pg"),
        ("dbname=x hostaddr=10.0.0.1 passfile=/secret", "postgresql://10.0.0.1/x"),
    ],
)
def test_a_description_has_no_password(url: str, shown: str) -> None:
    assert describe(url) == shown
