"""Ask the sources of some checks once, and judge."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from workshop_tui.collectors.assembly import assemble
from workshop_tui.engine.checker import Checker
from workshop_tui.engine.collect_once import collect_once
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.source import SourceKey
from workshop_tui.model.workshop import Workshop

if TYPE_CHECKING:
    from workshop_tui.checks.check import Check
    from workshop_tui.model.clock import Clock
    from workshop_tui.settings import Settings


async def run_checks(settings: Settings, checks: tuple[Check, ...], clock: Clock) -> list[CheckResult]:
    """All sources at once: the whole takes about as long as the slowest one."""
    assembly = assemble(settings)
    try:
        kinds = {kind.name for check in checks for kind in (*check.needs, *check.helps)}
        keys = [SourceKey(source.kind.name, source.region) for source in assembly.sources if source.kind.name in kinds]
        began = time.perf_counter()
        readings = await collect_once(assembly.sources, keys, clock)
        took_s = time.perf_counter() - began
        checker = Checker(checks, settings, clock, assembly.not_configured)
        results = checker.judge(readings, rehearsed_workshop(settings), [check.id for check in checks])
    finally:
        await assembly.close()
    return [replace(result, duration_s=took_s) if not result.duration_s else result for result in results]


def rehearsed_workshop(settings: Settings) -> Workshop | None:
    """A rehearsal knows its workshop; otherwise the checks judge from now."""
    rehearsal = settings.rehearsal
    if rehearsal is None:
        return None
    return Workshop(
        id=0,
        title="Rehearsal",
        starts_at=rehearsal.workshop_starts_at,
        duration=timedelta(minutes=rehearsal.workshop_minutes),
        expected_people=rehearsal.expected_people,
        timezone="UTC",
        created_at=rehearsal.shown_at,
    )
