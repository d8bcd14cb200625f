from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from workshop_tui.model.gateway import GatewayKey, KeyState
from workshop_tui.report.alert_rules import Operator, RuleGroup, group_for, key_metric, rule_file, rule_objects
from workshop_tui.settings.settings import Settings

LITELLM = {"kind": "litellm", "url": "https://gateway.test"}


def settings(**more: Any) -> Settings:
    return Settings.model_validate({"gateway": LITELLM, **more})


def groups(given: Settings) -> list[RuleGroup]:
    return [group for wanted in given.prometheus.alert if (group := group_for(wanted, given)) is not None]


def test_each_danger_of_the_defaults_has_rules_whose_names_fit_it() -> None:
    given = settings()
    for wanted in given.prometheus.alert:
        group = group_for(wanted, given)
        assert group is not None
        assert all(wanted.fits(rule.alert) for rule in group.rules)


def test_limits_are_those_of_the_settings() -> None:
    given = settings(
        thresholds={
            "storage_live_shares": [0.5, 0.6, 0.7],
            "restart_failure_share": 0.1,
            "gateway_key_days": 100,
            "gateway_key_warn_days": [2],
        }
    )
    storage, failures, key = groups(given)
    assert [(rule.expression[-5:], rule.labels["severity"]) for rule in storage.rules] == [
        ("> 0.5", "info"),
        ("> 0.6", "warning"),
        ("> 0.7", "critical"),
    ]
    assert all(rule.expression.endswith(" > 0.1") for rule in failures.rules)
    assert [rule.expression.rpartition(" ")[2] for rule in key.rules[:2]] == ["8640000", "172800"]
    assert [(rule.labels["severity"], rule.labels["under"]) for rule in key.rules[:2]] == [
        ("warning", "100d"),
        ("critical", "2d"),
    ]


def test_restarts_are_counted_in_the_namespaces_of_workspaces_and_by_region() -> None:
    spaces = {"workspaces": ["people", "demo"]}
    region = {"name": "a", "role": "proxy", "namespaces": spaces}
    given = settings(prometheus={"region_label": "cluster"}, region=[region])
    restarts = groups(given)[1].rules[1].expression
    assert restarts.startswith("sum by (cluster)(increase(")
    assert 'namespace=~"people|demo"' in restarts


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["OurStorageAlert"], {"OurStorageAlert"}),
        (["*our*disk*"], {"ourdisk"}),
        (["*", "Other"], {"EphemeralStorageHigh"}),
    ],
)
def test_a_team_that_looks_for_other_names_gets_those(names: list[str], expected: set[str]) -> None:
    (storage,) = groups(settings(prometheus={"alert": [{"danger": "storage", "names": names}]}))
    assert {rule.alert for rule in storage.rules} == expected
    labels = [tuple(rule.labels.items()) for rule in storage.rules]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("danger", "names", "gateway"),
    [
        ("flood", ["*flood*"], LITELLM),
        ("key expiry", ["*key*expir*"], {"kind": "none"}),
        ("storage", ["Disk??"], LITELLM),
    ],
)
def test_for_what_cannot_be_written_there_is_no_rule(danger: str, names: list[str], gateway: dict[str, str]) -> None:
    given = settings(gateway=gateway, prometheus={"alert": [{"danger": danger, "names": names}]})
    assert groups(given) == []


def test_a_rule_file_is_yaml_with_a_group_for_each_danger() -> None:
    document = yaml.safe_load(rule_file(groups(settings())))
    assert [group["name"] for group in document["groups"]] == [
        "workshop-storage",
        "workshop-failure-rate",
        "workshop-key-expiry",
    ]
    rule = document["groups"][0]["rules"][0]
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert rule["expr"] == groups(settings())[0].rules[0].expression


def test_the_operator_gets_an_object_for_each_danger_with_the_labels_it_looks_for() -> None:
    text = rule_objects(groups(settings()), Operator("monitoring", {"release": "yes"}))
    objects = list(yaml.safe_load_all(text))
    assert [one["metadata"]["name"] for one in objects] == [one["spec"]["groups"][0]["name"] for one in objects]
    assert {(one["kind"], one["metadata"]["namespace"]) for one in objects} == {("PrometheusRule", "monitoring")}
    assert all(one["metadata"]["labels"] == {"release": "yes"} for one in objects)
    assert objects[2]["spec"]["groups"] == yaml.safe_load(rule_file(groups(settings())[2:]))["groups"]


@pytest.mark.parametrize(
    "text", ["1e3", "0o17", "yes", "on", "1.5", "0x1f", "017", "null", "~", "2026-12-03", "# x", "a: b"]
)
def test_a_text_that_looks_like_something_else_stays_a_text_for_every_reader_of_yaml(text: str) -> None:
    printed = rule_objects(groups(settings())[:1], Operator("monitoring", {"release": text, text: "x"}))
    assert f"    release: '{text}'\n    '{text}': x\n" in printed
    (one,) = yaml.safe_load_all(printed)
    assert one["metadata"]["labels"] == {"release": text, text: "x"}


def test_an_expression_stays_on_one_line_as_it_is_typed_into_a_query() -> None:
    given = groups(settings())
    lines = rule_file(given).splitlines()
    assert all(f"    expr: {rule.expression}" in lines for group in given for rule in group.rules)


@pytest.mark.parametrize(
    ("alias", "told"),
    [
        ('a "b"', r"a \"b\""),
        ("a\\b", r"a\\b"),
        ("a\nb", r"a\nb"),
        ("a\tb", "a\tb"),
        ("Zoë\x01", "Zoë\x01"),
    ],
    ids=["quotes", "backslash", "line", "tab", "control"],
)
def test_a_name_is_escaped_as_the_text_format_knows_it_or_the_exporter_refuses_the_file(alias: str, told: str) -> None:
    text = key_metric(GatewayKey(KeyState.VALID, alias, expires_at=None), datetime(2026, 12, 1, tzinfo=UTC))
    assert f'workshop_gateway_key_expires_timestamp_seconds{{alias="{told}"}} +Inf\n' in text


@pytest.mark.parametrize(
    ("ends", "told"), [(datetime(2026, 12, 31, tzinfo=UTC), "1798675200"), (None, "+Inf")], ids=["ends", "never ends"]
)
def test_the_metric_says_when_the_key_ends_and_when_that_was_asked(ends: datetime | None, told: str) -> None:
    text = key_metric(GatewayKey(KeyState.VALID, 'a "b"', expires_at=ends), datetime(2026, 12, 1, tzinfo=UTC))
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert samples == [
        f'workshop_gateway_key_expires_timestamp_seconds{{alias="a \\"b\\""}} {told}',
        'workshop_gateway_key_asked_timestamp_seconds{alias="a \\"b\\""} 1796083200',
    ]
