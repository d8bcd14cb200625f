"""Runs checks on the newest readings, and says `unknown` where one is missing, failed or too old."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.clock import Clock
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.outcome import Outcome, worst
from workshop_tui.model.record import Records
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.usable import why_unusable
from workshop_tui.redaction import mask
from workshop_tui.settings.settings import Settings

_log = logging.getLogger(__name__)


def keys_of(kind: SourceKind[Any], settings: Settings) -> tuple[SourceKey, ...]:
    """One for each region, or the one of the whole platform."""
    if not kind.per_region:
        return (SourceKey(kind.name),)
    return tuple(SourceKey(kind.name, region.name) for region in settings.region)


class Checker:
    """`not_configured`: sources that the settings do not name, with the reason in plain words."""

    def __init__(
        self, checks: Sequence[Check], settings: Settings, clock: Clock, not_configured: Mapping[SourceKey, str]
    ) -> None:
        self._checks = {check.id: check for check in checks}
        self._settings = settings
        self._clock = clock
        self._not_configured = not_configured

    def affected(self, changed: Collection[SourceKey]) -> frozenset[str]:
        """Ids of the checks that need one of these sources."""
        kinds = {key.kind for key in changed}
        return frozenset(
            check.id
            for check in self._checks.values()
            if any(kind.name in kinds for kind in (*check.needs, *check.helps))
        )

    def facts(
        self,
        kinds: Sequence[SourceKind[Any]],
        readings: Mapping[SourceKey, Reading],
        workshop: Workshop | None,
        records: Records | None = None,
    ) -> Facts:
        """What a check of these kinds would see now: the usable readings alone."""
        now = self._clock.now()
        every = [(kind, key) for kind in kinds for key in keys_of(kind, self._settings)]
        usable = {
            key: readings[key]
            for kind, key in every
            if key in readings and why_unusable(readings[key], kind, self._clock, now) is None
        }
        return Facts(now, workshop, usable, records)

    def judge(
        self,
        readings: Mapping[SourceKey, Reading],
        workshop: Workshop | None,
        check_ids: Collection[str] | None = None,
        records: Records | None = None,
    ) -> tuple[CheckResult, ...]:
        """In the order of `check_ids`; all checks when it is None."""
        wanted = self._checks if check_ids is None else check_ids
        return tuple(
            self._judge_one(self._checks[check_id], readings, workshop, records)
            for check_id in wanted
            if check_id in self._checks
        )

    def _judge_one(
        self,
        check: Check,
        readings: Mapping[SourceKey, Reading],
        workshop: Workshop | None,
        records: Records | None,
    ) -> CheckResult:
        now = self._clock.now()
        if check.recorded:
            found = self._of_records(check, Facts(now, workshop, {}, records))
        else:
            found = self._of_readings(check, readings, workshop, now, records)
        findings = [_without_secrets(finding) for finding in found]
        outcome = worst(finding.outcome for finding in findings)
        used = [readings[key].took_s for key in self._keys(check) if key in readings]
        return CheckResult(
            check_id=check.id,
            title=check.title,
            outcome=outcome,
            findings=tuple(findings),
            judged_at=now,
            duration_s=max(used, default=0.0),
            summary=_summary(findings, outcome),
        )

    def _keys(self, check: Check) -> list[SourceKey]:
        return [key for kind in (*check.needs, *check.helps) for key in keys_of(kind, self._settings)]

    def _of_records(self, check: Check, facts: Facts) -> Iterator[Finding]:
        if facts.records is None:
            yield Finding("workshop", Outcome.NOT_APPLICABLE, "no workshop is chosen")
            return
        yield from self._guarded(check, facts)

    def _of_readings(
        self,
        check: Check,
        readings: Mapping[SourceKey, Reading],
        workshop: Workshop | None,
        now: datetime,
        records: Records | None,
    ) -> Iterator[Finding]:
        keys = [key for kind in check.needs or check.helps for key in keys_of(kind, self._settings)]
        configured = [key for key in keys if key not in self._not_configured]
        if not configured:
            reasons = list(dict.fromkeys(self._not_configured.get(key, "no region is configured") for key in keys))
            yield Finding("settings", Outcome.NOT_APPLICABLE, reasons[0] if reasons else "no region is configured")
            return
        usable: dict[SourceKey, Reading] = {}
        whole_platform_missing = False
        for kind in (*check.needs, *check.helps):
            for key in keys_of(kind, self._settings):
                if key in self._not_configured:
                    yield Finding(kind.title, Outcome.NOT_APPLICABLE, self._not_configured[key], key.region)
                    whole_platform_missing |= not kind.per_region and kind in check.needs
                    continue
                reading = readings.get(key)
                why = why_unusable(reading, kind, self._clock, now)
                if why is None and reading is not None:
                    usable[key] = reading
                    continue
                yield Finding(kind.title, Outcome.UNKNOWN, f"{kind.title} cannot be read: {why}", key.region)
                whole_platform_missing |= not kind.per_region and kind in check.needs
        if whole_platform_missing or not usable:
            return
        yield from self._guarded(check, Facts(now, workshop, usable, records))

    def _guarded(self, check: Check, facts: Facts) -> Iterator[Finding]:
        try:
            yield from check.judge(facts, self._settings)
        except Exception as error:  # noqa: BLE001  # a crash in one check breaks that check alone
            _log.error("check %s crashed", check.id, exc_info=error)
            yield Finding(check.id, Outcome.UNKNOWN, f"the check crashed ({type(error).__name__}), please report")


def _summary(findings: Sequence[Finding], outcome: Outcome) -> str:
    decisive = [finding for finding in findings if finding.outcome is outcome]
    if not decisive:
        return "nothing was found"
    if outcome is Outcome.PASS and len(decisive) > 1:
        return f"{len(decisive)} fine"
    first = decisive[0]
    regions = list(dict.fromkeys(finding.region for finding in decisive if finding.region))
    elsewhere = sum(finding.region is None for finding in decisive) - (first.region is None)
    more = f" (+{elsewhere})" if elsewhere else ""
    return f"{', '.join(regions)}: {first.message}{more}" if regions else f"{first.message}{more}"


def _without_secrets(finding: Finding) -> Finding:
    return Finding(
        subject=mask(finding.subject),
        outcome=finding.outcome,
        message=mask(finding.message),
        region=finding.region,
        evidence=tuple((name, mask(value)) for name, value in finding.evidence),
        remedy=_remedy_without_secrets(finding.remedy),
    )


def _remedy_without_secrets(remedy: Remedy | None) -> Remedy | None:
    if remedy is None:
        return None
    return Remedy(mask(remedy.text), None if remedy.command is None else mask(remedy.command))
