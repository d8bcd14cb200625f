from __future__ import annotations

import pytest

from fakes.loopback import Says, loopback
from workshop_tui.collectors.assembly import Assembly, assemble
from workshop_tui.model import kinds
from workshop_tui.model.source import SourceKey, SourceKind
from workshop_tui.settings.settings import Settings

KINDS = [kind for kind in vars(kinds).values() if isinstance(kind, SourceKind)]
BARE_REGION = {"name": "oregon", "role": "proxy"}
NO_CLUSTER_SOURCES = {
    "name": "dublin",
    "role": "proxy",
    "context": "dublin",
    "namespaces": {"workspaces": [], "karpenter": ""},
}


def full(url: str) -> dict[str, object]:
    secret = {"env": "NEVER_SET"}
    host = url.partition("://")[2]
    return {
        "region": [
            {
                "name": "ohio",
                "role": "control-plane",
                "context": "ohio",
                "domain": "ai.example.test",
                "wildcard": "*.ai.example.test",
            },
            BARE_REGION,
            NO_CLUSTER_SOURCES,
        ],
        "coder": {"url": url, "token": secret},
        "sign_in": {"test_account": "guest", "organization": "coder"},
        "gateway": {
            "kind": "litellm",
            "url": url,
            "key": secret,
            "credential": [{"name": "Bedrock", "secret": "bedrock"}],
        },
        "images": {
            "source": {"reference": f"{host}/a/b:1"},
            "mirror": {"reference": f"{host}/c/d:1"},
            "workspaces": [{"reference": f"{host}/e/f:1"}],
        },
        "network": {"public_nameserver": "127.0.0.1:9"},
        "prometheus": {"url": url, "bearer": secret},
        "alertmanager": {"url": url},
        "kubernetes": {"kubeconfig": "/nowhere/kubeconfig"},
    }


async def assembled(**settings: object) -> Assembly:
    found = assemble(Settings.model_validate(settings))
    await found.close()
    return found


def key_of(source: object) -> SourceKey:
    return SourceKey(source.kind.name, source.region)


async def assert_each_kind_is_there_or_told(**settings: object) -> Assembly:
    found = await assembled(**settings)
    names = [region["name"] for region in settings.get("region", ())]
    expected = {SourceKey(kind.name, name) for kind in KINDS for name in (names if kind.per_region else [None])}
    there = [key_of(source) for source in found.sources]
    assert sorted(map(str, [*there, *found.not_configured])) == sorted(map(str, expected))
    assert all(reason and "\n" not in reason for reason in found.not_configured.values())
    return found


async def test_each_kind_of_source_is_there_or_says_why_not() -> None:
    assert (await assert_each_kind_is_there_or_told()).sources == ()
    everything = await assert_each_kind_is_there_or_told(**full("http://127.0.0.1:9"))
    assert {str(key) for key in everything.not_configured if key.region is None} == {"measure-queries"}
    assert {str(key) for key in everything.not_configured if key.region == "ohio"} == set()


@pytest.mark.parametrize("storage", ["kubelet", "prometheus", "none"])
async def test_node_storage_comes_from_where_the_settings_say(storage: str) -> None:
    found = await assert_each_kind_is_there_or_told(
        region=[{"name": "ohio", "role": "proxy", "context": "ohio"}], kubernetes={"node_storage": storage}
    )
    assert (SourceKey("node-storage", "ohio") in found.not_configured) == (storage == "none")


@pytest.mark.parametrize("coder", [{}, {"url": "http://127.0.0.1:9"}])
async def test_the_ai_bridge_is_asked_where_there_is_a_coder(coder: dict[str, str]) -> None:
    found = await assert_each_kind_is_there_or_told(gateway={"kind": "ai-bridge"}, coder=coder)
    assert (SourceKey("gateway-health") in found.not_configured) == (not coder)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"gateway": {}}, {"gateway-pods", "provider-credentials"}),
        ({"gateway": {"kind": "ai-bridge"}}, {"gateway-pods", "provider-credentials"}),
        ({"gateway": {"kind": "litellm", "url": "http://127.0.0.1:9"}}, {"provider-credentials"}),
        ({"region": [BARE_REGION]}, {"gateway-pods", "provider-credentials"}),
        ({"region": [{"name": "a", "role": "proxy", "context": "a"}]}, {"gateway-pods", "provider-credentials"}),
        ({"kubernetes": {"pull_secrets": False}}, {"pull-secrets/ohio", "pull-secrets/dublin", "pull-secrets/oregon"}),
    ],
)
async def test_what_lies_in_no_cluster_is_told(change: dict[str, object], told: set[str]) -> None:
    found = await assert_each_kind_is_there_or_told(**{**full("http://127.0.0.1:9"), **change})
    assert told <= {str(key) for key in found.not_configured}
    of_gateway = {"gateway-pods", "provider-credentials"}
    assert of_gateway & {str(key) for key in found.not_configured} == of_gateway & told


async def test_the_start_asks_nothing_and_reads_no_secret() -> None:
    async with loopback(lambda _: Says()) as server:
        found = assemble(Settings.model_validate(full(f"http://{server.host}")))
        assert len(found.sources) > 10
        await found.close()
    assert server.asked == []


@pytest.mark.parametrize("url", ["http://[", "coder.example.test", "https://a b"])
async def test_a_spoiled_coder_address_in_the_environment_does_not_end_the_start(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_URL", url)
    found = await assert_each_kind_is_there_or_told()
    assert SourceKey("workspaces") in {key_of(source) for source in found.sources}


async def test_each_source_gives_up_before_its_reading_is_too_old() -> None:
    found = await assembled(**full("http://127.0.0.1:9"))
    for source in found.sources:
        assert source.timeout_s < source.kind.stale_after_s, source
