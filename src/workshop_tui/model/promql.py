"""Expressions that both the live room and the alerting rules rest on, and what the rules warn of."""

from __future__ import annotations

STORAGE, FAILURE_RATE, KEY_EXPIRY = DANGERS = ("storage", "failure rate", "key expiry")
"""Of `prometheus.alert`: those that rules are known for."""

_REAL = '{fstype!~"tmpfs|overlay|squashfs|ramfs"}'
_OF_ONE_DISK = "(device, mountpoint, fstype)"
NODE_STORAGE_USED = (
    f"1 - node_filesystem_avail_bytes{_REAL} / (node_filesystem_size_bytes{_REAL} == "
    f"ignoring{_OF_ONE_DISK} group_left max without{_OF_ONE_DISK} (node_filesystem_size_bytes{_REAL}))"
)
"""Of each node its largest real file system, which is the one that workspaces fill."""

_BUILDS = "coderd_provisionerd_job_timings_seconds_count"
BUILDS_FAILED = f'sum(increase({_BUILDS}{{status="failed"}}[30m])) / clamp_min(sum(increase({_BUILDS}[30m])), 1)'
"""Share of the builds that ended."""


def workspaces_restarted(namespaces: str) -> str:
    """Share of the containers; `namespaces` is a regular expression, `$by` stands for the label of regions."""
    restarts = f'kube_pod_container_status_restarts_total{{namespace=~"{namespaces}"}}'
    return f"sum$by(increase({restarts}[30m]) > bool 0) / (count$by({restarts}) > 0)"


KEY_EXPIRES = "workshop_gateway_key_expires_timestamp_seconds"
KEY_ASKED = "workshop_gateway_key_asked_timestamp_seconds"
"""No gateway exposes when a key ends: `workshop-tui alert-rules --key-metric` writes both."""
KEY_UNKNOWN = "GatewayKeyExpiryUnknown"
"""The rule that warns as long as they do not come."""
