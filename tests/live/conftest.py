"""The authority and the names of the live tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from fakes.name_server import NameServer, name_server


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    """Every name one level under these is this machine; any other does not exist."""
    suffixes = ("example.test", "ohio.example.test", "oregon.example.test")
    async with name_server({f"*.{suffix}": ("127.0.0.1",) for suffix in suffixes}) as server:
        yield server
