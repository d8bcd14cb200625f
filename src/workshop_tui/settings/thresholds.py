"""Every limit that something is judged by, with its unit and where it comes from."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeVar

from pydantic import Field, field_validator

from workshop_tui.settings.section import Count, Positive, Section, Share

Limit = TypeVar("Limit")
_NAMED = re.compile(r"\{thresholds\.(\w+)\}")


def _limit(default: Limit, unit: str, origin: str) -> Limit:
    return Field(default, description=origin, json_schema_extra={"unit": unit})


class Thresholds(Section):
    """One table; each default says where it comes from."""

    gateway_key_days: Positive = _limit(7, "days", "guide: key validity over 7 days; fails under this")
    gateway_key_warn_days: tuple[Positive, ...] = _limit(
        (3, 1), "days", "validation checklist: fails under 7 days, said again at 3 and at 1"
    )
    storage_before_share: Share = _limit(
        0.60,
        "share used",
        'validation checklist: every node under 60 % used (another document says "60 % free"; the table is taken)',
    )
    storage_live_shares: tuple[Share, Share, Share] = _limit(
        (0.70, 0.85, 0.95), "share used", "runbook: live alerts at 70, 85 and 95 %"
    )
    restart_failure_share: Share = _limit(0.02, "share", "targets: workspace restart/failure rate under 2 %")
    gateway_latency_s: Positive = _limit(
        2, "seconds", "ours: what a person notices before the model even thinks; the documents name no limit"
    )
    route_latency_s: Positive = _limit(
        0.5, "seconds", "ours: a terminal through a proxy feels slow from here on; the documents name no limit"
    )
    provisioners: tuple[tuple[Count, Count], ...] = _limit(
        ((0, 6), (10, 8), (15, 10), (20, 12), (30, 15)),
        "from people on, provisioners of the default organisation",
        "guide: 6 below 10 users, 8 for 10-15, 10 for 15-20, 12-15 for 20-30; where ranges meet, the higher row",
    )
    other_provisioners: Count = _limit(
        2, "provisioners", "ours: what ai.coder.com runs for each other organisation; the documents name no number"
    )
    gateway_replicas: tuple[tuple[Count, Count], ...] = _limit(
        ((0, 4), (15, 6), (20, 8)),
        "from people on, replicas of the gateway",
        "guide: 4 up to 15, 4-6 for 15-20, 6-8 for 20-30; the most of each range, where ranges meet the higher row",
    )
    smoke_age_h: Positive = _limit(
        72, "hours", "ours: a smoke test three days before the workshop says little of it; the documents name no limit"
    )
    start_time_s: Positive = _limit(120, "seconds", "targets: average workspace start under 2 minutes")
    image_pull_p95_s: Positive = _limit(
        60, "seconds", "ours: half of the 2 minutes that a start may take; the documents name no limit"
    )
    headroom_share: Share = _limit(0.30, "share", "validation checklist: capacity headroom over 30 %")
    metric_age_s: Positive = _limit(
        120, "seconds", "ours: four scrapes of the 30 s that the platform's collector takes; no document names a limit"
    )
    clock_skew_s: Positive = _limit(
        60, "seconds", "ours: minutes count in the hazards and in keys; the documents name no limit"
    )
    certificate_days: Positive = _limit(
        14, "days", "ours: time for two tries at a renewal; the documents name no limit"
    )

    @field_validator("provisioners", "gateway_replicas")
    @classmethod
    def _rows_ascend(cls, value: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        people = [row[0] for row in value]
        if not people or people[0] != 0 or people != sorted(set(people)):
            raise ValueError("expected rows [people, count] that begin with 0 people and ascend")
        return value

    @field_validator("storage_live_shares")
    @classmethod
    def _ascend(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        if list(value) != sorted(set(value)):
            raise ValueError("expected three shares that ascend, e.g. [0.70, 0.85, 0.95]")
        return value

    def fill(self, text: str) -> str:
        """The text with each `{thresholds.NAME}` replaced by that limit in words: `60 %`, `7 days`, `2 minutes`.

        Raises `ValueError` for a name that no single limit has.
        """
        return _NAMED.sub(lambda found: self._said(found.group(1)), text)

    def _said(self, name: str) -> str:
        field = type(self).model_fields.get(name)
        extra = field.json_schema_extra if field else None
        unit = str(extra["unit"]) if isinstance(extra, dict) else ""
        value = getattr(self, name, None)
        numbers = value if isinstance(value, tuple) else (value,)
        if not unit or not all(isinstance(number, int | float) for number in numbers):
            raise ValueError(f"{{thresholds.{name}}}: expected the name of one limit of the settings")
        if unit.startswith("share"):
            numbers, unit = tuple(round(100 * number, 3) for number in numbers), "%"
        elif unit == "seconds" and all(number >= 60 and number % 60 == 0 for number in numbers):
            numbers, unit = tuple(number / 60 for number in numbers), "minutes"
        words = [f"{number:g}" for number in numbers]
        listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
        return f"{listed} {unit.removesuffix('s') if listed == '1' else unit}"


class ThresholdRow(NamedTuple):
    name: str
    value: object
    unit: str
    origin: str
    """Where the default comes from."""
    changed: bool
    """Whether the team set another value."""


def threshold_table(thresholds: Thresholds) -> tuple[ThresholdRow, ...]:
    """Every threshold with its origin, in the order of the settings."""
    rows = []
    for name, field in Thresholds.model_fields.items():
        value = getattr(thresholds, name)
        extra = field.json_schema_extra
        unit = str(extra["unit"]) if isinstance(extra, dict) else ""
        rows.append(ThresholdRow(name, value, unit, field.description or "", value != field.default))
    return tuple(rows)
