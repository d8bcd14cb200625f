"""What an earlier workshop really took, from its recorded series."""

from __future__ import annotations

from workshop_tui.model.capacity import PastWorkshop
from workshop_tui.model.series import Series, peak, total_peak_and_average
from workshop_tui.model.workshop import Workshop

COMPARED = (
    "concurrent-workspaces",
    "node-storage",
    "build-wait-p95",
    "build-time-p50",
    "start-time-p50",
    "start-time-p95",
)
"""Ids of the measures that it is made of."""


def past_workshop(workshop: Workshop, series: Series) -> PastWorkshop:
    begins, ends = workshop.starts_at, workshop.ends_at
    workspaces, _ = total_peak_and_average(series, "concurrent-workspaces", begins, ends)
    return PastWorkshop(
        workshop.title,
        begins,
        workshop.expected_people,
        workspaces=workspaces,
        storage_share=peak(series, "node-storage", begins, ends),
        build_wait_p95_s=peak(series, "build-wait-p95", begins, ends),
        build_p50_s=peak(series, "build-time-p50", begins, ends),
        start_p50_s=peak(series, "start-time-p50", begins, ends),
        start_p95_s=peak(series, "start-time-p95", begins, ends),
    )
