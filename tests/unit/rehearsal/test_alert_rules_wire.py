"""Alerting rules that a person gives to Prometheus' operator, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

RULES = "/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheusrules"
MERGE = "application/merge-patch+json"


async def ask(wire, method: str, path: str, body: Any = None, region: str = "ohio", **query: str):
    kind = MERGE if method == "PATCH" else "application/json"
    headers = {**wire.bearer, "Content-Type": kind}
    return await wire.ask(method, wire.kubernetes_url(region, path), headers=headers, json=body, params=query)


def rule_object(expression: str, **more: str) -> dict[str, Any]:
    rule = {"alert": "DiskFull", "expr": expression, "labels": {"severity": "warning"}, **more}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "ours", "namespace": "monitoring"},
        "spec": {"groups": [{"name": "disks", "rules": [rule]}]},
    }


async def listed(wire) -> list[dict[str, Any]]:
    answer = await wire.get(f"{wire.settings['prometheus']['url']}/api/v1/rules", params={"type": "alert"})
    return [rule for group in answer.json["data"]["groups"] for rule in group["rules"]]


async def test_a_rule_is_made_changed_and_deleted_and_prometheus_follows(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        assert await listed(wire) == []
        made = await ask(wire, "POST", RULES, rule_object("up == 0"))
        assert (made.status, made.json["kind"]) == (201, "PrometheusRule")
        assert (await ask(wire, "POST", RULES, rule_object("up == 0"))).json["reason"] == "AlreadyExists"
        (rule,) = await listed(wire)
        assert (rule["name"], rule["health"], rule["state"]) == ("DiskFull", "ok", "inactive")
        changed = await ask(wire, "PATCH", f"{RULES}/ours", {"spec": rule_object("up == 1")["spec"]})
        assert changed.status == 200
        (rule,) = await listed(wire)
        assert (rule["query"], rule["state"]) == ("up == 1", "firing")
        items = (await ask(wire, "GET", RULES)).json["items"]
        assert [item["spec"] for item in items] == [rule_object("up == 1")["spec"]]
        assert (await ask(wire, "DELETE", f"{RULES}/ours")).status == 200
        assert await listed(wire) == []
        assert (await ask(wire, "GET", f"{RULES}/ours")).status == 404


async def test_a_rule_is_pending_until_it_held_for_its_time(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        await ask(wire, "POST", RULES, rule_object("up == 1", **{"for": "10m"}))
        (rule,) = await listed(wire)
        assert rule["state"] == "pending"
        await wire.platform.jump("T-47h")
        (rule,) = await listed(wire)
        assert (rule["state"], rule["duration"]) == ("firing", 600)
        assert {alert["labels"]["alertname"] for alert in rule["alerts"]} == {"DiskFull"}


async def test_a_rule_that_cannot_be_evaluated_is_listed_with_its_error(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        await ask(wire, "POST", RULES, rule_object("up * on(job) up"))
        (rule,) = await listed(wire)
        assert rule["health"] == "err"
        assert rule["lastError"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (rule_object("sum(up"), 400),
        (rule_object("up", **{"for": "soon"}), 400),
        (rule_object("up", keep_firing_for="5m"), 400),
        ({**rule_object("up"), "metadata": {}}, 422),
        ({**rule_object("up"), "metadata": {"name": "ours", "namespace": "coder"}}, 400),
        ({**rule_object("up"), "spec": {"groups": ["none"]}}, 400),
    ],
)
async def test_what_is_no_rule_is_refused(rehearse, body: dict[str, Any], status: int) -> None:
    async with rehearse("september-2024") as wire:
        assert (await ask(wire, "POST", RULES, body)).status == status
        assert await listed(wire) == []


async def test_a_dry_run_makes_nothing(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        assert (await ask(wire, "POST", RULES, rule_object("up"), dryRun="All")).status == 201
        assert await listed(wire) == []


async def test_only_the_control_plane_has_an_operator(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        assert (await ask(wire, "GET", RULES, region="london")).status == 404
        gone = "/apis/monitoring.coreos.com/v1/namespaces/nowhere/prometheusrules"
        body = rule_object("up")
        body["metadata"]["namespace"] = "nowhere"
        assert (await ask(wire, "POST", gone, body)).status == 404


async def key_metrics(wire) -> dict[str, str]:
    answer = await wire.get(
        f"{wire.settings['prometheus']['url']}/api/v1/query", params={"query": '{__name__=~"workshop_gateway_key.*"}'}
    )
    return {one["metric"]["__name__"]: one["value"][1] for one in answer.json["data"]["result"]}


async def test_what_is_written_beside_it_a_node_exporter_collects(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        assert await key_metrics(wire) == {}
        wire.platform.files.key_metric_file.write_text(
            "# TYPE workshop_gateway_key_asked_timestamp_seconds gauge\n"
            'workshop_gateway_key_asked_timestamp_seconds{alias="workshop"} 7\nnonsense {\n'
        )
        await wire.platform.jump("T-47h")
        assert await key_metrics(wire) == {"workshop_gateway_key_asked_timestamp_seconds": "7"}


async def test_where_the_team_has_alerts_it_has_the_keys_metric_too(rehearse) -> None:
    async with rehearse("calm") as wire:
        found = await key_metrics(wire)
        world = wire.platform.world
        expires = world.moment(world.gateway.key.expires_s).timestamp()
        assert float(found["workshop_gateway_key_expires_timestamp_seconds"]) == expires
        assert {rule["health"] for rule in await listed(wire)} == {"ok"}
