"""`workshop-tui export`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.opening import guide_of
from workshop_tui.cli.options import store_options
from workshop_tui.cli.workshop_store import find_workshop, with_store
from workshop_tui.errors import UserError
from workshop_tui.report.export import export_workshop

if TYPE_CHECKING:
    from workshop_tui.settings import Settings
    from workshop_tui.store.store import Store


@click.command("export")
@store_options
@click.argument("workshop")
@click.option("--format", "form", type=click.Choice(["json"]), default="json", show_default=True)
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
    """Write WORKSHOP (its number or title) with items, results, incidents, retrospective and journal."""

    async def read(store: Store, settings: Settings | None) -> tuple[int, dict[str, object]]:
        found = await find_workshop(store, workshop)
        document = export_workshop(
            workshop=found,
            guide=guide_of(settings),
            items=await store.items.load(found.id),
            results=await store.results.latest(found.id),
            incidents=await store.incidents.all(found.id),
            retrospective=await store.retrospectives.load(found.id),
            decisions=await store.decisions.all(found.id),
            journal=await store.journal.since(0, found.id),
        )
        return found.id, document

    workshop_id, document = with_store(context, config_path, database_path, read)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if output is None:
        click.echo(text)
        return
    path = Path(output) / f"workshop-{workshop_id}.{form}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
    click.echo(f"Wrote {path}")
