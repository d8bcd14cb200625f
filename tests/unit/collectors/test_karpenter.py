"""What Karpenter's pools say, as its API writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.api_server import cluster_of
from fakes.loopback import Asked, Says
from workshop_tui.collectors.karpenter import KarpenterSource
from workshop_tui.model.kubernetes import DisruptionBudget, NodePool
from workshop_tui.settings.region import Region

OHIO = Region.model_validate({"name": "ohio", "role": "control-plane"})


async def pool_of(spec: dict[str, object], directory: Path) -> NodePool:
    def answer(asked: Asked) -> Says:
        items = [{"metadata": {"name": "coder-workspace"}, "spec": spec, "status": {}}]
        body = {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": items if "pools" in asked.path else []}
        return Says(200, json.dumps(body).encode())

    async with cluster_of(answer, directory) as (cluster, _):
        (pool,) = (await KarpenterSource(cluster, OHIO).collect()).pools
    return pool


async def test_consolidation_and_its_budgets_are_read(tmp_path: Path) -> None:
    budgets = [
        {"nodes": "10%"},
        {"nodes": "0", "reasons": ["Underutilized"], "schedule": "0 9 * * mon-fri", "duration": "8h"},
        {"nodes": 2},
    ]
    disruption = {"consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "10m", "budgets": budgets}
    pool = await pool_of({"disruption": disruption, "template": {"spec": {"expireAfter": "720h"}}}, tmp_path)
    assert (pool.consolidation, pool.consolidate_after, pool.expire_after) == (
        "WhenEmptyOrUnderutilized",
        "10m",
        "720h",
    )
    assert pool.budgets == (
        DisruptionBudget("10%"),
        DisruptionBudget("0", ("Underutilized",), "0 9 * * mon-fri", "8h"),
        DisruptionBudget("2"),
    )


@pytest.mark.parametrize("spec", [{}, {"disruption": {}}, {"disruption": {"budgets": None, "unknown": 1}}])
async def test_a_pool_that_says_nothing_of_it_has_nothing(spec: dict[str, object], tmp_path: Path) -> None:
    pool = await pool_of(spec, tmp_path)
    assert (pool.consolidation, pool.budgets) == ("", ())
