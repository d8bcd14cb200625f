"""`workshop-tui check`"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.opening import clock_of, guide_of, needed_settings
from workshop_tui.cli.options import given, store_options
from workshop_tui.errors import UserError
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.outcome import Outcome, badness, worst
from workshop_tui.present.outcome import symbol

if TYPE_CHECKING:
    from workshop_tui.checks.check import Check
    from workshop_tui.model.guide import Guide

_COLOURS = {Outcome.PASS: "green", Outcome.WARN: "yellow", Outcome.FAIL: "red", Outcome.UNKNOWN: "yellow"}


@click.command("check")
@store_options
@click.argument("wanted", nargs=-1, metavar="[CHECK|ITEM]...")
@click.option("--region", "region", metavar="NAME", help="Only what is found in this region.")
@click.option("--phase", "phase", metavar="PHASE", help="Only the checks that this phase's items need.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    wanted: tuple[str, ...],
    region: str | None,
    phase: str | None,
    *,
    as_json: bool,
) -> int:
    """Run the checks without the control room.

    Exit codes: 0 nothing failed, 1 a check failed, 2 wrong use or settings, 3 something is unknown.
    """
    config, database = given(context, config_path, database_path)
    settings = needed_settings(config)
    if region is not None and region not in {known.name for known in settings.region}:
        names = ", ".join(known.name for known in settings.region) or "none"
        raise UserError(f'--region "{region}" is not configured; the settings name: {names}')
    from workshop_tui.checks.discover import all_checks  # noqa: PLC0415
    from workshop_tui.cli.run_checks import run_checks  # noqa: PLC0415  # loads the clients

    checks = select_checks(all_checks(), guide_of(settings), wanted, phase)
    results = asyncio.run(run_checks(settings, checks, clock_of(settings), database))
    if region is not None:
        results = [of_region(result, region) for result in results]
    overall = worst((result.outcome for result in results), empty=Outcome.UNKNOWN)
    if as_json:
        click.echo(json.dumps(check_document(overall, results), indent=2, ensure_ascii=False))
    else:
        print_results(results)
    return exit_code(results)


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


def check_document(overall: Outcome, results: list[CheckResult]) -> dict[str, object]:
    """Format 1; changes only with a line in the changelog."""
    return {
        "format": 1,
        "outcome": overall.value,
        "checks": [
            {
                "id": result.check_id,
                "title": result.title,
                "outcome": result.outcome.value,
                "duration_s": round(result.duration_s, 3),
                "findings": [
                    {
                        "subject": finding.subject,
                        "region": finding.region,
                        "outcome": finding.outcome.value,
                        "message": finding.message,
                        "evidence": dict(finding.evidence),
                        "remedy": None
                        if finding.remedy is None
                        else {"text": finding.remedy.text, "command": finding.remedy.command},
                    }
                    for finding in result.findings
                ],
            }
            for result in results
        ],
    }


def print_results(results: list[CheckResult]) -> None:
    for result in results:
        mark = click.style(f"{symbol(result.outcome)} {result.outcome.value:<14}", fg=_COLOURS.get(result.outcome))
        click.echo(f"{mark} {result.title}  ({result.duration_s:.1f} s)")
        for finding in sorted(result.findings, key=lambda finding: badness(finding.outcome)):
            sign = click.style(symbol(finding.outcome), fg=_COLOURS.get(finding.outcome))
            where = f"{finding.region}: " if finding.region else ""
            click.echo(f"    {sign} {where}{finding.subject} — {finding.message}")
            if finding.remedy and finding.outcome.needs_eyes:
                click.echo(f"      Fix: {finding.remedy.text}")
                if finding.remedy.command:
                    for line in finding.remedy.command.splitlines():
                        click.echo(f"        $ {line}")
    failed = [result for result in results if result.outcome is Outcome.FAIL]
    unknown = [result for result in results if result.outcome is Outcome.UNKNOWN]
    said = [f"{len(failed)} failed"] if failed else []
    said += [f"{len(unknown)} unknown"] if unknown else []
    if all(result.outcome is Outcome.NOT_APPLICABLE for result in results):
        said = ["none applies, so nothing was judged: see `workshop-tui config check`"]
    click.echo(f"\n{len(results)} checks: {', '.join(said) or 'nothing failed'}")
