"""The query of evictions counts what its title says: those of the last 30 minutes."""

from __future__ import annotations

import pytest

from fakes.measured import MEASURES
from workshop_rehearsal.servers.promql.evaluation import Evaluation
from workshop_rehearsal.servers.promql.labels import labelled
from workshop_rehearsal.servers.promql.parsing import parse
from workshop_rehearsal.servers.promql.store import SeriesStore
from workshop_tui.measures.shared.queried import expanded

END_S, STEP_S = 1_000_000.0, 60.0
MINUTES = 60


def counted(evicted: dict[str, tuple[int, int]], label: str | None = None) -> list[float]:
    """`evicted`: pod -> minutes ago from when on it was evicted, and until when it was kept."""
    store = SeriesStore()
    for ago in range(MINUTES, -1, -1):
        samples = [("kube_pod_status_reason", labelled(reason="Evicted", pod="well", cluster="ohio"), 0.0)]
        for pod, (since, until) in evicted.items():
            if ago >= until:
                labels = labelled(reason="Evicted", pod=pod, cluster="ohio", instance="old" if ago > 20 else "new")
                samples.append(("kube_pod_status_reason", labels, float(ago <= since)))
        store.scrape(END_S - ago * STEP_S, samples)
    found = Evaluation([store]).at(parse(expanded(MEASURES["evictions"].query, label)), END_S)
    assert isinstance(found, list)
    return [one.value for one in found]


@pytest.mark.parametrize("label", [None, "cluster"])
@pytest.mark.parametrize(
    ("evicted", "number"),
    [
        ({}, 0),
        ({"new": (10, 0)}, 1),
        ({"old": (45, 0)}, 0),
        ({"old": (45, 0), "new": (10, 0), "gone": (25, 15)}, 2),
    ],
    ids=["none", "one", "long ago and kept", "one of each, and one that is gone"],
)
def test_only_evictions_of_the_last_half_hour_count(
    evicted: dict[str, tuple[int, int]], number: float, label: str | None
) -> None:
    assert counted(evicted, label) == [number]
