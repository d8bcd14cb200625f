"""`workshop-tui export`"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.opening import guide_of
from workshop_tui.cli.options import store_options
from workshop_tui.cli.say import say
from workshop_tui.cli.workshop_store import find_workshop, with_store, write_file
from workshop_tui.model.decision import Decision, Evidence
from workshop_tui.model.workshop import Workshop
from workshop_tui.printable import json_text
from workshop_tui.recording.series import recorded_series
from workshop_tui.report.decision_record import decision_record
from workshop_tui.report.export import export_workshop
from workshop_tui.report.retrospective import MEASURED, retrospective_facts, retrospective_markdown

if TYPE_CHECKING:
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store


@click.command("export")
@store_options
@click.argument("workshop")
@click.option("--format", "form", type=click.Choice(["json", "md"]), default="json", show_default=True)
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(file_okay=False), help="Where to write; default: standard output."
)
@click.pass_context
def command(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    workshop: str,
    form: str,
    output: str | None,
) -> None:
    """Write WORKSHOP (its number or title).

    json: items, results, incidents, alerts, retrospective and journal. md: the retrospective with its numbers filled
    in, and the Go/No-Go record with all its evidence.
    """

    async def read(store: Store, settings: Settings | None) -> tuple[int, str]:
        found = await find_workshop(store, workshop)
        write = _markdown if form == "md" else _json
        return found.id, await write(store, settings, found)

    workshop_id, text = with_store(context, config_path, database_path, read)
    if output is None or output == "-":
        say(text, nl=False)
        return
    path = Path(output) / f"workshop-{workshop_id}.{form}"
    write_file(path, text.encode())
    say(f"Wrote {path}")


async def _json(store: Store, settings: Settings | None, workshop: Workshop) -> str:
    decisions = await store.decisions.all(workshop.id)
    document = export_workshop(
        workshop=workshop,
        guide=guide_of(settings),
        items=await store.items.load(workshop.id),
        results=await store.results.latest(workshop.id),
        incidents=await store.incidents.all(workshop.id),
        alerts=await store.alerts.all(workshop.id),
        retrospective=await store.retrospectives.load(workshop.id),
        decisions=decisions,
        evidence=await _evidence(store, decisions),
        journal=await store.journal.since(0, workshop.id),
    )
    return json_text(document) + "\n"


async def _markdown(store: Store, settings: Settings | None, workshop: Workshop) -> str:
    facts = retrospective_facts(
        workshop,
        await store.incidents.all(workshop.id),
        await store.decisions.all(workshop.id),
        await recorded_series(store, workshop, MEASURED),
        None if settings is None else settings.thresholds,
        await store.records(workshop.id),
    )
    guide, decisions = guide_of(settings), await store.decisions.all(workshop.id)
    retrospective = retrospective_markdown(workshop, guide, await store.retrospectives.load(workshop.id), facts)
    evidence = await _evidence(store, decisions)
    return retrospective + "\n" + decision_record(workshop, guide, decisions, evidence)


async def _evidence(store: Store, decisions: Sequence[Decision]) -> dict[int, Evidence]:
    """By decision id."""
    found = {decision.id: await store.decisions.evidence(decision.id) for decision in decisions}
    return {decision_id: evidence for decision_id, evidence in found.items() if evidence is not None}
