"""The commands that renew a key: complete, and without a secret."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks import gateway_key_outlives_workshop
from workshop_tui.checks.shared.gateway_key_remedy import make_key, renew_key
from workshop_tui.model.facts import Facts
from workshop_tui.model.gateway import GatewayKey, KeyState
from workshop_tui.model.kinds import GATEWAY_KEY
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORKSHOP = Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), 12, "UTC", NOW)


def settings(**gateway: object) -> Settings:
    return Settings.model_validate({"gateway": {"kind": "litellm", "url": "https://gateway.test/", **gateway}})


@pytest.mark.parametrize(
    ("key", "admin", "shown", "shown_admin"),
    [
        (None, None, "$LITELLM_API_KEY", "$LITELLM_MASTER_KEY"),
        ({"env": "KEY"}, {"env": "ADMIN"}, "$KEY", "$ADMIN"),
        ({"file": "/s/a key"}, {"file": "/s/admin"}, "$(cat '/s/a key')", "$(cat /s/admin)"),
        (
            {"command": ["vault", "read", "a b"]},
            {"command": ["pass", "gateway"]},
            "$LITELLM_API_KEY",
            "$LITELLM_MASTER_KEY",
        ),
        ({"env": "s3cret"}, {"file": "s3cret"}, "$LITELLM_API_KEY", "$LITELLM_MASTER_KEY"),
    ],
)
def test_a_command_names_where_the_secrets_are(key, admin, shown: str, shown_admin: str) -> None:
    given = {name: place for name, place in (("key", key), ("admin_key", admin)) if place}
    command = renew_key(settings(**given), NOW, WORKSHOP).command
    assert command is not None
    assert f'-H "Authorization: Bearer {shown_admin}"' in command
    assert f"'\"{shown}\"'" in command
    assert "https://gateway.test/key/update" in command


@pytest.mark.parametrize(("days", "wanted"), [(-1, "8d"), (2, "11d"), (14, "23d")])
def test_the_key_lives_until_the_workshop_has_ended_and_the_days_beyond(days: int, wanted: str) -> None:
    workshop = Workshop(1, "December", NOW + timedelta(days=days), timedelta(minutes=75), 12, "UTC", NOW)
    words = shlex.split(renew_key(settings(key={"env": "KEY"}), NOW, workshop).command or "")
    assert json.loads(words[-1]) == {"key": "$KEY", "duration": wanted}


def test_a_new_key_has_an_alias_of_its_own() -> None:
    words = shlex.split(make_key(settings(), NOW, WORKSHOP).command or "")
    assert json.loads(words[-1]) == {"key_alias": "workshop-2026-12-03", "duration": "11d"}


@pytest.mark.parametrize(
    ("state", "path"),
    [(KeyState.EXPIRED, "/key/update"), (KeyState.NOT_FOUND, "/key/generate"), (KeyState.BLOCKED, "/key/generate")],
)
def test_a_key_that_is_gone_is_made_and_one_that_expired_renewed(state: KeyState, path: str) -> None:
    source = SourceKey(GATEWAY_KEY.name, None)
    facts = Facts(NOW, WORKSHOP, {source: Reading(source, GatewayKey(state, alias="workshop"), NOW)})
    (found,) = gateway_key_outlives_workshop.judge(facts, settings())
    assert found.remedy is not None
    assert path in (found.remedy.command or "")


def test_without_litellm_there_is_no_command() -> None:
    assert renew_key(Settings(), NOW, None).command is None
