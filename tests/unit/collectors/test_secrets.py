from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.api_server import cluster_of, page, pod, status
from fakes.loopback import Asked, Says
from workshop_tui.collectors.provider_credentials import ProviderCredentialsSource
from workshop_tui.collectors.pull_secrets import PullSecretsSource
from workshop_tui.collectors.secret_metadata import look_at_secret
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kubernetes_secret import PullSecret, SecretMetadata
from workshop_tui.settings.settings import Settings

CREATED, WRITTEN, ENDS = (datetime(2026, month, 1, 8, tzinfo=UTC) for month in (9, 10, 12))
SETTINGS = Settings.model_validate(
    {
        "region": [
            {
                "name": "ohio",
                "role": "control-plane",
                "context": "ohio",
                "namespaces": {"server": "coder", "workspaces": ["coder-ws", "coder"]},
            }
        ],
        "gateway": {
            "kind": "litellm",
            "url": "http://127.0.0.1:1",
            "expiry_annotation": "team/ends",
            "credential": [
                {"name": "Bedrock", "secret": "bedrock"},
                {"name": "Vertex", "secret": "vertex", "namespace": "vault"},
            ],
        },
    }
)
(OHIO,) = SETTINGS.region


def secret(ends: str | None = "2026-12-01T08:00:00Z", *written: str) -> Says:
    managers = [{"time": time, "fieldsV1": {"f:data": {}}} for time in written]
    annotations = {} if ends is None else {"team/ends": ends}
    metadata = {"creationTimestamp": "2026-09-01T08:00:00Z", "managedFields": managers, "annotations": annotations}
    return Says(200, json.dumps({"kind": "PartialObjectMetadata", "metadata": metadata}).encode())


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (
            secret("2026-12-01T08:00:00Z", "2026-09-01T08:00:00Z", "2026-10-01T08:00:00Z"),
            SecretMetadata("litellm", "x", CREATED, WRITTEN, ENDS),
        ),
        (secret("2026-12-01T09:00:00+01:00"), SecretMetadata("litellm", "x", CREATED, None, ENDS)),
        (
            secret("2026-12-01"),
            SecretMetadata("litellm", "x", CREATED, None, datetime(2026, 12, 1, tzinfo=UTC)),
        ),
        (secret("soon"), SecretMetadata("litellm", "x", CREATED, None, None, expiry_unreadable=True)),
        (secret(None), SecretMetadata("litellm", "x", CREATED)),
        (status(404), SecretMetadata("litellm", "x", missing=True)),
    ],
)
async def test_a_secret_tells_its_age_and_end_or_that_it_is_not_there(
    answer: Says, found: SecretMetadata, tmp_path: Path
) -> None:
    async with cluster_of(lambda _: answer, tmp_path) as (cluster, _):
        assert await look_at_secret(cluster, "litellm", "x", "team/ends") == found


async def test_a_right_that_is_missing_is_named_and_nothing_else_is_lost(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        return status(403, "no") if asked.path.endswith("bedrock") else secret()

    async with cluster_of(answer, tmp_path) as (cluster, asked):
        bedrock, vertex = await ProviderCredentialsSource(cluster, OHIO, SETTINGS.gateway).collect()
    assert {request.path for request in asked} == {
        "/api/v1/namespaces/litellm/secrets/bedrock",
        "/api/v1/namespaces/vault/secrets/vertex",
    }
    assert (bedrock.name, vertex.name) == ("Bedrock", "Vertex")
    assert bedrock.metadata.trouble.startswith("the right to get secrets/bedrock in litellm is missing")
    assert vertex.metadata == SecretMetadata("vault", "vertex", CREATED, None, ENDS)


async def test_a_cluster_that_does_not_answer_is_the_sources_error(tmp_path: Path) -> None:
    async with cluster_of(lambda _: status(500), tmp_path) as (cluster, _):
        with pytest.raises(SourceError) as caught:
            await ProviderCredentialsSource(cluster, OHIO, SETTINGS.gateway).collect()
    assert caught.value.kind is ErrorKind.UNREACHABLE


def pulling(namespace: str, app: str, *names: str) -> dict[str, object]:
    wire = pod(app, spec={"imagePullSecrets": [{"name": name} for name in names] or None})
    metadata = {"name": app, "namespace": namespace, "labels": {"app.kubernetes.io/name": app}}
    return {**wire, "metadata": metadata}


async def test_each_pull_secret_that_our_pods_name_is_looked_at_once_in_its_namespace(tmp_path: Path) -> None:
    pods = {
        "coder": (pulling("coder", "coder", "login"), pulling("coder", "other", "theirs"), pulling("coder", "coder")),
        "coder-ws": (pulling("coder-ws", "coder-workspace", "login", "gone"), pulling("coder-ws", "coder", "theirs")),
    }

    def answer(asked: Asked) -> Says:
        namespace = asked.path.split("/")[4]
        if asked.path.endswith("/pods"):
            return page(*pods[namespace])
        return status(404) if asked.path.endswith("/gone") else status(403) if namespace == "coder-ws" else secret(None)

    async with cluster_of(answer, tmp_path) as (cluster, asked):
        found = await PullSecretsSource(cluster, OHIO).collect()
    assert found.pod_count == 3
    named = {(one.metadata.namespace, one.metadata.name): one for one in found.secrets}
    assert named["coder", "login"] == PullSecret(SecretMetadata("coder", "login", CREATED), 1)
    assert named["coder-ws", "gone"].metadata.missing
    assert "get secrets/login in coder-ws" in named["coder-ws", "login"].metadata.trouble
    assert len(named) == 3
    assert sorted(request.path.split("/")[4] for request in asked if request.path.endswith("/pods")) == [
        "coder",
        "coder-ws",
    ]
