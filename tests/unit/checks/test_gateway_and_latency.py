from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workshop_tui.checks import (
    gateway_healthy,
    gateway_key_outlives_workshop,
    gateway_models_answer,
    latency_fine,
)
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.gateway import DATABASE_GONE, GatewayHealth, GatewayKey, GatewayModels, KeyState, ModelAnswer
from workshop_tui.model.kinds import GATEWAY_HEALTH, GATEWAY_KEY, GATEWAY_MODELS, ROUTES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def settings(**gateway: object) -> Settings:
    return Settings.model_validate(
        {
            "gateway": {"kind": "litellm", "url": "https://gateway.test", **gateway},
            "region": [{"name": "ohio", "role": "control-plane", "context": "us-east-2", "domain": "ohio.test"}],
        }
    )


def facts(kind_name: str, items: object, region: str | None = None) -> Facts:
    key = SourceKey(kind_name, region)
    return Facts(NOW, None, {key: Reading(key, items, NOW)})


@pytest.mark.parametrize(
    ("health", "outcome", "said"),
    [
        (GatewayHealth(True, "connected", 0.2), Outcome.PASS, "ready, answers in 200 ms"),
        (GatewayHealth(True, "Not connected", 0.2), Outcome.PASS, "ready, answers in 200 ms"),
        (GatewayHealth(True, "connected", 2.0), Outcome.WARN, "ready, but answers in 2.0 s, over 2 s"),
        (GatewayHealth(True, "connected", 2.5), Outcome.WARN, "ready, but answers in 2.5 s, over 2 s"),
        (GatewayHealth(True, "", 0.2, warning="the budget is spent"), Outcome.WARN, "ready, but the budget is spent"),
        (GatewayHealth(False, "disconnected", 0.2), Outcome.FAIL, DATABASE_GONE),
        (GatewayHealth(True, "disconnected", 0.2), Outcome.FAIL, DATABASE_GONE),
        (GatewayHealth(True, "unknown", 0.2), Outcome.FAIL, DATABASE_GONE),
        (GatewayHealth(False, "Not connected", 0.2), Outcome.FAIL, "it is not ready"),
        (GatewayHealth(False, "", 0.2), Outcome.FAIL, "it is not ready"),
        (GatewayHealth(False, "", 0.2, "the licence has no AI bridge"), Outcome.FAIL, "the licence has no AI bridge"),
    ],
)
def test_the_gateways_health_is_judged(health: GatewayHealth, outcome: Outcome, said: str) -> None:
    (found,) = gateway_healthy.judge(facts(GATEWAY_HEALTH.name, health), settings())
    assert (found.outcome, found.message) == (outcome, said)
    if outcome.needs_eyes and not health.warning:
        assert found.remedy is not None
        assert found.remedy.command is not None
        assert "kubectl --context us-east-2 -n litellm rollout restart deploy/litellm" in found.remedy.command


@pytest.mark.parametrize("regions", [[], [{"name": "ohio", "role": "control-plane"}]])
def test_without_a_cluster_of_the_gateway_the_remedy_has_no_command(regions: list[dict[str, str]]) -> None:
    given = settings().model_copy(update={"region": Settings.model_validate({"region": regions}).region})
    (found,) = gateway_healthy.judge(facts(GATEWAY_HEALTH.name, GatewayHealth(False, "", 0.1)), given)
    assert (found.outcome, found.remedy) == (Outcome.FAIL, Remedy("Look at its pods and log, then restart it.", None))


def test_an_ai_bridge_that_is_off_says_how_it_is_turned_on() -> None:
    given = settings().model_copy(update={"gateway": settings().gateway.model_validate({"kind": "ai-bridge"})})
    health = GatewayHealth(False, "", 0.1, "the AI bridge is turned off on the server")
    (found,) = gateway_healthy.judge(facts(GATEWAY_HEALTH.name, health), given)
    assert found.remedy is not None
    assert "CODER_AIBRIDGE_ENABLED" in found.remedy.text


def models(found: GatewayModels, **gateway: object) -> list[Finding]:
    return list(gateway_models_answer.judge(facts(GATEWAY_MODELS.name, found), settings(**gateway)))


@pytest.mark.parametrize(
    ("found", "wanted", "outcomes"),
    [
        (GatewayModels(("sonnet", "haiku")), ["sonnet"], [Outcome.PASS]),
        (GatewayModels(("haiku",)), ["sonnet", "haiku"], [Outcome.FAIL, Outcome.PASS]),
        (GatewayModels(()), ["sonnet"], [Outcome.FAIL]),
        (GatewayModels(()), [], [Outcome.FAIL]),
        (GatewayModels(("haiku",)), [], [Outcome.NOT_APPLICABLE]),
        (GatewayModels(("sonnet",), (ModelAnswer("sonnet", "", 0.8),)), ["sonnet"], [Outcome.PASS]),
        (GatewayModels(("sonnet",), (ModelAnswer("sonnet", "answers 429 (x)", 1),)), ["sonnet"], [Outcome.FAIL]),
    ],
)
def test_models_that_the_workshop_needs_are_listed_and_answer(
    found: GatewayModels, wanted: list[str], outcomes: list[Outcome]
) -> None:
    assert [finding.outcome for finding in models(found, models=wanted)] == outcomes


def test_models_that_are_listed_are_of_no_use_with_a_key_that_has_spent_its_budget() -> None:
    key = GatewayKey(KeyState.VALID, max_budget_usd=0.25, spend_usd=26.075)
    both = {**facts(GATEWAY_MODELS.name, GatewayModels(("sonnet",))).readings, **facts(GATEWAY_KEY.name, key).readings}
    (found,) = gateway_models_answer.judge(Facts(NOW, None, both), settings(models=["sonnet"]))
    assert (found.outcome, found.message) == (
        Outcome.FAIL,
        "the key has spent its budget: 26.07 of 0.25 USD: it may use no model",
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (GatewayKey(KeyState.VALID, max_budget_usd=0.25, spend_usd=26.075), '"max_budget": 53'),
        (GatewayKey(KeyState.SPENT), '"max_budget": 1'),
        (GatewayKey(KeyState.SPENT, budget_of="team"), ""),
    ],
)
def test_a_key_that_has_spent_its_budget_fails_whenever_it_expires(key: GatewayKey, words: str) -> None:
    (found,) = gateway_key_outlives_workshop.judge(facts(GATEWAY_KEY.name, key), settings())
    assert found.outcome is Outcome.FAIL
    assert found.message == f"the key {key.refused}"
    assert found.remedy is not None
    assert "budget" in found.remedy.text
    assert words in (found.remedy.command or "")


def test_a_model_that_was_not_asked_says_so() -> None:
    (found,) = models(GatewayModels(("sonnet",)), models=["sonnet"])
    assert found.message == "listed, not asked"


def probe(stage: RouteStage, latency_s: float | None, role: RouteRole = RouteRole.DOMAIN) -> RouteProbe:
    return RouteProbe(role, "ohio.test", stage, "refused", latency_s=latency_s)


@pytest.mark.parametrize(
    ("probed", "outcomes"),
    [
        (probe(RouteStage.CODER, 0.12), [Outcome.PASS]),
        (probe(RouteStage.CODER, 0.5), [Outcome.WARN]),
        (probe(RouteStage.CODER, 0.51), [Outcome.WARN]),
        (probe(RouteStage.CONNECT, None), [Outcome.UNKNOWN]),
        (probe(RouteStage.CODER, 0.51, RouteRole.WILDCARD), []),
    ],
)
def test_a_slow_region_warns_and_one_that_is_not_reached_is_unknown(
    probed: RouteProbe, outcomes: list[Outcome]
) -> None:
    found = list(latency_fine.judge(facts(ROUTES.name, (probed,), "ohio"), settings()))
    assert [finding.outcome for finding in found] == outcomes
