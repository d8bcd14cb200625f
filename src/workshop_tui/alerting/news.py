"""Which alerts a person has not been told of yet."""

from __future__ import annotations

from collections.abc import Iterable

from workshop_tui.model.alert import Alert
from workshop_tui.model.outcome import Outcome


class AlertNews:
    """What was open already when a workshop was chosen is no news."""

    def __init__(self) -> None:
        self._workshop_id: int | None = None
        self._told: set[tuple[int, Outcome, bool]] = set()

    def fresh(self, workshop_id: int, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        """Those that nobody has acknowledged and that were raised, or got worse, since the last time."""
        asking = [alert for alert in alerts if alert.open and alert.acknowledged_at is None]
        first = workshop_id != self._workshop_id
        if first:
            self._workshop_id, self._told = workshop_id, set()
        fresh = tuple(alert for alert in asking if _stage(alert) not in self._told)
        self._told.update(map(_stage, fresh))
        return () if first else fresh


def _stage(alert: Alert) -> tuple[int, Outcome, bool]:
    return alert.id, alert.outcome, alert.last_step
