"""Pods that change at an even rate, and nothing else."""

from __future__ import annotations

import math
from collections import deque

from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.objects import Pod
from workshop_rehearsal.world.timeline import Timeline
from workshop_rehearsal.world.workspaces import Workspace, Workspaces


class SteadyLoad:
    """Each change is one pod's: it stops being ready, or is ready again about a second later."""

    def __init__(self, seed: int, timeline: Timeline, changes_per_s: float, workspaces: Workspaces) -> None:
        self._random = seeded.stream(seed, "steady")
        self._timeline = timeline
        self._step_s = 1.0 / changes_per_s
        self._unready_about_a_second = math.ceil(changes_per_s / 2)
        self._workspaces = workspaces
        self._unready: deque[tuple[Workspace, Pod]] = deque()

    def change(self) -> None:
        """And again after a step, without end."""
        most = min(self._unready_about_a_second, max(1, len(self._workspaces.all) // 4))
        if len(self._unready) >= most:
            workspace, pod = self._unready.popleft()
            if not pod.deleted and pod.started_s is not None:
                pod.ready_s = self._timeline.now_s
                workspace.cluster.mark_pod(pod)
        elif (found := self._any()) is not None:
            workspace, pod = found
            pod.ready_s = None
            workspace.cluster.mark_pod(pod)
            self._unready.append(found)
        self._timeline.after(self._step_s, self.change)

    def _any(self) -> tuple[Workspace, Pod] | None:
        """One that is ready; None when a few tries find none."""
        candidates = self._workspaces.in_order()
        for _ in range(8):
            workspace = candidates[self._random.randrange(len(candidates))]
            pods = [] if workspace.workload is None else workspace.workload.pods
            if pods and pods[0].ready_s is not None:
                return workspace, pods[0]
        return None
