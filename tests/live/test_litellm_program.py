"""LiteLLM's own proxy without a database, with a model that answers by itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fakes.program import find_made, running
from workshop_tui.checks import gateway_healthy, gateway_key_outlives_workshop, gateway_models_answer
from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.clients.network import Network
from workshop_tui.collectors.gateway_health import GatewayHealthSource
from workshop_tui.collectors.gateway_key import GatewayKeySource
from workshop_tui.collectors.gateway_models import GatewayModelsSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.facts import Facts
from workshop_tui.model.gateway import KeyState
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, Source, SourceKey
from workshop_tui.settings.settings import Settings

PROGRAM = Path(__file__).parents[2] / ".venv-litellm/bin/litellm"
MASTER_KEY = "sk-Workshop-3fJ9vQ2xL8mZ7tR5"
pytestmark = pytest.mark.xdist_group("litellm")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = find_made(PROGRAM, "scripts/set-up-litellm")
    directory = tmp_path_factory.mktemp("litellm")
    models = [
        {"model_name": name, "litellm_params": {"model": "openai/x", "api_key": "none", **answer}}
        for name, answer in (
            ("claude-sonnet", {"mock_response": "ok"}),
            ("unreachable", {"api_base": "http://127.0.0.1:9", "max_retries": 0}),
        )
    ]
    configuration = directory / "config.yaml"
    configuration.write_text(json.dumps({"model_list": models, "general_settings": {"master_key": MASTER_KEY}}))

    def command(port: int) -> list[str]:
        return [program, "--config", str(configuration), "--host", "127.0.0.1", "--port", str(port)]

    with running(command, directory, {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}) as port:
        yield f"http://127.0.0.1:{port}"


def settings_of(url: str, monkeypatch: pytest.MonkeyPatch, key: str = MASTER_KEY) -> Settings:
    monkeypatch.setenv("KEY_OF_THE_TEST", key)
    gateway = {"kind": "litellm", "url": url, "key": {"env": "KEY_OF_THE_TEST"}, "models": ["claude-sonnet"]}
    return Settings.model_validate({"gateway": gateway})


@pytest.fixture
async def client(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiteLLMClient]:
    settings = settings_of(url, monkeypatch)
    client = LiteLLMClient(settings, Network(settings))
    yield client
    await client.close()


def facts(source: Source, items: object) -> Facts:
    key = SourceKey(source.kind.name)
    now = Clock().now()
    return Facts(now, None, {key: Reading(key, items, now)})


async def test_its_readiness_is_read_and_a_missing_database_is_no_fault(client: LiteLLMClient) -> None:
    source = GatewayHealthSource(client, 10)
    health = await source.collect()
    assert health.ready
    assert health.database == "Not connected"
    (found,) = gateway_healthy.judge(facts(source, health), Settings())
    assert found.outcome in (Outcome.PASS, Outcome.WARN)


async def test_without_a_database_the_key_cannot_be_known_and_is_never_green(client: LiteLLMClient) -> None:
    source = GatewayKeySource(client, 10)
    key = await source.collect()
    assert key.state is KeyState.NO_DATABASE
    (found,) = gateway_key_outlives_workshop.judge(facts(source, key), Settings())
    assert found.outcome is Outcome.UNKNOWN
    assert "no database" in found.message


async def test_a_wrong_key_is_refused_and_never_echoed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(url, monkeypatch, "sk-wrong-but-long-enough")
    client = LiteLLMClient(settings, Network(settings))
    try:
        assert (await GatewayKeySource(client, 10).collect()).state is KeyState.NO_DATABASE
        with pytest.raises(SourceError) as caught:
            await client.models()
    finally:
        await client.close()
    assert caught.value.kind in (ErrorKind.UNAUTHORIZED, ErrorKind.MALFORMED, ErrorKind.UNREACHABLE)
    assert "wrong-but" not in str(caught.value)


async def test_models_are_listed_and_a_provider_that_fails_is_told_by_one_token(
    client: LiteLLMClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = GatewayModelsSource(client, ("claude-sonnet", "unreachable"))
    models = await source.collect()
    assert set(models.listed) == {"claude-sonnet", "unreachable"}
    assert [bool(answer.error) for answer in models.answers] == [False, True]
    assert models.answers[1].error.startswith("answers 5")
    (found,) = gateway_models_answer.judge(facts(source, models), settings_of(url, monkeypatch))
    assert found.outcome is Outcome.PASS
