from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workshop_tui.checks.pull_secrets_present import judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import PULL_SECRETS
from workshop_tui.model.kubernetes_secret import PullSecret, PullSecrets, SecretMetadata
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate(
    {"region": [{"name": "ohio", "role": "control-plane", "context": "us-east-2"}]},
)


def judged(*secrets: SecretMetadata) -> list[Finding]:
    key = SourceKey(PULL_SECRETS.name, "ohio")
    found = PullSecrets(tuple(PullSecret(metadata, 3) for metadata in secrets), 7)
    return list(judge(Facts(NOW, None, {key: Reading(key, found, NOW)}), SETTINGS))


@pytest.mark.parametrize(
    ("metadata", "outcome", "said"),
    [
        (SecretMetadata("coder-ws", "login", NOW), Outcome.PASS, "it exists"),
        (SecretMetadata("coder-ws", "login", missing=True), Outcome.FAIL, "it does not exist, 3 pods name it"),
        (
            SecretMetadata("coder-ws", "login", trouble="the right to get secrets/login in coder-ws is missing"),
            Outcome.UNKNOWN,
            "the right to get secrets/login in coder-ws is missing, or set kubernetes.pull_secrets = false",
        ),
    ],
)
def test_a_pull_secret_is_there_missing_or_unknown(metadata: SecretMetadata, outcome: Outcome, said: str) -> None:
    (found,) = judged(metadata)
    assert (found.subject, found.region, found.outcome, found.message) == ("coder-ws/login", "ohio", outcome, said)


def test_what_is_missing_comes_with_the_command_that_makes_it() -> None:
    (found,) = judged(SecretMetadata("coder-ws", "login", missing=True))
    assert found.remedy is not None
    assert found.remedy.command is not None
    assert found.remedy.command.startswith(
        "kubectl --context us-east-2 -n coder-ws create secret docker-registry login "
    )


def test_pods_that_name_none_need_none() -> None:
    (found,) = judged()
    assert (found.outcome, found.message) == (Outcome.NOT_APPLICABLE, "none of 7 pods names a pull secret")
