"""What was measured during a workshop, as the retrospective's numbers need it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from workshop_tui.model.measure import HOLDS_FOR
from workshop_tui.model.series import Series
from workshop_tui.model.workshop import Workshop
from workshop_tui.report.retrospective import MEASURED

if TYPE_CHECKING:
    from workshop_tui.store.store import Store

_POINT_LIMIT = 20_000
_READ_EVERY = timedelta(minutes=1)


class RecordedSeries:
    """Read once when a workshop is chosen, then each minute while it runs."""

    def __init__(self) -> None:
        self.points: Series = {}
        self._of: tuple[int, datetime, datetime] | None = None
        self._read_at: datetime | None = None

    async def load(self, store: Store, workshop: Workshop, now: datetime) -> None:
        """Raises `StoreError`."""
        self.points = await recorded_series(store, workshop, MEASURED)
        self._of = _span(workshop)
        self._read_at = now

    async def refresh(self, store: Store, workshop: Workshop, now: datetime) -> bool:
        """Whether it was read again. Raises `StoreError`."""
        if self._read_at is not None and self._of == _span(workshop):
            over = self._read_at > workshop.ends_at + _READ_EVERY
            if over or now < workshop.starts_at or now - self._read_at < _READ_EVERY:
                return False
        await self.load(store, workshop, now)
        return True


async def recorded_series(store: Store, workshop: Workshop, measure_ids: Collection[str]) -> Series:
    """(measure id, region) -> its points between start and end, and what held at the start. Raises `StoreError`."""
    return {
        (value.measure_id, value.region): await store.readings.series(
            workshop.id,
            value.measure_id,
            value.region,
            workshop.starts_at - HOLDS_FOR,
            _POINT_LIMIT,
            until=workshop.ends_at,
        )
        for value in await store.readings.latest(workshop.id)
        if value.measure_id in measure_ids
    }


async def last_series(
    store: Store, workshop: Workshop, measure_id: str, region: str
) -> tuple[tuple[float, float], ...]:
    """(minutes since its start, value) of the newest earlier workshop. Raises `StoreError`."""
    earlier = [one for one in await store.workshops.all() if one.starts_at < workshop.starts_at]
    if not earlier:
        return ()
    last = max(earlier, key=lambda one: one.starts_at)
    points = await store.readings.series(
        last.id, measure_id, region, last.starts_at - HOLDS_FOR, _POINT_LIMIT, until=last.ends_at
    )
    return tuple(
        ((point.at - last.starts_at) / timedelta(minutes=1), point.value) for point in points if point.value is not None
    )


def _span(workshop: Workshop) -> tuple[int, datetime, datetime]:
    return workshop.id, workshop.starts_at, workshop.ends_at
