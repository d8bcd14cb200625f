"""The models that the workshop needs can be used with its key.

What: Compares the models that the key may use with those that the settings name. Where `gateway.ask_models` is set,
each of them is asked for one token, and a refusal fails, as a key that is refused or
has spent its budget does. Without it the providers behind the gateway stay unproven.

Why: A model that was renamed, or a provider's credential that has expired, shows only when the first person asks.

Fix: Let the key use the model, or renew the provider's credential and restart the gateway.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import GATEWAY_KEY, GATEWAY_MODELS
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings

_RENEW = Remedy("Renew the credential of the provider behind this model and restart the gateway.")


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    models = facts.get(GATEWAY_MODELS)
    if models is None:
        return
    key = facts.get(GATEWAY_KEY)
    if key is not None and key.refused:
        yield Finding("gateway key", Outcome.FAIL, f"the key {key.refused}: it may use no model")
        return
    listed = ", ".join(models.listed) or "none"
    answers = {answer.model: answer for answer in models.answers}
    if not models.listed:
        yield Finding("models", Outcome.FAIL, "the key may use no model at all", None, (), Remedy("Give it models."))
        return
    for name in settings.gateway.models:
        answer = answers.get(name)
        if name not in models.listed:
            remedy = Remedy(f'Let the key use "{name}", or correct gateway.models in the settings.')
            yield Finding(name, Outcome.FAIL, "the key may not use it", None, (("listed", listed),), remedy)
        elif answer is None:
            yield Finding(name, Outcome.PASS, "listed, not asked")
        elif answer.error:
            yield Finding(name, Outcome.FAIL, answer.error, None, (), _RENEW)
        else:
            yield Finding(name, Outcome.PASS, f"answers in {answer.latency_s:.1f} s")
    if not settings.gateway.models:
        count = len(models.listed)
        message = f"{count} {'models' if count > 1 else 'model'} listed; gateway.models names none that is needed"
        yield Finding("models", Outcome.NOT_APPLICABLE, message, None, (("listed", listed),))


CHECK = Check(
    id="gateway-models-answer",
    title="The models that the workshop needs can be used",
    needs=(GATEWAY_MODELS,),
    helps=(GATEWAY_KEY,),
    judge=judge,
)
