from __future__ import annotations

from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.outcome import Outcome


def result(check_id: str = "images", minute: int = 0, outcome: Outcome = Outcome.FAIL) -> CheckResult:
    findings = (
        Finding(
            subject="coder-proxy",
            outcome=outcome,
            message="runs another image",
            region="emea",
            evidence=(("runs", "sha256:1"), ("expected", "sha256:2")),
            remedy=Remedy("Restart the rollout.", "kubectl rollout restart deployment/coder-proxy"),
        ),
        Finding("coder", Outcome.PASS, "as expected"),
    )
    at = NOON + timedelta(minutes=minute)
    return CheckResult(check_id, "Images agree", outcome, findings, at, 0.25, "runs another image")


async def test_results_come_back_as_they_were(store, open_store, workshop):
    await store.results.save(workshop.id, [result(), result("routes", outcome=Outcome.UNKNOWN)])
    found = await (await open_store()).results.latest(workshop.id)
    assert found == {"images": result(), "routes": result("routes", outcome=Outcome.UNKNOWN)}


async def test_the_latest_is_the_last_saved_of_each_check(store, workshop):
    await store.results.save(workshop.id, [result(minute=0), result(minute=1), result("routes")])
    await store.results.save(workshop.id, [result(minute=2, outcome=Outcome.PASS)])
    latest = await store.results.latest(workshop.id)
    assert latest == {"images": result(minute=2, outcome=Outcome.PASS), "routes": result("routes")}


async def test_the_history_is_newest_first_and_limited(store, workshop):
    await store.results.save(workshop.id, [result(minute=minute) for minute in range(5)])
    history = await store.results.history(workshop.id, "images", limit=2)
    assert history == (result(minute=4), result(minute=3))
    assert await store.results.history(workshop.id, "routes") == ()


async def test_another_workshops_results_are_not_mixed_in(store, workshop):
    other = await store.workshops.create("January", NOON, timedelta(hours=1), 5, "UTC", "Ann")
    await store.results.save(workshop.id, [result()])
    assert await store.results.latest(other.id) == {}
    assert await store.results.history(other.id, "images") == ()


async def test_nothing_to_save_is_fine(store, workshop):
    await store.results.save(workshop.id, [])
    assert await store.results.latest(workshop.id) == {}
