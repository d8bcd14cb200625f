"""`workshop-tui guide`"""

from __future__ import annotations

import os
from pathlib import Path

import click

from workshop_tui.cli.opening import guide_of
from workshop_tui.cli.options import given, store_options
from workshop_tui.cli.say import say, say_json
from workshop_tui.guide.due import due_text
from workshop_tui.model.guide import Guide
from workshop_tui.settings.file import load_settings
from workshop_tui.settings.thresholds import Thresholds


@click.command("guide")
@store_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--checks", "of_checks", is_flag=True, help="What each check looks at, as Markdown.")
@click.pass_context
def command(
    context: click.Context, config_path: str | None, database_path: str | None, *, as_json: bool, of_checks: bool
) -> None:
    """Print the checklist with phases, due offsets and what senses each item."""
    config, _ = given(context, config_path, database_path)
    settings = load_settings(Path(config) if config else None, os.environ)
    guide = guide_of(settings)
    if of_checks:
        from workshop_tui.checks.shared.discover import all_checks  # noqa: PLC0415
        from workshop_tui.cli.check_reference import check_reference  # noqa: PLC0415

        say(check_reference(all_checks(), guide, settings.thresholds if settings else Thresholds()), nl=False)
        return
    if as_json:
        say_json(guide_document(guide))
        return
    for phase in guide.phases:
        items = [item for item in guide.items if item.phase == phase.id]
        if not items:
            continue
        say(f"\n{phase.title}")
        for item in items:
            sensed = f"  ◉ {', '.join(item.sensed_by)}" if item.sensed_by else ""
            say(f"  {due_text(item.due):>6}  {item.title}  [{item.id}]{sensed}")


def guide_document(guide: Guide) -> dict[str, object]:
    """Format 1; changes only with a line in the changelog."""
    return {
        "format": 1,
        "title": guide.title,
        "origin": guide.origin,
        "items": [
            {
                "id": item.id,
                "phase": item.phase,
                "section": item.section,
                "due": due_text(item.due),
                "title": item.title,
                "sensed_by": list(item.sensed_by),
            }
            for item in guide.items
        ],
        "cues": [
            {"id": cue.id, "title": cue.title, "minutes": cue.minutes, "longest_minutes": cue.longest_minutes}
            for cue in guide.cues
        ],
        "key_metrics": list(guide.key_metrics),
        "success_metrics": [
            {"id": m.id, "section": m.section, "title": m.title, "target": m.target} for m in guide.metrics
        ],
    }
