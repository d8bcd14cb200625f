"""Ask the sources of some checks once, and judge."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from workshop_tui.checks.shared.window_hazards import HAZARD_SOURCES, find_hazards
from workshop_tui.checks.smoke_test_passed import CHECK as SMOKE_TEST
from workshop_tui.cli.opening import database_of, open_store
from workshop_tui.collectors.assembly import assemble
from workshop_tui.errors import StoreError
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.hazard import Hazard
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.model.source import SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.checker import Checker
from workshop_tui.observing.collect_once import LIMIT_S, collect_once
from workshop_tui.redaction import mask

if TYPE_CHECKING:
    from workshop_tui.checks.shared.check import Check
    from workshop_tui.model.clock import Clock
    from workshop_tui.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the database says of the current workshop."""

    workshop: Workshop | None = None
    records: Records | None = None
    trouble: str = ""
    """Why it cannot be read; empty when it can, or is not there."""


async def run_checks(
    settings: Settings,
    checks: tuple[Check, ...],
    clock: Clock,
    database: str | None = None,
    smoke: tuple[SmokeRun, ...] = (),
    *,
    limit_s: float = LIMIT_S,
) -> list[CheckResult]:
    """All sources at once: the whole takes about as long as the slowest one.

    The workshop is the rehearsed one, else the database's current one; a database that is not there is not made.
    `smoke`: what was just run; it is judged also where no workshop keeps it. `limit_s`: what has not answered by then
    is unknown.
    """
    assembly = assemble(settings)
    try:
        kinds = {kind.name for check in checks for kind in (*check.needs, *check.helps)}
        keys = [SourceKey(source.kind.name, source.region) for source in assembly.sources if source.kind.name in kinds]
        began = time.perf_counter()
        readings, recorded = await asyncio.gather(
            collect_once(assembly.sources, keys, clock, limit_s=limit_s), read_recorded(settings, clock, database)
        )
        took_s = time.perf_counter() - began
        checker = Checker(checks, settings, clock, assembly.not_configured)
        workshop = rehearsed_workshop(settings) or recorded.workshop
        of_platform = [check.id for check in checks if not check.recorded]
        judged = checker.judge(readings, workshop, of_platform, recorded.records)
        results = {r.check_id: replace(r, duration_s=r.duration_s or took_s) for r in judged}
        of_records = [check for check in checks if check.recorded]
        results |= {r.check_id: r for r in _judge_records(recorded, checker, of_records, clock)}
        if smoke and recorded.records is None:
            results |= {r.check_id: r for r in checker.judge({}, None, [SMOKE_TEST.id], Records(smoke=smoke))}
    finally:
        await assembly.close()
    return [results[check.id] for check in checks]


async def ask_hazards(
    settings: Settings, clock: Clock, database: str | None
) -> tuple[Workshop | None, tuple[Hazard, ...], list[str]]:
    """The workshop, what disturbs its window, and what could not be read, in plain words."""
    assembly = assemble(settings)
    try:
        kinds = {kind.name for kind in HAZARD_SOURCES}
        keys = [SourceKey(source.kind.name, source.region) for source in assembly.sources if source.kind.name in kinds]
        readings, recorded = await asyncio.gather(
            collect_once(assembly.sources, keys, clock), read_recorded(settings, clock, database)
        )
        workshop = rehearsed_workshop(settings) or recorded.workshop
        checker = Checker((), settings, clock, assembly.not_configured)
        facts = checker.facts(HAZARD_SOURCES, readings, workshop, recorded.records)
    finally:
        await assembly.close()
    unread = [
        f"{f'{key.region}: ' if key.region else ''}{key.kind}: {reading.error}"
        for key, reading in readings.items()
        if reading.error is not None
    ]
    return workshop, find_hazards(facts, settings), unread + ([recorded.trouble] if recorded.trouble else [])


async def read_recorded(settings: Settings, clock: Clock, database: str | None) -> Recorded:
    if not database_of(settings, database).is_file():
        return Recorded()
    try:
        store = await open_store(settings, database)
        try:
            workshop = await store.workshops.current(clock.now())
            return Recorded(workshop, await store.records(workshop.id) if workshop else None)
        finally:
            await store.close()
    except StoreError as error:
        return Recorded(trouble=mask(str(error)))


def _judge_records(recorded: Recorded, checker: Checker, checks: list[Check], clock: Clock) -> tuple[CheckResult, ...]:
    """A database that cannot be read makes what it records unknown, and nothing else."""
    if not recorded.trouble:
        return checker.judge({}, recorded.workshop, [check.id for check in checks], recorded.records)
    finding, now = Finding("database", Outcome.UNKNOWN, recorded.trouble), clock.now()
    return tuple(
        CheckResult(check.id, check.title, Outcome.UNKNOWN, (finding,), now, 0.0, recorded.trouble) for check in checks
    )


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
