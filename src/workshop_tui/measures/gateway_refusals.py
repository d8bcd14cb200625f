"""What the gateway refuses the workshop's key."""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.measures.shared.answer import judged, unknown
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.gateway import GatewayKey, GatewayModels, KeyState
from workshop_tui.model.kinds import GATEWAY_KEY, GATEWAY_MODELS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """As old as the older of what the key and the models said."""
    key, models = facts.get(GATEWAY_KEY), facts.get(GATEWAY_MODELS)
    if key is None:
        return unknown(MEASURE, region, None, "nothing is known of the key")
    refused = [*_of_key(key), *_of_models(models, settings.gateway.models)]
    if models is None and not refused and (settings.gateway.models or key.state is KeyState.NO_DATABASE):
        return unknown(MEASURE, region, facts.taken_at(GATEWAY_KEY), "what the key may use is not known")
    times = [facts.taken_at(GATEWAY_KEY)]
    if models is not None and (models.answers or settings.gateway.models):
        times.append(facts.taken_at(GATEWAY_MODELS))
    taken_at = min((moment for moment in times if moment is not None), default=None)
    detail = refused[0] if refused else ""
    return judged(MEASURE, facts, settings, region, float(len(refused)), taken_at, detail)


def _of_key(key: GatewayKey) -> Iterator[str]:
    if key.refused:
        yield f"the key {key.refused}"


def _of_models(models: GatewayModels | None, wanted: tuple[str, ...]) -> Iterator[str]:
    """Its rate limits show in the answers, where the settings have the models asked."""
    if models is None:
        return
    answered = {answer.model for answer in models.answers}
    yield from (f"{answer.model} {answer.error}" for answer in models.answers if answer.error)
    yield from (f"{name} is not offered" for name in wanted if name not in models.listed and name not in answered)


MEASURE = Measure(
    id="gateway-refusals",
    title="Gateway refuses",
    unit=Unit.COUNT,
    why="The workshop's key is expired, blocked, gone or has spent its budget, or a model that the workshop needs is "
    "not offered or refuses (rate limits show here where gateway.ask_models is set).",
    needs=(GATEWAY_KEY,),
    helps=(GATEWAY_MODELS,),
    value=value,
    origin="the gateway",
    query="sum$by(increase(litellm_proxy_failed_requests_metric_total[5m]))",
    alert=AlertRule("gateway-refuses"),
    limit=lambda _: Limit(Step(fail=1), "guide: the key must be valid throughout"),
    whole_platform=True,
)
