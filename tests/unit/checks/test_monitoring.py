from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.checks import alert_rules_ready, alertmanager_ready, monitoring_collects
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import ALERTMANAGER_HEALTH, PROMETHEUS_HEALTH
from workshop_tui.model.monitoring import (
    AlertmanagerHealth,
    AlertRule,
    Matcher,
    PrometheusHealth,
    SeriesAge,
    Silence,
    Target,
)
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.checker import Checker
from workshop_tui.settings.file import load_settings
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
PASS, WARN, FAIL, UNKNOWN = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.UNKNOWN
CHECKS = (monitoring_collects.CHECK, alert_rules_ready.CHECK, alertmanager_ready.CHECK)


def settings(*, alertmanager: dict[str, Any] | None = None, **prometheus: Any) -> Settings:
    return Settings.model_validate(
        {
            "prometheus": {"url": "https://prometheus.test/", **prometheus},
            "alertmanager": {"url": "https://alertmanager.test/", **(alertmanager or {})},
        }
    )


def facts(prometheus: PrometheusHealth | None = None, alertmanager: AlertmanagerHealth | None = None) -> Facts:
    given_items = {PROMETHEUS_HEALTH.name: prometheus, ALERTMANAGER_HEALTH.name: alertmanager}
    keys = {SourceKey(name): items for name, items in given_items.items() if items is not None}
    return Facts(NOW, None, {key: Reading(key, items, NOW) for key, items in keys.items()})


def targets(*healths: str, pool: str = "nodes") -> tuple[Target, ...]:
    return tuple(Target(pool, f"node-{n}:9100", health) for n, health in enumerate(healths))


def collected(health: PrometheusHealth, **prometheus: Any) -> list[Finding]:
    return list(monitoring_collects.judge(facts(health), settings(**prometheus)))


@pytest.mark.parametrize(
    ("found", "outcome", "message"),
    [
        (targets("up", "up"), PASS, "2 of 2 targets up"),
        (targets("up", "unknown"), PASS, "1 of 2 targets up"),
        (targets("up", "down"), WARN, "1 of 2 targets down: node-1:9100"),
        (targets("down", "down"), FAIL, "2 of 2 targets down: node-0:9100, node-1:9100"),
        (targets("down", "unknown"), FAIL, "1 of 2 targets down: node-0:9100"),
        (targets(*["down"] * 4, "up"), WARN, "4 of 5 targets down: node-0:9100, node-1:9100, node-2:9100 …"),
        (targets("unknown"), UNKNOWN, "none of 1 targets is scraped yet"),
        ((), FAIL, "Prometheus scrapes nothing"),
    ],
)
def test_targets_that_are_down_are_named(found: tuple[Target, ...], outcome: Outcome, message: str) -> None:
    (finding,) = collected(PrometheusHealth(found))
    assert (finding.outcome, finding.message) == (outcome, message)
    assert (finding.remedy is not None) is (outcome in (WARN, FAIL))


def test_a_down_target_shows_its_last_error_and_how_to_ask_again() -> None:
    down = Target("nodes", "node-1:9100", "down", "connection refused")
    (finding,) = collected(PrometheusHealth((down,)), bearer={"env": "TOKEN"}, tenant="a b")
    assert finding.evidence == (("node-1:9100", "connection refused"),)
    assert finding.remedy is not None
    assert finding.remedy.command == (
        "curl -sG -H \"Authorization: Bearer $TOKEN\" -H 'X-Scope-OrgID: a b' https://prometheus.test/api/v1/query "
        "--data-urlencode 'query=up{job=\"nodes\"} == 0'"
    )


def test_a_user_signs_in_by_name_and_types_the_password() -> None:
    password = {"env": "PASSWORD"}
    (finding,) = collected(PrometheusHealth(targets("down")), username="o'brien", password=password)
    assert finding.remedy is not None
    assert (finding.remedy.command or "").startswith("""curl -sG -u 'o'"'"'brien' https://prometheus.test/api/v1/""")


def test_of_many_down_targets_the_rest_is_counted() -> None:
    (finding,) = collected(PrometheusHealth(targets(*["down"] * 300)))
    assert len(finding.evidence) == 9
    assert finding.evidence[-1] == ("and more", "292")


@pytest.mark.parametrize(
    ("series", "outcome", "message"),
    [
        (SeriesAge("s", "up", 3, 12.0), PASS, "3 series, the newest sample 12 s old"),
        (SeriesAge("s", "up", 3, 120.0), PASS, "3 series, the newest sample 2 min old"),
        (SeriesAge("s", "up", 3, 180.0), FAIL, "the newest sample is 3 min old, over 120 s"),
        (SeriesAge("s", "up", 0, None), FAIL, "Prometheus has no such series"),
        (SeriesAge("s", "up", 3, None), UNKNOWN, "Prometheus does not tell how old the newest sample is"),
        (SeriesAge("s", "up", 0, None, "it is forbidden"), UNKNOWN, "it is forbidden"),
    ],
)
def test_each_wanted_series_is_there_and_fresh(series: SeriesAge, outcome: Outcome, message: str) -> None:
    _, finding = collected(PrometheusHealth(targets("up"), series=(series,)))
    assert (finding.outcome, finding.message) == (outcome, message)


def test_targets_that_may_not_be_read_are_unknown_and_the_series_are_judged() -> None:
    health = PrometheusHealth(targets_trouble="forbidden: lacks a right", series=(SeriesAge("s", "up", 1, 1.0),))
    assert [finding.outcome for finding in collected(health)] == [UNKNOWN, PASS]


def rule(name: str, health: str = "ok", state: str = "inactive") -> AlertRule:
    return AlertRule(name, "workshop", health, state, "no such function" if health == "err" else "")


WANTED = [{"danger": "storage", "names": ["*disk*", "NodeStorage*"]}]


@pytest.mark.parametrize(
    ("rules", "outcome", "message"),
    [
        ((rule("DiskFull"),), PASS, "DiskFull watches"),
        ((rule("nodestorageHigh", state="pending"),), PASS, "nodestorageHigh watches"),
        ((rule("DiskFull", state="firing"),), WARN, "DiskFull fires now"),
        ((rule("DiskFull", "err"),), FAIL, "DiskFull cannot be evaluated: no such function"),
        ((rule("DiskFull"), rule("DiskSlow", "err")), WARN, "DiskSlow cannot be evaluated: no such function"),
        ((rule("DiskFull", "unknown"),), UNKNOWN, "DiskFull was not evaluated yet"),
        ((rule("DiskFull"), rule("DiskSlow", "unknown")), PASS, "DiskFull watches"),
        ((rule("CpuHigh"),), FAIL, "no alerting rule warns of storage"),
        ((), FAIL, "no alerting rule warns of storage"),
    ],
)
def test_a_danger_is_watched_by_a_healthy_rule(rules: tuple[AlertRule, ...], outcome: Outcome, message: str) -> None:
    (finding,) = alert_rules_ready.judge(facts(PrometheusHealth(rules=rules)), settings(alert=WANTED))
    assert (finding.subject, finding.outcome, finding.message) == ("storage", outcome, message)


@pytest.mark.parametrize(
    ("name", "dangers"),
    [
        ("EphemeralStorageHigh", {"storage"}),
        ("NodeFilesystemAlmostOutOfSpace", {"storage"}),
        ("NodeFilesystemSpaceFillingUp", {"storage"}),
        ("NodeDiskPressure", {"storage"}),
        ("KubePodCrashLooping", {"failure rate"}),
        ("WorkspaceFailures", {"failure rate"}),
        ("GatewayKeyExpires", {"key expiry"}),
        ("Watchdog", set()),
        ("PrometheusRuleFailures", set()),
        ("AlertmanagerFailedReload", set()),
        ("KubeClientCertificateExpiration", set()),
    ],
)
def test_the_default_names_take_the_usual_rules_and_no_others(name: str, dangers: set[str]) -> None:
    wanted = settings().prometheus.alert
    assert {one.danger for one in wanted if alert_rules_ready.rules_of(one, (rule(name),))} == dangers


def lacking(**more: Any) -> dict[str, Remedy | None]:
    """By danger, where Prometheus has no rule."""
    given = Settings.model_validate({"gateway": {"kind": "litellm", "url": "https://gateway.test"}, **more})
    return {one.subject: one.remedy for one in alert_rules_ready.judge(facts(PrometheusHealth()), given)}


def test_missing_rules_are_printed_for_the_operator_where_the_settings_say_that_there_is_one() -> None:
    region = {"name": "ohio", "role": "control-plane", "context": "us east"}
    remedies = lacking(prometheus={"rules_namespace": "monitoring"}, region=[region])
    assert {remedy.command for remedy in remedies.values() if remedy} == {
        "workshop-tui alert-rules --operator | kubectl --context 'us east' -n monitoring apply -f -"
    }
    assert len(remedies) == 3


def test_missing_rules_are_printed_as_a_rule_file_otherwise() -> None:
    for remedy in lacking().values():
        assert remedy is not None
        assert remedy.command == "workshop-tui alert-rules > workshop.rules.yaml"
        assert "rule_files" in remedy.text


def test_the_command_names_the_settings_file_that_was_named(tmp_path: Path) -> None:
    file = tmp_path / "our settings.toml"
    file.write_text("")
    found = load_settings(file, {})
    assert found is not None
    assert found.own_command == f"workshop-tui --config '{file}'"


def test_for_a_danger_that_no_rule_is_known_for_a_person_writes_it() -> None:
    flood = lacking(prometheus={"alert": [{"danger": "flood", "names": ["*flood*"]}]})["flood"]
    key = lacking(gateway={"kind": "none"})["key expiry"]
    for remedy in (flood, key):
        assert remedy is not None
        assert remedy.command is None


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ({}, None),
        ({"key_metric_file": "/x/k.prom"}, "workshop-tui alert-rules --key-metric /x/k.prom"),
    ],
)
def test_a_key_whose_end_nobody_exports_says_how(given: dict[str, str], command: str | None) -> None:
    rules = (rule("GatewayKeyExpires"), rule("GatewayKeyExpiryUnknown", state="firing"))
    wanted = [{"danger": "key expiry", "names": ["*key*expir*"]}]
    (finding,) = alert_rules_ready.judge(facts(PrometheusHealth(rules=rules)), settings(alert=wanted, **given))
    assert (finding.outcome, finding.message) == (WARN, "GatewayKeyExpiryUnknown fires now")
    assert finding.remedy is not None
    assert finding.remedy.command == command


def test_rules_that_may_not_be_read_are_unknown() -> None:
    (finding,) = alert_rules_ready.judge(facts(PrometheusHealth(rules_trouble="it lacks a right")), settings())
    assert (finding.outcome, finding.message) == (UNKNOWN, "the rules cannot be read: it lacks a right")


def test_without_a_danger_nothing_is_judged() -> None:
    (finding,) = alert_rules_ready.judge(facts(PrometheusHealth()), settings(alert=[]))
    assert finding.outcome is Outcome.NOT_APPLICABLE


def warned(health: AlertmanagerHealth, *, rules: tuple[AlertRule, ...] | None = (), **more: Any) -> list[Finding]:
    prometheus = None if rules is None else PrometheusHealth(rules=rules)
    return list(alertmanager_ready.judge(facts(prometheus, health), settings(alertmanager=more, alert=WANTED)))


@pytest.mark.parametrize(
    ("cluster", "receivers", "outcome", "message"),
    [
        ("ready", ("team",), PASS, "ready, 1 receiver"),
        ("disabled", ("team", "pager"), PASS, "ready, 2 receivers"),
        ("settling", ("team",), WARN, "its cluster is settling"),
        ("ready", (), FAIL, "it has no receiver: it can tell nobody"),
    ],
)
def test_alertmanager_has_settled_and_can_tell_somebody(
    cluster: str, receivers: tuple[str, ...], outcome: Outcome, message: str
) -> None:
    (finding,) = warned(AlertmanagerHealth(cluster, 1, "0.34.0", receivers))
    assert (finding.outcome, finding.message) == (outcome, message)


def test_a_receiver_that_the_team_names_must_exist() -> None:
    _, there, gone = warned(AlertmanagerHealth("ready", 1, "", ("team",)), receivers=["team", "pager"])
    assert (there.outcome, gone.outcome) == (PASS, FAIL)
    assert gone.remedy is not None
    assert gone.remedy.command == "curl -s https://alertmanager.test/api/v2/receivers"


@pytest.mark.parametrize(
    ("matchers", "rules", "hides"),
    [
        ((Matcher("alertname", "DiskFull"),), (rule("DiskFull"),), True),
        ((Matcher("alertname", "Disk.*", is_regex=True),), (rule("DiskFull"),), True),
        ((Matcher("namespace", "coder"),), (rule("DiskFull"),), True),
        ((Matcher("alertname", "Disk.*[[:alpha:]](?P>x", is_regex=True),), (rule("DiskFull"),), True),
        ((Matcher("alertname", "Watchdog", is_equal=False),), (rule("DiskFull"),), True),
        ((Matcher("alertname", "Watchdog"),), (rule("DiskFull"),), False),
        ((Matcher("alertname", "Disk.*", is_regex=True, is_equal=False),), (rule("DiskFull"),), False),
        ((Matcher("alertname", "Watchdog"),), (rule("Watchdog"), rule("DiskFull")), False),
        ((Matcher("alertname", "Watchdog"),), (), True),
        ((Matcher("alertname", "Watchdog"),), None, True),
    ],
)
def test_a_silence_that_may_hide_a_wanted_alert_warns(
    matchers: tuple[Matcher, ...], rules: tuple[AlertRule, ...] | None, hides: bool
) -> None:
    silence = Silence("3f2a9c00-1", matchers, NOW, "bo", "maintenance")
    found = warned(AlertmanagerHealth("ready", 1, "", ("team",), (silence,)), rules=rules)[1:]
    assert [finding.outcome for finding in found] == [WARN] * hides
    for finding in found:
        assert finding.message == "hides alerts until 2026-12-01 12:00 UTC"
        assert finding.remedy is not None
        assert finding.remedy.command == "amtool --alertmanager.url=https://alertmanager.test silence expire 3f2a9c00-1"


@pytest.mark.parametrize(
    ("matcher", "by", "comment", "rows"),
    [
        (Matcher("a", "b"), "bo", "maintenance", ("a=b", "bo", "maintenance")),
        (Matcher("a", "b", is_equal=False), "", "", ("a!=b", "not told", "none")),
        (Matcher("a", ".*", is_regex=True), "", "x", ("a=~.*", "not told", "x")),
        (Matcher("a", "b", is_regex=True, is_equal=False), "bo", "", ("a!~b", "bo", "none")),
    ],
)
def test_a_silence_is_shown_as_alertmanager_writes_it_with_who_made_it_and_why(
    matcher: Matcher, by: str, comment: str, rows: tuple[str, str, str]
) -> None:
    silence = Silence("3f2a9c00-1", (matcher,), None, by, comment)
    (found,) = warned(AlertmanagerHealth("ready", 1, "", ("team",), (silence,)))[1:]
    assert found.message == "hides alerts until an unknown time"
    assert found.evidence == tuple(zip(("silences", "by", "comment"), rows, strict=True))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_monitoring_that_does_not_answer_is_unknown_and_one_that_is_not_configured_not_applicable(check: Any) -> None:
    keys = [SourceKey(PROMETHEUS_HEALTH.name), SourceKey(ALERTMANAGER_HEALTH.name)]
    error = SourceError(ErrorKind.FORBIDDEN, "Prometheus forbids it: the token lacks a right, to query")
    readings = {key: Reading(key, None, None, error, NOW) for key in keys}
    (silent,) = Checker((check,), settings(), Clock(), {}).judge(readings, None)
    assert silent.outcome is UNKNOWN
    assert "the token lacks a right, to query" in silent.summary
    absent = dict.fromkeys(keys, "no Prometheus is configured")
    (not_there,) = Checker((check,), Settings(), Clock(), absent).judge({}, None)
    assert not_there.outcome is Outcome.NOT_APPLICABLE
    assert not_there.summary == "no Prometheus is configured"


@given(
    st.lists(st.sampled_from(["up", "down", "unknown"]), min_size=1, max_size=30),
    st.lists(st.sampled_from(["a", "b"]), min_size=30, max_size=30),
)
def test_a_job_passes_only_with_something_up_and_nothing_down(healths: list[str], pools: list[str]) -> None:
    found = tuple(Target(pool, f"t-{n}", health) for n, (health, pool) in enumerate(zip(healths, pools, strict=False)))
    for finding in collected(PrometheusHealth(found)):
        mine = [target.health for target in found if f"job {target.pool}" == finding.subject]
        assert (finding.outcome is PASS) is ("up" in mine and "down" not in mine)
