"""Karpenter may empty a node that is used too little, and restart whoever works on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from workshop_tui.duration_text import read_duration
from workshop_tui.model.cron import parse_schedule
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Remedy
from workshop_tui.model.hazard import Hazard, opens_at
from workshop_tui.model.kinds import KARPENTER
from workshop_tui.model.kubernetes import DisruptionBudget, NodePool
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_MOVES_NOBODY = ("WhenEmpty", "")
"""Every other policy may move people, those of tomorrow too. Nothing is said of a pool that is not Karpenter's v1."""
_REASON = "Underutilized"
_MOST_TIMES = 2000


def of_consolidation(facts: Facts, settings: Settings, workshop: Workshop) -> Iterator[Hazard]:
    regions = {region.name: region for region in settings.region}
    for name, karpenter in facts.by_region(KARPENTER).items():
        region = regions[name]
        for pool in karpenter.pools:
            if not _takes_workspaces(pool, region) or pool.is_static or pool.consolidation in _MOVES_NOBODY:
                continue
            if pool.consolidate_after == "Never" or any(_forbids(budget, workshop) for budget in pool.budgets):
                continue
            patch = '{"spec":{"disruption":{"budgets":[{"nodes":"0"}]}}}'
            yield Hazard(
                f"{pool.name} consolidates",
                None,
                f"its disruption policy {pool.consolidation}",
                name,
                gentle=True,
                any_time="at any time: Karpenter may empty a node that is used too little, and its workspaces restart",
                remedy=Remedy(
                    "Forbid it for the workshop with a budget of no nodes, and put the old budgets back afterwards.",
                    f"kubectl --context {region.context} patch nodepool {pool.name} --type merge -p '{patch}'",
                ),
            )


def _takes_workspaces(pool: NodePool, region: Region) -> bool:
    return pool.name in region.workspace_pools if region.workspace_pools else "workspace" in pool.name.lower()


def _forbids(budget: DisruptionBudget, workshop: Workshop) -> bool:
    """Whether it holds from before people come in until the end."""
    if budget.nodes not in ("0", "0%") or (budget.reasons and _REASON not in budget.reasons):
        return False
    if not budget.schedule:
        return True
    lasts = read_duration(budget.duration)
    opens = opens_at(workshop)
    return lasts is not None and any(
        begins + lasts >= workshop.ends_at for begins in _times(budget.schedule, opens - lasts, opens)
    )


def _times(schedule: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """In UTC, as Karpenter reads it; none for what is no schedule."""
    try:
        yield from islice(parse_schedule(schedule).between(after, until), _MOST_TIMES)
    except ValueError:
        return
