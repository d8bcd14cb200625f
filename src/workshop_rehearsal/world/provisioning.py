"""Provisioner daemons and their queue: one job at a time each, first come first served per organization."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from workshop_rehearsal.scenario import Span
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.histogram import Histogram
from workshop_rehearsal.world.timeline import Timeline

LIGHT_JOB = 0.5
"""Stops and deletes take so much of a start's time."""
JOBS_KEPT = 1000
OFFLINE_KEPT_S = 7 * 86_400.0
"""Coder cleans up daemons that it has not seen for so long."""
JOB_BOUNDS_S = (1, 10, 30, 60, 60 * 5, 60 * 10, 60 * 30, 60 * 60)
WAIT_BOUNDS_S = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
"""Of coderd's histograms."""


@dataclass(slots=True, eq=False)
class Job:
    """Moments are seconds after the workshop's start, None when not reached."""

    id: str
    organization: str
    transition: str
    created_s: float
    build_id: str
    workspace_id: str
    workspace_name: str
    template_name: str
    initiator_id: str
    on_done: Callable[[], None]
    on_change: Callable[[], None]
    started_s: float | None = None
    completed_s: float | None = None
    daemon: Daemon | None = None
    ahead_at_entry: int = 0
    """How many jobs had entered this queue before it."""
    fits_no_daemon: bool = False
    """It wants tags that none has, and waits for ever."""

    @property
    def status(self) -> str:
        if self.completed_s is not None:
            return "succeeded"
        return "pending" if self.started_s is None else "running"


@dataclass(slots=True, eq=False)
class Daemon:
    id: str
    name: str
    organization: str
    created_s: float
    current: Job | None = None
    previous: Job | None = None
    leaving: bool = False
    """It ends with its current job."""
    left_s: float | None = None
    """None while it is connected."""
    durations: Histogram = field(default_factory=lambda: Histogram(JOB_BOUNDS_S))
    """Of its jobs, in seconds; none fails."""


@dataclass(slots=True)
class _Queue:
    waiting: deque[Job] = field(default_factory=deque)
    idle: deque[Daemon] = field(default_factory=deque)
    entered: int = 0
    left: int = 0


class Provisioning:
    def __init__(self, seed: int, timeline: Timeline, job_s: Span) -> None:
        self._seed = seed
        self._timeline = timeline
        self._job_s = job_s
        self._queues: dict[str, _Queue] = {}
        self.tags_differ = False
        """Jobs want tags now that no daemon has."""
        self.daemons: dict[str, list[Daemon]] = {}
        """By organization name."""
        self._by_name: dict[tuple[str, str], Daemon] = {}
        """Of those that are not about to leave; by organization and name."""
        self._gone: list[Daemon] = []
        self.waits: dict[str, Histogram] = {}
        """Seconds that jobs waited in the queue, by transition."""
        self.jobs: deque[Job] = deque(maxlen=JOBS_KEPT)
        """The newest last."""

    def add_daemon(self, organization: str, name: str) -> None:
        daemon = Daemon(seeded.identity(self._seed, "daemon", name), name, organization, self._timeline.now_s)
        self.daemons.setdefault(organization, []).append(daemon)
        self._by_name[organization, name] = daemon
        self._queue(organization).idle.append(daemon)
        self._assign(organization)

    def remove_daemon(self, organization: str, name: str) -> None:
        """It finishes the job that it has, as it does when its pod is asked to stop; nothing when it never came."""
        daemon = self._by_name.pop((organization, name), None)
        if daemon is None:
            return
        daemon.leaving = True
        if daemon.current is None:
            self._forget(daemon)

    def _forget(self, daemon: Daemon) -> None:
        self.daemons[daemon.organization].remove(daemon)
        daemon.left_s = self._timeline.now_s
        self._gone.append(daemon)
        idle = self._queue(daemon.organization).idle
        if daemon in idle:
            idle.remove(daemon)

    def offline(self, organization: str) -> list[Daemon]:
        """Those that left, until they are cleaned up."""
        kept_since_s = self._timeline.now_s - OFFLINE_KEPT_S
        self._gone = [daemon for daemon in self._gone if (daemon.left_s or 0.0) >= kept_since_s]
        return [daemon for daemon in self._gone if daemon.organization == organization]

    def submit(self, job: Job) -> None:
        self.jobs.append(job)
        job.fits_no_daemon = self.tags_differ
        if job.fits_no_daemon:
            return
        queue = self._queue(job.organization)
        job.ahead_at_entry = queue.entered
        queue.entered += 1
        queue.waiting.append(job)
        self._assign(job.organization)

    def waiting(self, organization: str) -> int:
        return len(self._queue(organization).waiting)

    def idle(self, organization: str) -> int:
        return len(self._queue(organization).idle)

    def queue_position(self, job: Job) -> int:
        """From 1; 0 when it does not wait, and when no daemon may ever take it."""
        if job.fits_no_daemon:
            return 0
        return job.ahead_at_entry - self._queue(job.organization).left + 1 if job.started_s is None else 0

    def _queue(self, organization: str) -> _Queue:
        return self._queues.setdefault(organization, _Queue())

    def _assign(self, organization: str) -> None:
        queue = self._queue(organization)
        while queue.waiting and queue.idle:
            job, daemon = queue.waiting.popleft(), queue.idle.popleft()
            queue.left += 1
            job.started_s = self._timeline.now_s
            waits = self.waits.setdefault(job.transition, Histogram(WAIT_BOUNDS_S))
            waits.observe(job.started_s - job.created_s)
            job.daemon = daemon
            daemon.current = job
            random = seeded.stream(self._seed, "job", job.id)
            duration_s = random.uniform(*self._job_s) * (1 if job.transition == "start" else LIGHT_JOB)
            self._timeline.after(duration_s, self._completion(job, daemon))
            job.on_change()

    def _completion(self, job: Job, daemon: Daemon) -> Callable[[], None]:
        def complete() -> None:
            job.completed_s = self._timeline.now_s
            daemon.durations.observe(job.completed_s - (job.started_s or job.completed_s))
            daemon.current, daemon.previous = None, job
            if daemon.leaving:
                self._forget(daemon)
            else:
                self._queue(job.organization).idle.append(daemon)
            job.on_change()
            job.on_done()
            self._assign(job.organization)

        return complete
