"""`workshop-tui check`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.check_output import check_document, print_changes, print_results
from workshop_tui.cli.opening import clock_of, database_of, guide_of, needed_settings, open_store
from workshop_tui.cli.options import given, store_options, timeout_option
from workshop_tui.cli.say import say_json
from workshop_tui.cli.workshop_store import find_workshop, write_file
from workshop_tui.errors import UserError
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.outcome import Outcome, worst
from workshop_tui.report.changes import changes

if TYPE_CHECKING:
    from workshop_tui.checks.shared.check import Check
    from workshop_tui.model.guide import Guide
    from workshop_tui.model.smoke import SmokeRun
    from workshop_tui.settings.settings import Settings


@click.command("check")
@store_options
@click.argument("wanted", nargs=-1, metavar="[CHECK|ITEM]...")
@click.option("--region", "region", metavar="NAME", help="Only what is found in this region.")
@click.option("--phase", "phase", metavar="PHASE", help="Only the checks that this phase's items need.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option(
    "--junit", "junit_file", metavar="FILE", type=click.Path(dir_okay=False), help="Write JUnit XML, for pipelines."
)
@click.option(
    "--since",
    metavar="last|WORKSHOP",
    help="Say what changed since the control room's last results, or since those of another workshop.",
)
@click.option(
    "--smoke", is_flag=True, help="First start one workspace in each region of [[smoke.target]] and remove it; asks."
)
@timeout_option
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    wanted: tuple[str, ...],
    region: str | None,
    phase: str | None,
    junit_file: str | None,
    since: str | None,
    limit_s: float,
    *,
    as_json: bool,
    smoke: bool,
    sure: bool,
) -> int:
    """Run the checks without the control room.

    Exit codes: 0 nothing failed, 1 a check failed, 2 wrong use or settings, 3 something is unknown.
    """
    config, database = given(context, config_path, database_path)
    settings = needed_settings(config)
    if region is not None and region not in {known.name for known in settings.region}:
        names = ", ".join(known.name for known in settings.region) or "none"
        raise UserError(f'--region "{region}" is not configured; the settings name: {names}')
    from workshop_tui.checks.shared.discover import all_checks  # noqa: PLC0415
    from workshop_tui.cli.run_checks import run_checks  # noqa: PLC0415  # loads the clients

    checks = select_checks(all_checks(), guide_of(settings), wanted, phase)
    runs: tuple[SmokeRun, ...] = ()
    if smoke:
        from workshop_tui.cli.smoke import ask_for_smoke, run_smoke  # noqa: PLC0415

        ask_for_smoke(settings, sure=sure)
        runs = event_loop.run(run_smoke(settings, database))
    results = event_loop.run(run_checks(settings, checks, clock_of(settings), database, runs, limit_s=limit_s))
    if region is not None:
        results = [of_region(result, region) for result in results]
    changed = None
    if since is not None:
        changed = changes(event_loop.run(_kept(settings, database, since)), results)
    if junit_file is not None:
        from workshop_tui.report.junit import junit_xml  # noqa: PLC0415  # most runs need no XML

        write_file(Path(junit_file), junit_xml(results))
    overall = worst((result.outcome for result in results), empty=Outcome.UNKNOWN)
    if as_json:
        say_json(check_document(overall, results, changed))
    else:
        print_results(results)
        if changed is not None and since is not None:
            print_changes(changed, "the last results" if since == "last" else since)
    return exit_code(results)


async def _kept(settings: Settings, database: str | None, since: str) -> dict[str, CheckResult]:
    """What the control room kept of the current workshop, or of the one that `since` names. Raises `UserError`."""
    if not database_of(settings, database).is_file():
        raise UserError(f"--since {since}: there is no database at {database_of(settings, database)} to compare with")
    store = await open_store(settings, database)
    try:
        if since != "last":
            return await store.results.latest((await find_workshop(store, since)).id)
        workshop = await store.workshops.current(clock_of(settings).now())
        return await store.results.latest(workshop.id) if workshop else {}
    finally:
        await store.close()


def select_checks(
    checks: tuple[Check, ...], guide: Guide, wanted: tuple[str, ...], phase: str | None
) -> tuple[Check, ...]:
    """In the guide's order; a name is a check's or an item's id."""
    ids = {check.id for check in checks}
    chosen = set(ids)
    if wanted:
        chosen = set()
        for name in wanted:
            items = [item for item in guide.items if item.id == name]
            if name not in ids and not items:
                raise UserError(f'"{name}" is neither a check nor an item: see `workshop-tui guide`')
            sensed = {check_id for item in items for check_id in item.sensed_by}
            if items and not sensed & ids:
                raise UserError(f'item "{name}" is decided by a person: no check senses it')
            chosen |= {name} | sensed
    if phase is not None:
        phases = {known.id for known in guide.phases} | {known.label for known in guide.phases}
        if phase not in phases:
            raise UserError(f'--phase "{phase}": expected one of {", ".join(known.id for known in guide.phases)}')
        labels = {known.id for known in guide.phases if phase in (known.id, known.label)}
        chosen &= {check_id for item in guide.items if item.phase in labels for check_id in item.sensed_by}
    order = [check_id for item in guide.items for check_id in item.sensed_by]
    return tuple(
        sorted(
            (check for check in checks if check.id in chosen),
            key=lambda check: order.index(check.id) if check.id in order else len(order),
        )
    )


def of_region(result: CheckResult, region: str) -> CheckResult:
    """The result judged only by what was found in one region and on the whole platform."""
    findings = tuple(finding for finding in result.findings if finding.region in (region, None))
    outcome = worst((finding.outcome for finding in findings), empty=Outcome.NOT_APPLICABLE)
    summary = next((finding.message for finding in findings if finding.outcome is outcome), result.summary)
    return CheckResult(result.check_id, result.title, outcome, findings, result.judged_at, result.duration_s, summary)


def exit_code(results: list[CheckResult]) -> int:
    outcomes = {result.outcome for result in results}
    if Outcome.FAIL in outcomes:
        return 1
    judged = outcomes - {Outcome.NOT_APPLICABLE}
    return 3 if Outcome.UNKNOWN in outcomes or not judged else 0
