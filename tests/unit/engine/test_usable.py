from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.kinds import NODES
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.region_health import region_health
from workshop_tui.observing.usable import why_unusable

OHIO = SourceKey(NODES.name, "ohio")
REFUSED = SourceError(ErrorKind.FORBIDDEN, "cannot list nodes")


@pytest.mark.parametrize(
    ("age_s", "speed", "error", "why"),
    [
        (0, 1, None, None),
        (60, 1, REFUSED, None),
        (61, 1, None, "silent; last data 61 s old"),
        (61, 1, REFUSED, "cannot list nodes; last data 61 s old"),
        (61, 10, None, None),
        (-4, 1, None, None),
        (-6, 1, None, "the clock was set back since its last data"),
        (-49, 10, None, None),
        (-51, 10, None, "the clock was set back since its last data"),
        (None, 1, REFUSED, "cannot list nodes"),
        (None, 1, None, "no answer yet"),
    ],
)
def test_data_is_used_while_it_is_young_and_not_from_later_than_now(
    age_s: float | None, speed: float, error: SourceError | None, why: str | None
) -> None:
    taken_at = None if age_s is None else NOON - timedelta(seconds=age_s)
    reading = Reading(OHIO, (), taken_at, error, NOON)
    assert why_unusable(reading, NODES, Clock(speed=speed), NOON) == why


def test_a_region_of_which_nothing_came_since_the_clock_was_set_back_is_not_seen() -> None:
    expected = [(OHIO, "nodes", timedelta(seconds=60))]
    for ahead_s, failing in ((30, ()), (90, ("nodes",))):
        reading = Reading(OHIO, (), NOON + timedelta(seconds=ahead_s), None, NOON)
        (health,) = region_health(["ohio"], {OHIO: reading}, expected, NOON)
        assert health.failing == failing
