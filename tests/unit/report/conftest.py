from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.workshop import Workshop


@pytest.fixture
def workshop() -> Workshop:
    """75 minutes from 15:00 UTC, which is 16:00 in Berlin."""
    start = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
    return Workshop(7, "December", start, timedelta(minutes=75), 12, "Europe/Berlin", start - timedelta(days=9))
