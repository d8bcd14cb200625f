from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.workshop import Workshop


@pytest.fixture
def workshop() -> Workshop:
    start = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
    return Workshop(1, "December", start, timedelta(minutes=75), 12, "Europe/London", start - timedelta(days=9))
