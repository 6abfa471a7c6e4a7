"""Every store keeps bytes once, gives back the same ones, and says clearly what is wrong with them."""

from __future__ import annotations

import io
import pickle
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from flowc.db import queries
from flowc.errors import UsageError
from flowc.runtime.blobs import Blob, BlobCorrupt, BlobMissing, BlobNotStored
from flowc.runtime.blobs.stores import store_of
from flowc.runtime.blobs.warehouse import Warehouse
from tests.conftest import Clock

SIZES = (0, 1, 1024 * 1024, 1024 * 1024 + 1, 5_000_000)
DATA = bytes(range(256)) * 20_000


def test_bytes_come_back_as_they_went(db: psycopg.Connection, warehouse: Warehouse) -> None:
    for size in SIZES:
        data = DATA[:size]
        put = warehouse.put(data, "image/png")
        found = warehouse.find(put.id)
        assert (found.id, found.size, found.media_type) == (sha256(data).hexdigest(), size, "image/png")
        assert found.bytes() == data
        with found.open() as file:
            assert (file.read(), file.seek(0), file.read(3)) == (data, 0, data[:3])
    with pytest.raises(BlobMissing, match="there is no blob 0000"):
        warehouse.find("0" * 64)
    assert warehouse.put(data).id == put.id  # stored once, whatever it is called
    assert [(b.size, b.ready, b.runs, b.store) for b in queries.blobs(db)] == [
        (size, True, 0, warehouse.store) for size in reversed(SIZES)
    ]


def test_another_process_reads_what_one_stored(dsn: str) -> None:
    depot = Warehouse(dsn)
    put = depot.put(DATA)
    other = pickle.loads(pickle.dumps(depot))
    assert other.find(put.id).bytes() == DATA
    assert pickle.loads(pickle.dumps(put)).bytes() == DATA
    assert pickle.loads(pickle.dumps(Blob(b"x", "text/plain"))) == Blob(b"x", "text/plain")
    other.close()
    depot.close()


def test_a_blob_opens_as_a_file_that_libraries_can_seek_in(dsn: str) -> None:
    depot = Warehouse(dsn)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", DATA)
    with depot.put(packed.getvalue()).open() as file, zipfile.ZipFile(file) as archive:
        assert archive.read("a.txt") == DATA
    depot.close()


def flip(db: psycopg.Connection, warehouse: Warehouse, blob_id: str) -> None:
    """Change a byte of a stored blob behind everybody's back."""
    if warehouse.store == "table":
        db.execute("update flowc._blob_chunks set data = set_byte(data, 7, 99) where n = 1")
    else:
        store_of(warehouse.store).put(blob_id, DATA[:7] + b"x" + DATA[8:])


def remove(db: psycopg.Connection, warehouse: Warehouse, blob_id: str) -> None:
    """Delete the bytes of a blob behind everybody's back."""
    if warehouse.store == "table":
        db.execute("delete from flowc._blob_chunks")
    else:
        store_of(warehouse.store).delete(blob_id)


def test_bytes_that_are_flipped_or_gone_are_said_to_be(db: psycopg.Connection, warehouse: Warehouse) -> None:
    put = warehouse.put(DATA)
    flip(db, warehouse, put.id)
    for read in (put.bytes, put.json, put.open):
        with pytest.raises(BlobCorrupt, match=f"blob {put.id} is corrupt"):
            read()
    remove(db, warehouse, put.id)
    said = BlobCorrupt if warehouse.store == "table" else BlobMissing
    with pytest.raises(said, match=put.id):
        put.bytes()


def test_sql_reads_and_stores_blobs_too(db: psycopg.Connection, warehouse: Warehouse) -> None:
    row = db.execute("select flowc.put_blob(%b, 'text/plain')", [DATA]).fetchone()
    assert row is not None
    assert warehouse.find(row[0]).bytes() == DATA
    assert queries.get_blob(db, row[0]) == DATA
    other = warehouse.put(b"another")
    if warehouse.store == "table":
        assert queries.get_blob(db, other.id) == b"another"
    else:
        with pytest.raises(psycopg.Error, match=re.escape(f"it is in {warehouse.store}")) as refused:
            queries.get_blob(db, other.id)
        assert refused.value.sqlstate == "FC005"


def test_sql_says_what_is_missing_and_what_is_corrupt(db: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error, match="no blob 0000") as missing:
        queries.get_blob(db, "0" * 64)
    stored = queries.put_blob(db, DATA, "text/plain")
    db.execute("update flowc._blob_chunks set data = set_byte(data, 7, 99) where n = 1")
    with pytest.raises(psycopg.Error, match="is corrupt") as corrupt:
        queries.get_blob(db, stored)
    assert (missing.value.sqlstate, corrupt.value.sqlstate) == ("FC008", "FC009")


def test_what_nobody_refers_to_is_collected_once_it_is_old(
    db: psycopg.Connection, clock: Clock, warehouse: Warehouse
) -> None:
    clock.set("2030-01-01 00:00Z")
    put = warehouse.put(DATA)
    clock.advance("23 hours")
    assert warehouse.collect() == (0, 0)
    again = warehouse.put(DATA)  # young once more
    clock.advance("23 hours")
    assert warehouse.collect() == (0, 0)
    clock.advance("2 hours")
    assert warehouse.collect() == (1, len(DATA))
    assert warehouse.collect() == (0, 0)
    assert queries.blobs(db) == []
    with pytest.raises(BlobMissing):
        list(warehouse.pieces(again.id))
    assert warehouse.put(DATA).id == put.id
    assert b"".join(warehouse.pieces(put.id)) == DATA


def test_a_blob_is_kept_for_the_time_that_was_asked_for(db: psycopg.Connection, clock: Clock) -> None:
    clock.set("2030-01-01 00:00Z")
    db.execute("select flowc.put_blob('x', 'text/plain', interval '30 days')")
    clock.advance("29 days")
    assert queries.collect_blobs(db) == []
    clock.advance("2 days")
    assert len(queries.collect_blobs(db)) == 1


def test_a_blob_that_is_stored_again_while_it_is_collected_stays(
    db: psycopg.Connection, clock: Clock, store_named: Callable[[str], str], dsn: str
) -> None:
    depot = Warehouse(dsn, store_named("folder"))
    clock.set("2030-01-01 00:00Z")
    put = depot.put(DATA)
    clock.advance("3 days")
    assert [row[0] for row in queries.collect_blobs(db)] == [put.id]
    depot.put(DATA)  # between the two steps of collecting
    assert not queries.drop_blob(db, put.id)
    assert depot.find(put.id).bytes() == DATA
    depot.close()


def test_what_a_killed_process_was_storing_is_stored_by_the_next_one(
    db: psycopg.Connection, store_named: Callable[[str], str], dsn: str
) -> None:
    depot = Warehouse(dsn, store_named("folder"))
    blob_id = sha256(DATA).hexdigest()
    assert not queries.keep_blob(db, blob_id, len(DATA), "text/plain", depot.store)  # and then it is killed
    with pytest.raises(BlobMissing):
        depot.find(blob_id)
    assert depot.put(DATA).bytes() == DATA
    depot.close()


_FILL = """
import resource, sys
from pathlib import Path
from flowc.runtime.blobs.folder import Folder
from flowc.runtime.blobs import BlobNotStored
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    Folder(Path(sys.argv[1])).put("ab" * 32, bytes(200_000))
except BlobNotStored as error:
    print(error)
"""


def test_a_full_disk_is_said_to_be_and_leaves_no_half_a_blob(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _FILL, str(tmp_path / "blobs")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "a blob of 200,000 bytes cannot be stored in" in result.stdout
    assert "File too large" in result.stdout
    assert [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()] == []


def test_a_store_that_cannot_be_reached_is_said_to_be(
    dsn: str, store_named: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_named("s3")
    depot = Warehouse(dsn, "s3://no-such-bucket/x")
    with pytest.raises(BlobNotStored, match="cannot be stored in s3://no-such-bucket/x"):
        depot.put(b"x")
    depot.close()


def test_a_folder_in_which_nothing_can_be_written_is_said_to_be(dsn: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    depot = Warehouse(dsn, f"folder:{tmp_path / 'file'}")
    with pytest.raises(BlobNotStored, match="cannot be stored in"):
        depot.put(b"x")
    depot.close()


@pytest.mark.parametrize("text", ["", "tables", "folder:", "folder", "ftp://x/y"])
def test_a_store_of_no_known_kind_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no store of blobs"):
        Warehouse("postgresql://localhost/x", text)


def test_a_large_blob_takes_no_memory_to_open(db: psycopg.Connection, dsn: str) -> None:
    depot = Warehouse(dsn)
    put = depot.put(bytes(80_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with put.open() as file:
        assert file.seek(0, 2) == 80_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000
    depot.close()
