"""The rule that would have seen two regions' wildcards fail on 30 September 2024."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks import routes_answer_in_every_region as check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import ROUTES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
OHIO = {"name": "ohio", "role": "control-plane", "context": "us-east-2", "domain": "o.test", "wildcard": "*.o.test"}
LONDON = {"name": "london", "role": "proxy", "domain": "l.test", "wildcard": "*.l.test"}


def probe(role: RouteRole = RouteRole.DOMAIN, stage: RouteStage = RouteStage.CODER, **changed: object) -> RouteProbe:
    host = "o.test" if role is RouteRole.DOMAIN else "probe-1.o.test"
    return RouteProbe(role, host, stage, str(changed.pop("detail", f"{host}: it answers")), **changed)  # type: ignore[arg-type]


def judged(region: dict[str, object] = OHIO, **by_region: tuple[RouteProbe, ...]) -> list[Finding]:
    readings = {}
    for name, probes in by_region.items():
        key = SourceKey(ROUTES.name, name)
        readings[key] = Reading(key, probes, NOW)
    return list(check.judge(Facts(NOW, None, readings), Settings.model_validate({"region": [region, LONDON]})))


def test_a_route_that_coder_answers_passes_with_how_long_it_took() -> None:
    (found,) = judged(ohio=(probe(latency_s=0.0421),))
    assert (found.outcome, found.subject, found.region) == (Outcome.PASS, "o.test", "ohio")
    assert found.message == "o.test: it answers in 42 ms"
    assert ("latency", "42 ms") in found.evidence
    assert found.remedy is None


def test_a_route_without_a_measured_time_says_nothing_of_it() -> None:
    (found,) = judged(ohio=(probe(),))
    assert found.message == "o.test: it answers"
    assert dict(found.evidence).keys() == {"asked", "reached"}


@pytest.mark.parametrize(
    ("stage", "told", "command"),
    [
        (RouteStage.DNS, "DNS record of *.o.test", "dig +short probe-1.o.test"),
        (RouteStage.CONNECT, "load balancer and the service", "kubectl --context us-east-2 -n coder get service,pods"),
        (RouteStage.TLS, "Mend the certificate", "openssl s_client -connect probe-1.o.test:443"),
        (RouteStage.HTTP, "answered in Coder's place", "kubectl --context us-east-2 -n coder rollout restart"),
    ],
)
def test_what_to_do_depends_on_the_stage_that_failed(stage: RouteStage, told: str, command: str) -> None:
    (found,) = judged(ohio=(probe(RouteRole.WILDCARD, stage, detail="probe-1.o.test: answers 404", status=404),))
    assert (found.outcome, found.subject) == (Outcome.FAIL, "*.o.test")
    assert found.message == "wildcard answers 404"
    assert found.remedy is not None
    assert told in found.remedy.text
    assert (found.remedy.command or "").startswith(command)
    assert ("status", "404") in found.evidence


@pytest.mark.parametrize("stage", [RouteStage.CONNECT, RouteStage.HTTP])
def test_where_no_context_is_known_no_command_is_made_up(stage: RouteStage) -> None:
    (found,) = judged(london=(probe(stage=stage),))
    assert found.remedy is not None
    assert "load balancer and the Coder pods of london" in found.remedy.text
    assert found.remedy.command is None


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (timedelta(days=13, hours=23), Outcome.WARN),
        (timedelta(days=14), Outcome.PASS),
        (timedelta(days=90), Outcome.PASS),
    ],
)
def test_a_certificate_that_ends_soon_is_a_warning(left: timedelta, outcome: Outcome) -> None:
    (found,) = judged(ohio=(probe(certificate_expires_at=NOW + left),))
    assert found.outcome is outcome
    assert dict(found.evidence)["certificate"].startswith(f"until {NOW + left:%Y-%m-%d}")
    assert (found.remedy is not None) == (outcome is Outcome.WARN)


def test_a_route_that_fails_is_not_excused_by_a_good_certificate() -> None:
    (found,) = judged(ohio=(probe(stage=RouteStage.HTTP, certificate_expires_at=NOW + timedelta(days=90)),))
    assert found.outcome is Outcome.FAIL


def test_each_region_is_judged_by_its_own_probes_and_one_that_was_not_asked_says_nothing() -> None:
    found = judged(ohio=(probe(), probe(RouteRole.WILDCARD, RouteStage.HTTP)))
    assert [(one.region, one.outcome) for one in found] == [("ohio", Outcome.PASS), ("ohio", Outcome.FAIL)]


@pytest.mark.parametrize(("missing", "role"), [("domain", "domain"), ("wildcard", "wildcard")])
def test_what_a_region_does_not_have_does_not_apply(missing: str, role: str) -> None:
    region = {name: value for name, value in OHIO.items() if name != missing}
    found = judged(region, ohio=())
    assert [(one.outcome, one.message) for one in found] == [(Outcome.NOT_APPLICABLE, f"no {role} is configured")]
