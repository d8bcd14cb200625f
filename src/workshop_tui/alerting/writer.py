"""Brings what the values say of state into the store, in order, and tries again what could not be written."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from workshop_tui.alerting.alert_state import AlertChange, AlertStateMachine, Changed, Cleared, Raised, may_raise
from workshop_tui.errors import StoreError
from workshop_tui.measures.shared.measure import Measure
from workshop_tui.model.alert import Alert, AlertKey
from workshop_tui.model.clock import Clock
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.thresholds import Thresholds
from workshop_tui.store.store import Store


class Alerting:
    """Of one workshop at a time; what waits to be written for another one is still written for that one.

    `told` hears the trouble in one line, and "" when all is written again; `stored` hears that something was.
    """

    def __init__(
        self,
        measures: Iterable[Measure],
        clock: Clock,
        told: Callable[[str], None],
        stored: Callable[[], Awaitable[None]],
        thresholds: Thresholds | None = None,
    ) -> None:
        self._watch = AlertStateMachine(measures, clock.speed, thresholds or Thresholds())
        self._clock = clock
        self._told = told
        self._stored = stored
        self._workshop: Workshop | None = None
        self._due_at: datetime | None = None
        self._unwritten: deque[tuple[int, AlertChange]] = deque()
        self._unheard: set[AlertKey] = set()
        self._wake = asyncio.Event()

    def begin(self, workshop: Workshop, alerts: Iterable[Alert]) -> None:
        """Another workshop, with the alerts that the store holds of it."""
        self._workshop = workshop
        self._watch.begin(alerts, self._clock.now())

    def go_on(self, workshop: Workshop, alerts: Iterable[Alert]) -> None:
        """The same workshop, as another window or a person left it."""
        self._workshop = workshop
        unwritten = {_key(change) for _, change in self._unwritten}
        self._watch.take_up(alerts, self._clock.now(), unwritten | self._unheard)

    def values(self, values: Iterable[MeasureValue]) -> None:
        """Cheap: most values change nothing."""
        if self._workshop is None:
            return
        now = self._clock.now()
        raises = may_raise(self._workshop, now)
        changes = self._watch.see(values, now, raises=raises)
        self._unwritten.extend((self._workshop.id, change) for change in changes)
        due_at = self._watch.due_at(raises=raises)
        if changes or due_at != self._due_at:
            self._due_at = due_at
            self._wake.set()

    async def run(self, store: Store, tick_s: float) -> None:
        """Until cancelled; after a failure the next try is a tick later."""
        while True:
            try:
                await self._write(store)
            except StoreError as error:
                self._told(str(error))
                await asyncio.sleep(tick_s)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._until_due_s()):
                    await self._wake.wait()
            self._wake.clear()
            self.values(())

    async def copy_waiting(self, other: Store) -> None:
        """Write what waits into a copy of the database too; it goes on waiting. Raises `StoreError`."""
        for workshop_id, change in tuple(self._unwritten):
            await _do(other, workshop_id, change)

    def _until_due_s(self) -> float | None:
        """Real seconds until the mere passing of time raises or clears something."""
        if self._due_at is None:
            return None
        return max(0.0, (self._due_at - self._clock.now()).total_seconds() / self._clock.speed)

    async def _write(self, store: Store) -> None:
        while self._unwritten:
            workshop_id, change = self._unwritten[0]
            await _do(store, workshop_id, change)
            self._unwritten.popleft()
            self._unheard.add(_key(change))
        if self._unheard:
            await self._stored()
            self._unheard.clear()
            self._told("")


async def _do(store: Store, workshop_id: int, change: AlertChange) -> None:
    if isinstance(change, Raised):
        await store.alerts.raise_(workshop_id, change.state)
    elif isinstance(change, Changed):
        await store.alerts.change(workshop_id, change.state)
    else:
        await store.alerts.clear(workshop_id, change.key, change.at)


def _key(change: AlertChange) -> AlertKey:
    return change.key if isinstance(change, Cleared) else change.state.key
