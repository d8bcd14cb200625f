from __future__ import annotations

from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import SmokeGap, SmokeRun
from workshop_tui.store.store import Store

RUN = SmokeRun(
    "ohio",
    "wt-smoke-1",
    NOON,
    "ana",
    (("queued", 1.5), ("app", 2.0)),
    "command: it ended with 7",
    (
        SmokeGap("command", Outcome.FAIL, "command: it ended with 7"),
        SmokeGap("pods", Outcome.NOT_APPLICABLE, "ohio has no kube context"),
    ),
)


async def kept(store: Store) -> int:
    workshop = await store.workshops.create("December", NOON, timedelta(minutes=75), 12, "Europe/Berlin", "ana")
    return workshop.id


async def test_a_run_comes_back_as_it_was_kept(store: Store) -> None:
    workshop_id = await kept(store)
    await store.smoke_runs.add(workshop_id, RUN)
    assert await store.smoke_runs.latest(workshop_id) == (RUN,)


async def test_a_run_that_an_older_version_kept_is_read_too(store: Store) -> None:
    workshop_id = await kept(store)
    await store.smoke_runs.add(workshop_id, SmokeRun("ohio", "wt-smoke-1", NOON, "ana", (("queued", 1.5),)))
    (run,) = await store.smoke_runs.latest(workshop_id)
    assert (run.stages, run.gaps, run.untold) == ((("queued", 1.5),), (), ("app", "command", "removal", "pods"))
