from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workshop_tui.model.clock import Clock
from workshop_tui.store.store import Store

TITLE = "Pipelines for everybody"


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """A platform of which nothing is known, so that no source is asked."""
    path = tmp_path / "settings.toml"
    path.write_text('person = "ana"\n')
    return path


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """Holds one workshop, in two days."""
    path = tmp_path / "workshops.db"
    store = await Store.open(path, clock=Clock())
    await store.workshops.create(
        TITLE, datetime.now(UTC) + timedelta(days=2), timedelta(minutes=75), 12, "Europe/Berlin", "ana"
    )
    await store.close()
    return path
