"""Every test is alone: no home, no settings, no secrets of the person who runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from workshop_tui import redaction

settings.register_profile("busy machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

_KEPT = {"PATH", "LANG", "LC_ALL", "TMPDIR", "CI", "SSL_CERT_FILE", "SSL_CERT_DIR"}


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes that hold a time or are drawn would give a test another name in each process that runs the tests."""
    if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable() and len(val) < 60):
        return f"{argname} of {len(val)} bytes"
    return None


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, an environment that says nothing, and no secret that an earlier test of this process used."""
    monkeypatch.setattr(redaction, "_known", ())
    home = tmp_path_factory.mktemp("home")
    for name in os.environ:
        if name not in _KEPT and not name.startswith(("PYTEST_", "COVERAGE_", "TEXTUAL_SNAPSHOT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    return home
