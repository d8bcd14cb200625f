"""A busy platform as numbers and details, the same every time, for recordings without a platform."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.recording import SeenValue
from workshop_tui.model.region_detail import NodeView, RegionDetail, WorkspaceView

REGIONS = ("ohio", "oregon", "london")
MEASURES = ("workspaces", "restarts", "node-storage", "image-pull-p95", "routes", "builds")
_NAMES = [
    "ana",
    "bo",
    "cleo",
    "dan",
    "eva",
    "finn",
    "gus",
    "hana",
    "ivo",
    "jo",
    "kim",
    "lea",
    "max",
    "nia",
    "oli",
    "pia",
]
_STATES = (("ready", Outcome.PASS), ("starting", Outcome.PASS), ("restarted", Outcome.WARN), ("failed", Outcome.FAIL))


class BusyPlatform:
    """Nodes and pods of three regions; each change is one of a workspace, and moves one number."""

    def __init__(self, nodes: int = 300, pods: int = 2000, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311  # the same platform every time
        self._nodes = {region: [self._node() for _ in range(nodes // 3)] for region in REGIONS}
        self._workspaces = {region: [self._workspace(region) for _ in range(pods // 3)] for region in REGIONS}

    def changes(self, since: datetime, lasts: timedelta, each_second: int) -> Iterator[SeenValue]:
        step = timedelta(seconds=1) / each_second
        for number in range(round(lasts / step)):
            seen_at = since + number * step
            region = self._random.choice(REGIONS)
            self._change_workspace(region, seen_at)
            measure_id = self._random.choice(MEASURES)
            share = self._random.random()
            count = self._random.randrange(600, 700)
            detail = f"of {len(self._workspaces[region])}" if share < 0.9 else f"{self._some_node(region).name} fullest"
            value = share if measure_id in ("node-storage", "routes", "restarts") else float(count)
            outcome = Outcome.PASS if share < 0.8 else Outcome.WARN
            taken_at = seen_at - timedelta(milliseconds=self._random.randrange(20, 900))
            yield SeenValue(MeasureValue(measure_id, region, value, outcome, taken_at, detail), seen_at)

    def details(self, now: datetime) -> tuple[RegionDetail, ...]:
        for region in REGIONS:
            self._nodes[region] = [self._filled(node, now) for node in self._nodes[region]]
        return tuple(
            RegionDetail(region, now, tuple(self._nodes[region]), tuple(self._workspaces[region])) for region in REGIONS
        )

    def _node(self) -> NodeView:
        address = "-".join(str(self._random.randrange(256)) for _ in range(3))
        return NodeView(
            name=f"ip-10-{address}.us-east-2.compute.internal",
            pool="coder-workspace",
            ready=True,
            disk_pressure=False,
            unschedulable=False,
            capacity_bytes=200 * 2**30,
            available_bytes=self._random.randrange(20 * 2**30, 190 * 2**30),
            measured_at=None,
            full_in=None,
            outcome=Outcome.PASS,
            workspace_count=7,
            cpu_requested_cores=14.5,
            cpu_cores=16.0,
            memory_requested_bytes=self._random.randrange(2**33, 2**35),
            memory_bytes=2.0**36,
        )

    def _workspace(self, region: str) -> WorkspaceView:
        owner = f"{self._random.choice(_NAMES)}{self._random.randrange(10_000)}"
        suffix = f"{self._random.randrange(16**9):09x}-{self._random.randrange(36**4):05x}"
        return WorkspaceView(
            owner=owner,
            name="goose",
            node=self._some_node(region).name,
            namespace="coder-ws",
            pod=f"coder-{owner}-goose-{suffix}",
            template="build-from-scratch-w-goose",
            state="ready",
            outcome=Outcome.PASS,
            since=None,
            storage_used_bytes=self._random.randrange(2**30, 20 * 2**30),
        )

    def _some_node(self, region: str) -> NodeView:
        return self._random.choice(self._nodes[region])

    def _change_workspace(self, region: str, now: datetime) -> None:
        workspaces = self._workspaces[region]
        index = self._random.randrange(len(workspaces))
        state, outcome = self._random.choice(_STATES)
        used = self._random.randrange(2**30, 20 * 2**30)
        workspaces[index] = replace(workspaces[index], state=state, outcome=outcome, since=now, storage_used_bytes=used)

    def _filled(self, node: NodeView, now: datetime) -> NodeView:
        available = self._random.randrange(20 * 2**30, 190 * 2**30)
        full_in = timedelta(seconds=self._random.randrange(60, 7200)) if available < 60 * 2**30 else None
        return replace(node, available_bytes=available, measured_at=now, full_in=full_in)
