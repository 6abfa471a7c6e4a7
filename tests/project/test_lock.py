"""The lock's file: what it may hold, and how it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.errors import UsageError
from flowc.project.lock import HEAD, Entry, parse_lock, read_lock, replace_text, write_lock

ONE, TWO = f"fc1:{'1' * 64}", f"fc1:{'2' * 64}"


def test_what_is_written_is_read_again_sorted_below_its_head(tmp_path: Path) -> None:
    file = tmp_path / "below" / "flowc.lock"
    write_lock(file, [Entry("b", TWO, retired=True), Entry("a", ONE)])
    assert file.read_text() == f"{HEAD}a {ONE}\nb {TWO} retired\n"
    entries = read_lock(file).entries
    assert [(each.slug, each.digest, each.retired) for each in entries.values()] == [
        ("a", ONE, False),
        ("b", TWO, True),
    ]
    assert entries["b"].position.line == 4


def test_no_file_is_an_empty_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "flowc.lock").entries == {}


def test_the_same_line_twice_as_merges_leave_it_is_one_entry() -> None:
    assert list(parse_lock(f"a {ONE}\na {ONE} retired\n\n# words\n", "x").entries.values()) == [
        Entry("a", ONE, True, 1)
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n", "x:1: not `slug digest"),
        (f"# c\na {ONE} gone\n", "x:2: not `slug digest"),
        ("a fc1:123\n", "x:1: not `slug digest"),
        (f"1a {ONE}\n", "x:1: not `slug digest"),
        (f"a {ONE}\na {TWO}\n", "x:2: `a` has two digests, another one on line 1"),
        (f"<<<<<<< main\na {ONE}\n", "x:1: a merge left its marks"),
    ],
)
def test_a_line_that_is_no_entry_is_refused_at_its_place(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_lock(text, "x")
    assert raised.value.message.startswith(message)
    assert raised.value.help


def test_a_lock_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flowc.lock").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="cannot read"):
        read_lock(tmp_path / "flowc.lock")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot write"):
        write_lock(tmp_path / "folder", [])


def test_replacing_keeps_permissions_and_follows_links(tmp_path: Path) -> None:
    file, link = tmp_path / "a", tmp_path / "b"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    replace_text(link, b"new")
    assert (file.read_text(), file.stat().st_mode & 0o777, link.is_symlink()) == ("new", 0o640, True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "b"]
