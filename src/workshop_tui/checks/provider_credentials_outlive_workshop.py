"""The credentials of the gateway's providers outlive the workshop.

What: Looks at the Secrets that `gateway.credential` names, at their metadata alone: when their data was written, and
when they end by their annotation or the settings (the earliest counts). Fails under the limit of days left (7), says so
again under 3 and under 1, and fails when one ends before the workshop does or does not exist. Without an expiry, or
without the optional right to get those Secrets: unknown.

Why: The gateway's own key may be fine while its Bedrock or Vertex credential ends, and then every AI tool refuses.

Fix: Renew the credential at the provider, write it into the Secret with its new end, and restart the gateway.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.credential_ends import credential_ends
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PROVIDER_CREDENTIALS
from workshop_tui.model.kubernetes_secret import ProviderSecret, SecretMetadata
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.gateway import ProviderCredential
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    by_name = {credential.name: credential for credential in settings.gateway.credential}
    for secret in facts.get(PROVIDER_CREDENTIALS) or ():
        if (credential := by_name.get(secret.name)) is not None:
            yield _judge_one(secret, credential, facts, settings)


def _judge_one(secret: ProviderSecret, credential: ProviderCredential, facts: Facts, settings: Settings) -> Finding:
    metadata = secret.metadata
    if metadata.trouble:
        return Finding(secret.name, Outcome.UNKNOWN, metadata.trouble, None, _place(metadata))
    if metadata.missing:
        message = f"the Secret {metadata.name} does not exist in {metadata.namespace}"
        return Finding(secret.name, Outcome.FAIL, message, None, _place(metadata), _renew(metadata, settings))
    ends = credential_ends(metadata, credential)
    evidence = _evidence(metadata, ends, facts.now)
    annotation = settings.gateway.expiry_annotation
    if metadata.expiry_unreadable:
        message = f"its annotation {annotation} is neither a date nor a time"
        return Finding(secret.name, Outcome.UNKNOWN, message, None, evidence, _annotate(metadata, settings))
    if not ends:
        message = f"nothing tells when it ends: set expires_at or lifetime_days, or annotate it with {annotation}"
        return Finding(secret.name, Outcome.UNKNOWN, message, None, evidence, _annotate(metadata, settings))
    outcome, message = _validity(ends[0][0], facts, settings)
    remedy = _renew(metadata, settings) if outcome is Outcome.FAIL else None
    return Finding(secret.name, outcome, message, None, evidence, remedy)


def _validity(ends_at: datetime, facts: Facts, settings: Settings) -> tuple[Outcome, str]:
    left, workshop, limits = ends_at - facts.now, facts.workshop, settings.thresholds
    if left <= timedelta():
        return Outcome.FAIL, f"it expired {short(left)} ago"
    urgent = [days for days in sorted(limits.gateway_key_warn_days) if left < timedelta(days=days)]
    hurry = f" (under {urgent[0]:g} d)" if urgent else ""
    if workshop is not None and facts.now < workshop.ends_at and ends_at <= workshop.ends_at:
        when = "during the workshop" if ends_at >= workshop.starts_at else "before the workshop"
        return Outcome.FAIL, f"it ends {when}, in {short(left)}{hurry}"
    if left < timedelta(days=limits.gateway_key_days):
        return Outcome.FAIL, f"{short(left)} left{hurry}, {limits.gateway_key_days:g} d are needed"
    return Outcome.PASS, f"{short(left)} left"


def _place(metadata: SecretMetadata) -> tuple[tuple[str, str], ...]:
    return (("Secret", f"{metadata.namespace}/{metadata.name}"),)


def _evidence(metadata: SecretMetadata, ends: list[tuple[datetime, str]], now: datetime) -> tuple[tuple[str, str], ...]:
    rows = [*_place(metadata)]
    written_at = metadata.written_at or metadata.created_at
    if written_at is not None:
        word = "written" if metadata.written_at is not None else "created"
        rows.append((word, f"{_time(written_at)}, {short(now - written_at)} ago"))
    rows += [("ends", f"{_time(end)}, {by}") for end, by in ends]
    return tuple(rows)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _renew(metadata: SecretMetadata, settings: Settings) -> Remedy:
    text = "Renew the credential at the provider, write it into the Secret with its new end, and restart the gateway."
    region = settings.gateway_region
    if region is None:
        return Remedy(text)
    command = f"kubectl --context {region.context} -n {metadata.namespace} get secret {metadata.name}"
    restart = f"kubectl --context {region.context} -n {region.namespaces.gateway} rollout restart deploy/litellm"
    return Remedy(text, f"{command}\n{restart}")


def _annotate(metadata: SecretMetadata, settings: Settings) -> Remedy:
    text = "Write its end beside it: an annotation, or the settings."
    region = settings.gateway_region
    if region is None:
        return Remedy(text)
    kubectl = f"kubectl --context {region.context} -n {metadata.namespace}"
    annotation = f"{settings.gateway.expiry_annotation}=YYYY-MM-DD"
    return Remedy(text, f"{kubectl} annotate --overwrite secret {metadata.name} {annotation}")


CHECK = Check(
    id="provider-credentials-outlive-workshop",
    title="The providers' credentials outlive the workshop",
    needs=(PROVIDER_CREDENTIALS,),
    judge=judge,
)
