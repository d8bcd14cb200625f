"""The image pulls of a region's workspaces."""

from __future__ import annotations

from workshop_tui.measures.shared.window import recent
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import POD_EVENTS
from workshop_tui.settings.region import Region


def pull_seconds(facts: Facts, region: Region) -> list[float]:
    """Of the last half hour."""
    events = facts.get(POD_EVENTS, region.name)
    return [
        pull.seconds
        for pull in (events.pulls if events else ())
        if recent(pull.finished_at, facts.now) and pull.pod_namespace in region.namespaces.workspaces
    ]
