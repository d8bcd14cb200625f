"""`workshop-tui doctor`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.opening import clock_of, database_of, guide_of, needed_settings, open_store
from workshop_tui.cli.options import given, store_options, timeout_option
from workshop_tui.cli.say import say, say_coloured
from workshop_tui.errors import WorkshopError
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import SourceKey
from workshop_tui.present.outcome import symbol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workshop_tui.model.source import Reading
    from workshop_tui.settings.settings import Settings

_COLOURS = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.WARN: "yellow"}


@click.command("doctor")
@store_options
@click.option("--clean", "to_clean", is_flag=True, help="Remove from the platform what a smoke test left behind.")
@timeout_option
@click.pass_context
def command(
    context: click.Context, config_path: str | None, database_path: str | None, limit_s: float, *, to_clean: bool
) -> int:
    """Look at settings, credentials, every source once, and the store's integrity."""
    config, database = given(context, config_path, database_path)
    settings = needed_settings(config)
    if to_clean:
        from workshop_tui.cli.smoke import clean  # noqa: PLC0415  # loads the clients

        return 0 if event_loop.run(clean(settings, database)) else 1
    guide = guide_of(settings)
    _say(Outcome.PASS, "settings", f"{len(settings.region)} regions")
    _say(Outcome.PASS, "guide", f"{guide.origin}, {len(guide.items)} items")
    fine = event_loop.run(_look(settings, database, limit_s))
    return 0 if fine else 1


def _say(outcome: Outcome, subject: str, message: str) -> None:
    say_coloured(symbol(outcome), _COLOURS.get(outcome), f"{subject:<28} {message}")


async def _look(settings: Settings, database: str | None, limit_s: float) -> bool:
    from workshop_tui.collectors.assembly import assemble  # noqa: PLC0415  # loads the clients
    from workshop_tui.measures.shared.discover import all_measures  # noqa: PLC0415
    from workshop_tui.measures.shared.queried import wanted_queries  # noqa: PLC0415
    from workshop_tui.observing.collect_once import collect_once  # noqa: PLC0415

    fine = await _look_at_store(settings, database)
    assembly = assemble(settings, wanted_queries(all_measures(), settings))
    try:
        keys = [SourceKey(source.kind.name, source.region) for source in assembly.sources]
        readings = await collect_once(assembly.sources, keys, clock_of(settings), limit_s=limit_s)
    finally:
        await assembly.close()
    for key in keys:
        reading = readings.get(key)
        if reading is None or reading.error is not None or reading.items is None:
            fine = False
            _say(Outcome.FAIL, str(key), str(reading.error) if reading and reading.error else "no answer")
        else:
            outcome, told = _told(reading.items)
            fine &= outcome is Outcome.PASS
            _say(outcome, str(key), told)
    for key, reason in assembly.not_configured.items():
        _say(Outcome.NOT_APPLICABLE, str(key), reason)
    return _look_at_rights(settings, readings, assembly.not_configured) and fine


def _told(items: object) -> tuple[Outcome, str]:
    """A pool that answers may say only why nothing is known of it."""
    from workshop_tui.model.coder import ProvisionerPool  # noqa: PLC0415  # with the sources

    if not isinstance(items, tuple):
        return Outcome.PASS, "answers"
    pools = [one for one in items if isinstance(one, ProvisionerPool)]
    why = next((words for one in pools if (words := one.hidden or one.unproven)), "")
    known = len(items) - sum(bool(one.hidden or one.unproven) for one in pools)
    if why:
        return Outcome.UNKNOWN, f"{known} of {len(items)} items are known: {why}"
    return Outcome.PASS, f"{len(items)} items"


def _look_at_rights(
    settings: Settings, readings: Mapping[SourceKey, Reading], not_configured: Mapping[SourceKey, str]
) -> bool:
    """What the check of rights says: a list that answers may still leave out what our token may not read or watch."""
    from workshop_tui.checks.rights_suffice import CHECK  # noqa: PLC0415
    from workshop_tui.observing.checker import Checker  # noqa: PLC0415

    (result,) = Checker((CHECK,), settings, clock_of(settings), not_configured).judge(readings, None)
    bad = [one for one in result.findings if one.outcome in (Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN)]
    for finding in bad:
        place = f"{finding.subject}/{finding.region}" if finding.region else finding.subject
        _say(finding.outcome, place, finding.message)
        for right, serves in finding.evidence:
            say(f"  {right}: {serves}")
    if not bad:
        _say(Outcome.PASS, CHECK.id, result.summary)
    return not any(one.outcome in (Outcome.FAIL, Outcome.UNKNOWN) for one in bad)


async def _look_at_store(settings: Settings, database: str | None) -> bool:
    path: Path = database_of(settings, database)
    try:
        store = await open_store(settings, database)
    except WorkshopError as error:
        _say(Outcome.FAIL, "store", str(error))
        return False
    try:
        wrong = await store.integrity()
        for change in await store.platform_changes.left():
            command = "doctor --clean" if change.is_smoke else "changes"
            _say(Outcome.WARN, change.target, f"left on the platform: workshop-tui {command}, or {change.undo}")
    finally:
        await store.close()
    _say(Outcome.FAIL if wrong else Outcome.PASS, "store", f"{path}: {wrong or 'whole'}")
    return wrong is None
