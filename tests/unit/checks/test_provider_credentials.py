from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks.provider_credentials_outlive_workshop import judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import PROVIDER_CREDENTIALS
from workshop_tui.model.kubernetes_secret import ProviderSecret, SecretMetadata
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def settings(*, context: str | None = "us-east-2", **credential: object) -> Settings:
    region = {"name": "ohio", "role": "control-plane", "context": context}
    named = {"name": "Bedrock", "secret": "bedrock", **credential}
    gateway = {"kind": "litellm", "url": "http://127.0.0.1:1", "credential": [named]}
    return Settings.model_validate({"region": [region], "gateway": gateway})


def secret(**said: object) -> SecretMetadata:
    return SecretMetadata("litellm", "bedrock", **{"created_at": NOW - 80 * DAY, **said})


def judged(metadata: SecretMetadata, *, starts_in: timedelta | None = 2 * DAY, **credential: object) -> Finding:
    workshop = None if starts_in is None else Workshop(1, "D", NOW + starts_in, timedelta(minutes=75), 10, "UTC", NOW)
    key = SourceKey(PROVIDER_CREDENTIALS.name)
    reading = Reading(key, (ProviderSecret("Bedrock", metadata),), NOW)
    (found,) = judge(Facts(NOW, workshop, {key: reading}), settings(**credential))
    return found


@pytest.mark.parametrize(
    ("left", "outcome", "said"),
    [
        (30 * DAY, Outcome.PASS, "30 d left"),
        (7 * DAY, Outcome.PASS, "7 d left"),
        (7 * DAY - timedelta(seconds=1), Outcome.FAIL, "7 d left, 7 d are needed"),
        (4 * DAY, Outcome.FAIL, "4 d left, 7 d are needed"),
        (2.5 * DAY, Outcome.FAIL, "2 d left (under 3 d), 7 d are needed"),
        (2 * DAY + timedelta(minutes=20), Outcome.FAIL, "it ends during the workshop, in 2 d (under 3 d)"),
        (timedelta(hours=20), Outcome.FAIL, "it ends before the workshop, in 20 h (under 1 d)"),
        (timedelta(), Outcome.FAIL, "it expired 0 s ago"),
        (-3 * DAY, Outcome.FAIL, "it expired 3 d ago"),
    ],
)
def test_a_credential_fails_under_seven_days_and_says_so_again_at_three_and_one(
    left: timedelta, outcome: Outcome, said: str
) -> None:
    found = judged(secret(expires_at=NOW + left))
    assert (found.subject, found.outcome, found.message) == ("Bedrock", outcome, said)
    assert (found.remedy is None) == (outcome is Outcome.PASS)


def test_a_credential_that_ends_before_a_workshop_far_away_fails() -> None:
    assert judged(secret(expires_at=NOW + 20 * DAY), starts_in=30 * DAY).outcome is Outcome.FAIL
    assert judged(secret(expires_at=NOW + 20 * DAY), starts_in=None).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("metadata", "credential", "ends"),
    [
        (secret(), {"lifetime_days": 90}, "2026-12-11 12:00 UTC, 90 d after it was written"),
        (secret(written_at=NOW - 10 * DAY), {"lifetime_days": 90}, "2027-02-19 12:00 UTC, 90 d after it was written"),
        (secret(), {"expires_at": "2026-12-20T00:00:00Z"}, "2026-12-20 00:00 UTC, by the settings"),
        (
            secret(expires_at=NOW + 15 * DAY),
            {"expires_at": "2026-12-20T00:00:00Z", "lifetime_days": 900},
            "2026-12-16 12:00 UTC, by its annotation",
        ),
    ],
)
def test_the_earliest_end_that_is_told_counts(
    metadata: SecretMetadata, credential: dict[str, object], ends: str
) -> None:
    found = judged(metadata, **credential)
    assert found.outcome is Outcome.PASS
    assert next(value for name, value in found.evidence if name == "ends") == ends


def test_an_old_secret_with_a_lifetime_that_is_over_fails() -> None:
    found = judged(secret(), lifetime_days=80)
    assert (found.outcome, found.message) == (Outcome.FAIL, "it expired 0 s ago")
    assert found.remedy is not None
    assert found.remedy.command is not None
    assert found.remedy.command.splitlines()[0] == "kubectl --context us-east-2 -n litellm get secret bedrock"


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        (secret(), "nothing tells when it ends"),
        (secret(expiry_unreadable=True), "its annotation workshop-tui/expires is neither a date nor a time"),
        (
            SecretMetadata("litellm", "bedrock", trouble="the right to get secrets/bedrock in litellm is missing"),
            "the right to get secrets/bedrock",
        ),
        (SecretMetadata("litellm", "bedrock"), "nothing tells when it ends"),
    ],
)
def test_what_cannot_be_known_is_unknown_with_its_reason(metadata: SecretMetadata, said: str) -> None:
    found = judged(metadata)
    assert found.outcome is Outcome.UNKNOWN
    assert said in found.message


def test_a_lifetime_without_a_beginning_tells_nothing() -> None:
    assert judged(SecretMetadata("litellm", "bedrock"), lifetime_days=90).outcome is Outcome.UNKNOWN


def test_a_secret_that_does_not_exist_fails() -> None:
    found = judged(SecretMetadata("litellm", "bedrock", missing=True))
    assert (found.outcome, found.message) == (Outcome.FAIL, "the Secret bedrock does not exist in litellm")


@pytest.mark.parametrize(
    ("said", "command"),
    [
        (
            {"expires_at": NOW},
            "kubectl --context us-east-2 -n litellm get secret bedrock\n"
            "kubectl --context us-east-2 -n litellm rollout restart deploy/litellm",
        ),
        (
            {},
            "kubectl --context us-east-2 -n litellm annotate --overwrite secret bedrock "
            "workshop-tui/expires=YYYY-MM-DD",
        ),
    ],
)
def test_the_remedy_is_a_command_only_where_the_gateways_cluster_is_known(
    said: dict[str, object], command: str
) -> None:
    with_cluster, without = judged(secret(**said)).remedy, judged(secret(**said), context=None).remedy
    assert with_cluster is not None
    assert with_cluster.command == command
    assert without == replace(with_cluster, command=None)


def test_a_secret_that_the_settings_no_longer_name_is_not_judged() -> None:
    key = SourceKey(PROVIDER_CREDENTIALS.name)
    reading = Reading(key, (ProviderSecret("Vertex", secret()), ProviderSecret("Bedrock", secret())), NOW)
    assert [found.subject for found in judge(Facts(NOW, None, {key: reading}), settings())] == ["Bedrock"]
