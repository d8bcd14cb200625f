"""`PrometheusRule` objects, as Prometheus' operator takes them: made, changed, deleted, and read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workshop_rehearsal.duration import duration_s
from workshop_rehearsal.servers.kubernetes_status import Refused
from workshop_rehearsal.servers.promql.failure import BadDataError
from workshop_rehearsal.servers.promql.parsing import parse
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.cluster import Cluster, Key
from workshop_rehearsal.world.objects import Kind, PrometheusRule

Document = dict[str, Any]
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def rule_document(rule: PrometheusRule, namespace: str, name: str, at: Callable[[float], str]) -> Document:
    metadata: Document = {
        "namespace": namespace,
        "name": name,
        "uid": rule.uid,
        "creationTimestamp": at(rule.created_s),
        "generation": 1,
    }
    if rule.labels:
        metadata["labels"] = rule.labels
    if rule.annotations:
        metadata["annotations"] = rule.annotations
    return {"metadata": metadata, "spec": {"groups": rule.groups}}


def create_rule(cluster: Cluster, namespace: str, body: Any) -> tuple[str, Callable[[], None]]:  # noqa: ANN401
    """Its name, and what makes it. Raises `Refused`."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused(422, "Invalid", "PrometheusRule.monitoring.coreos.com is invalid: metadata.name: Required value")
    if metadata.get("namespace", namespace) != namespace:
        message = "the namespace of the provided object does not match the namespace sent on the request"
        raise Refused(400, "BadRequest", message)
    if namespace not in cluster.namespaces:
        raise Refused(404, "NotFound", f'namespaces "{namespace}" not found')
    if (namespace, name) in cluster.rules:
        raise Refused(409, "AlreadyExists", f'prometheusrules.monitoring.coreos.com "{name}" already exists')
    made_s = cluster.timeline.now_s
    uid = seeded.identity(cluster.seed, cluster.region, "prometheusrule", namespace, name, made_s)
    rule = _given(PrometheusRule(uid, made_s, {}, {}, []), body)
    return name, lambda: _keep(cluster, (namespace, name), rule)


def change_rule(cluster: Cluster, key: Key, wanted: Document) -> Callable[[], None]:
    """Raises `Refused`."""
    rule = _given(cluster.rules[key], wanted)
    return lambda: _keep(cluster, key, rule)


def delete_rule(cluster: Cluster, key: Key) -> None:
    del cluster.rules[key]
    cluster.mark(Kind.PROMETHEUSRULES, *key)


def held_s(rule: Document) -> float:
    """How long it must hold: its `for`; 0 for none. Raises `ValueError`."""
    text = rule.get("for", "")
    return duration_s(text) if text else 0.0


def _keep(cluster: Cluster, key: Key, rule: PrometheusRule) -> None:
    cluster.rules[key] = rule
    cluster.mark(Kind.PROMETHEUSRULES, *key)


def _given(before: PrometheusRule, document: Document) -> PrometheusRule:
    metadata, spec = document["metadata"], document.get("spec")
    groups = spec.get("groups") if isinstance(spec, dict) else None
    try:
        for group in groups or []:
            for rule in group["rules"]:
                _check(rule)
    except (KeyError, TypeError, ValueError, BadDataError) as error:
        message = (
            'admission webhook "prometheusrulevalidate.monitoring.coreos.com" denied the request: '
            f"Rules are not valid: {error!s}"
        )
        raise Refused(400, "BadRequest", message) from None
    labels, annotations = (dict(metadata.get(name) or {}) for name in ("labels", "annotations"))
    return replace(before, labels=labels, annotations=annotations, groups=list(groups or []))


def _check(rule: Document) -> None:
    """The rehearsal evaluates alerting rules alone."""
    if set(rule) - {"alert", "expr", "for", "labels", "annotations"} or not rule["alert"]:
        raise ValueError("the rehearsal takes alert, expr, for, labels and annotations and no more")
    parse(str(rule["expr"]))
    held_s(rule)
