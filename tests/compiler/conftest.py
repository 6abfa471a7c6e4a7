"""The one flag that rewrites the golden files."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="rewrite the golden files with what comes out now")


@pytest.fixture(scope="session")
def golden_update(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten; the flag is known where this folder is named on the command line."""
    return bool(pytestconfig.getoption("--golden-update", default=False))
