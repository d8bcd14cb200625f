from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.alert import Alert, AlertKey
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.region_health import region_health
from workshop_tui.session.attention import look_here

NOW = datetime(2026, 12, 3, 13, 37, tzinfo=UTC)
PODS, ROUTES = SourceKey("pods", "ohio"), SourceKey("routes", "ohio")
EXPECTED = [(PODS, "pods", timedelta(seconds=60)), (ROUTES, "routes", timedelta(seconds=60))]


def workshop(starts_in: timedelta) -> Workshop:
    return Workshop(1, "December", NOW + starts_in, timedelta(minutes=75), 12, "UTC", NOW)


def reading(key: SourceKey, age_s: float, error: SourceError | None = None) -> Reading:
    return Reading(key, (), NOW - timedelta(seconds=age_s), error, NOW)


def test_a_region_whose_sources_are_fresh_is_seen() -> None:
    (ohio,) = region_health(["ohio"], {PODS: reading(PODS, 2), ROUTES: reading(ROUTES, 5)}, EXPECTED, NOW)
    assert ohio.failing == ()
    assert ohio.oldest_at == NOW - timedelta(seconds=5)


def test_a_failing_or_silent_source_is_named_with_its_reason() -> None:
    broken = reading(ROUTES, 5, SourceError(ErrorKind.TIMEOUT, "no answer in 5 s"))
    (ohio,) = region_health(["ohio"], {PODS: reading(PODS, 90), ROUTES: broken}, EXPECTED, NOW)
    assert ohio.failing == ("pods", "routes")
    assert ohio.blind
    (partly,) = region_health(["ohio"], {PODS: reading(PODS, 2), ROUTES: broken}, EXPECTED, NOW)
    assert partly.reason == "no answer in 5 s"
    assert not partly.blind


def test_a_region_is_as_old_as_what_it_is_judged_by_and_not_as_what_is_seldom_asked() -> None:
    rights = SourceKey("rights", "ohio")
    expected = [*EXPECTED, (rights, "rights", timedelta(minutes=15))]
    lost = SourceError(ErrorKind.UNREACHABLE, "refuses connections")
    readings = {PODS: reading(PODS, 15, lost), ROUTES: reading(ROUTES, 5), rights: reading(rights, 240, lost)}
    (ohio,) = region_health(["ohio"], readings, expected, NOW, {"pods", "routes"})
    assert ohio.failing == ("pods", "rights")
    assert ohio.oldest_at == NOW - timedelta(seconds=15)


def test_a_region_that_never_answered_has_no_age() -> None:
    (ohio,) = region_health(["ohio"], {}, EXPECTED, NOW)
    assert ohio.oldest_at is None
    assert ohio.blind


def test_a_region_without_sources_is_not_blind() -> None:
    (london,) = region_health(["london"], {}, EXPECTED, NOW)
    assert london.total == 0
    assert not london.blind


def value(measure_id: str, outcome: Outcome) -> MeasureValue:
    return MeasureValue(measure_id, "ohio", 0.9, outcome, NOW, "ip-10-0-1-7")


TITLES = {"node-storage": "Storage", "routing-success": "Routes"}


def test_a_grave_incident_comes_before_every_number() -> None:
    incident = Incident(7, 1, 1, "london is down", Severity.P0, NOW, "ana")
    found = look_here(None, [incident], [value("node-storage", Outcome.FAIL)], TITLES, workshop(timedelta()), NOW)
    assert found is not None
    assert found.room == "incidents"
    assert found.key == "7"


def test_the_worst_number_is_named_with_its_region() -> None:
    values = [value("node-storage", Outcome.WARN), value("routing-success", Outcome.FAIL)]
    found = look_here(None, [], values, TITLES, workshop(timedelta(minutes=-5)), NOW)
    assert found is not None
    assert (found.subject, found.room, found.key) == ("ohio: Routes", "live", "routing-success@ohio")


def test_nothing_is_named_when_all_is_well() -> None:
    assert look_here(None, [], [value("node-storage", Outcome.PASS)], TITLES, workshop(timedelta()), NOW) is None


DURING = workshop(timedelta(minutes=-5))
ROUTES_ALERT = Alert(
    4,
    AlertKey("routing-success", "london"),
    Outcome.FAIL,
    "Routes",
    "71 % · wildcard fails: 404",
    ("ana", "bo", "cleo", "dan", "eve"),
    18,
    "routing-fails",
    NOW,
    NOW,
)


def test_the_worst_alert_that_nobody_has_seen_names_its_people() -> None:
    few = replace(ROUTES_ALERT, id=3, key=AlertKey("node-storage", "ohio"), people=("ana",))
    mild = replace(ROUTES_ALERT, id=2, outcome=Outcome.WARN, people=("ana",) * 9)
    values = [value("node-storage", Outcome.FAIL)]
    found = look_here(None, [], values, TITLES, DURING, NOW, [mild, few, ROUTES_ALERT])
    assert found is not None
    assert (found.outcome, found.subject) == (Outcome.FAIL, "london: Routes 71 %")
    assert found.message == "5 of 18 people: ana, bo, cleo, … · wildcard fails: 404"
    assert (found.room, found.key) == ("live", "routing-success@london")


def test_what_is_acknowledged_or_cleared_does_not_ask_for_eyes() -> None:
    seen = replace(ROUTES_ALERT, key=AlertKey("node-storage", "ohio"), acknowledged_at=NOW, acknowledged_by="ana")
    cleared = replace(ROUTES_ALERT, cleared_at=NOW)
    bad = [value("node-storage", Outcome.FAIL)]
    assert look_here(None, [], bad, TITLES, DURING, NOW, [seen, cleared]) is None
    found = look_here(None, [], [*bad, value("routing-success", Outcome.WARN)], TITLES, DURING, NOW, [seen, cleared])
    assert found is not None
    assert found.key == "routing-success@ohio"


def test_before_the_session_the_checklist_goes_before_alerts() -> None:
    assert look_here(None, [], [], TITLES, workshop(timedelta(minutes=10)), NOW, [ROUTES_ALERT]) is None
