"""Ask the sources of some checks once, and judge."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from workshop_tui.cli.opening import database_of, open_store
from workshop_tui.collectors.assembly import assemble
from workshop_tui.engine.checker import Checker
from workshop_tui.engine.collect_once import collect_once
from workshop_tui.errors import StoreError
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.secret import mask

if TYPE_CHECKING:
    from workshop_tui.checks.check import Check
    from workshop_tui.model.clock import Clock
    from workshop_tui.settings import Settings


async def run_checks(
    settings: Settings, checks: tuple[Check, ...], clock: Clock, database: str | None = None
) -> list[CheckResult]:
    """All sources at once: the whole takes about as long as the slowest one.

    What is recorded is read of the database's current workshop; a database that is not there is not made.
    """
    assembly = assemble(settings)
    try:
        kinds = {kind.name for check in checks for kind in (*check.needs, *check.helps)}
        keys = [SourceKey(source.kind.name, source.region) for source in assembly.sources if source.kind.name in kinds]
        began = time.perf_counter()
        readings = await collect_once(assembly.sources, keys, clock)
        took_s = time.perf_counter() - began
        checker = Checker(checks, settings, clock, assembly.not_configured)
        of_platform = [check.id for check in checks if not check.recorded]
        judged = checker.judge(readings, rehearsed_workshop(settings), of_platform)
        results = {r.check_id: replace(r, duration_s=r.duration_s or took_s) for r in judged}
        of_records = [check for check in checks if check.recorded]
        if of_records:
            results |= {r.check_id: r for r in await _judge_records(settings, clock, database, checker, of_records)}
    finally:
        await assembly.close()
    return [results[check.id] for check in checks]


async def _judge_records(
    settings: Settings, clock: Clock, database: str | None, checker: Checker, checks: list[Check]
) -> tuple[CheckResult, ...]:
    """A database that cannot be read makes what it records unknown, and nothing else."""
    check_ids = [check.id for check in checks]
    if not database_of(settings, database).is_file():
        return checker.judge({}, None, check_ids)
    try:
        store = await open_store(settings, database)
        try:
            workshop = await store.workshops.current(clock.now())
            records = await store.records(workshop.id) if workshop else None
        finally:
            await store.close()
    except StoreError as error:
        said = mask(str(error))
        finding = Finding("database", Outcome.UNKNOWN, said)
        now = clock.now()
        return tuple(CheckResult(c.id, c.title, Outcome.UNKNOWN, (finding,), now, 0.0, said) for c in checks)
    return checker.judge({}, workshop, check_ids, records)


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
