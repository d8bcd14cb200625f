from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime

import pytest

from fakes.alertmanager import FakeAlertmanager, fake_alertmanager
from workshop_tui.actions.trial_alert import Arrival, HarmlessAlert, effect_of, harmless_alert, send_test_alert
from workshop_tui.clients.alertmanager import AlertmanagerClient
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError, StoreError
from workshop_tui.settings.settings import Settings


@pytest.fixture
def server() -> Iterator[FakeAlertmanager]:
    with fake_alertmanager() as state:
        yield state


@pytest.fixture
async def client(server: FakeAlertmanager) -> AsyncIterator[AlertmanagerClient]:
    settings = Settings.model_validate({"alertmanager": {"url": server.url}})
    client = AlertmanagerClient(settings, Network(settings))
    yield client
    await client.close()


@pytest.fixture
def alert() -> HarmlessAlert:
    return harmless_alert(datetime.now(UTC), "ana")


class Notes:
    """Each kind, with how many alerts had been posted by then."""

    def __init__(self, server: FakeAlertmanager) -> None:
        self._server = server
        self.kinds: list[tuple[str, int]] = []
        self.facts: dict[str, Mapping[str, object]] = {}

    async def __call__(self, kind: str, facts: Mapping[str, object]) -> None:
        self.kinds.append((kind, len(self._server.posted)))
        self.facts[kind] = facts


async def at_once(_: Arrival) -> None:
    """Holds nothing."""


async def test_it_is_noted_then_sent_then_found_then_ended(
    server: FakeAlertmanager, client: AlertmanagerClient, alert: HarmlessAlert
) -> None:
    notes = Notes(server)
    alive_while_held = []

    async def hold(arrival: Arrival) -> None:
        alive_while_held.extend(server.alive())
        assert arrival == Arrival(("team",))

    assert await send_test_alert(client, alert, notes, hold) == Arrival(("team",))
    assert notes.kinds == [("test-alert.sending", 0), ("test-alert.listed", 1), ("test-alert.ended", 2)]
    assert notes.facts["test-alert.listed"]["receivers"] == ["team"]
    (held,) = alive_while_held
    assert held["labels"] == {"alertname": "WorkshopTuiTest", "severity": "none", "run": alert.labels["run"]}
    lasts = datetime.fromisoformat(held["endsAt"]) - datetime.now(UTC)
    assert 290 < lasts.total_seconds() <= 300
    assert server.alive() == []


async def test_a_change_that_cannot_be_noted_is_not_done(
    server: FakeAlertmanager, client: AlertmanagerClient, alert: HarmlessAlert
) -> None:
    async def full_disk(kind: str, facts: Mapping[str, object]) -> None:
        raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        await send_test_alert(client, alert, full_disk, at_once)
    assert server.posted == []


async def test_it_is_ended_when_the_person_breaks_off(
    server: FakeAlertmanager, client: AlertmanagerClient, alert: HarmlessAlert
) -> None:
    held = asyncio.Event()

    async def hold(_: Arrival) -> None:
        held.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(send_test_alert(client, alert, Notes(server), hold))
    await held.wait()
    assert len(server.alive()) == 1
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert server.alive() == []


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"state": "active", "silencedBy": [], "inhibitedBy": []}, ""),
        ({"state": "suppressed", "silencedBy": ["3f2a"], "inhibitedBy": []}, "silenced by 3f2a"),
        ({"state": "suppressed", "inhibitedBy": ["a", "b"], "mutedBy": ["night"]}, "inhibited by a, b; muted by night"),
        ({"state": "suppressed"}, "it does not say why"),
    ],
)
async def test_an_alert_that_nobody_is_told_of_says_why(
    server: FakeAlertmanager, client: AlertmanagerClient, alert: HarmlessAlert, status: dict[str, object], told: str
) -> None:
    server.status = status
    assert (await send_test_alert(client, alert, Notes(server), at_once)).suppressed == told


async def test_an_alert_that_is_taken_but_not_listed_is_an_error_and_is_ended(
    server: FakeAlertmanager, client: AlertmanagerClient, alert: HarmlessAlert
) -> None:
    server.lists = False
    notes = Notes(server)
    with pytest.raises(SourceError, match="took the alert, but does not list it") as caught:
        await send_test_alert(client, alert, notes, at_once, listed_within_s=0.1)
    assert caught.value.kind is ErrorKind.NOT_FOUND
    assert notes.kinds[-1] == ("test-alert.ended", 2)
    assert server.alive() == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (400, b'"bad label\\nset"', ErrorKind.MALFORMED, "Alertmanager refuses the alert: bad label set"),
        (400, b'{"code": 601, "message": "labels is required"}', ErrorKind.MALFORMED, "labels is required"),
        (400, b"<html>", ErrorKind.MALFORMED, "no reason"),
        (403, b"", ErrorKind.FORBIDDEN, "the token lacks a right, to post alerts (AWS: aps:CreateAlertManagerAlerts)"),
        (401, b"", ErrorKind.UNAUTHORIZED, "renew the token"),
        (500, b"", ErrorKind.UNREACHABLE, "answers with 500"),
    ],
)
async def test_a_refused_alert_says_why_and_is_noted(
    server: FakeAlertmanager,
    client: AlertmanagerClient,
    alert: HarmlessAlert,
    status: int,
    body: bytes,
    kind: ErrorKind,
    told: str,
) -> None:
    server.post_status, server.post_body = status, body
    notes = Notes(server)
    with pytest.raises(SourceError) as caught:
        await send_test_alert(client, alert, notes, at_once)
    assert caught.value.kind is kind
    assert told in caught.value.message
    assert [name for name, _ in notes.kinds] == ["test-alert.sending", "test-alert.failed"]
    assert notes.facts["test-alert.failed"] == {"error": caught.value.message}


async def test_an_alert_that_cannot_be_ended_says_when_it_ends_by_itself(
    server: FakeAlertmanager, client: AlertmanagerClient, alert: HarmlessAlert
) -> None:
    async def then_it_breaks(_: Arrival) -> None:
        server.post_status = 500

    with pytest.raises(SourceError, match=f"ends by itself at {alert.ends_at:%H:%M:%S} UTC"):
        await send_test_alert(client, alert, Notes(server), then_it_breaks)


def test_the_person_sees_target_and_effect_before(alert: HarmlessAlert) -> None:
    target, effect, end = effect_of(alert, "https://alertmanager.test/")
    assert target == "Target: https://alertmanager.test/"
    assert f"alertname=WorkshopTuiTest, severity=none, run={alert.labels['run']}" in effect
    assert "after 5 minutes" in end


def test_two_alerts_are_never_taken_for_each_other(alert: HarmlessAlert) -> None:
    assert harmless_alert(alert.starts_at, "ana").labels != alert.labels
