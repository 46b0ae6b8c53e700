"""Unit tests need no database and no other process."""

import pytest


@pytest.fixture(scope="session")
def socket_directory() -> str:
    """Fails every test in this folder that asks for a database: all such fixtures need this one."""
    pytest.fail("tests/unit has no database. Move this test to tests/database or tests/api.")
