from pathlib import Path

import pytest

from fakes.rooms import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "workshops.db")
