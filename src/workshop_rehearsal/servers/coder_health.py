"""`/debug/health` and `/deployment/stats` of the simulated deployment."""

from __future__ import annotations

from collections import Counter
from typing import Any

from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.world.world import World

Document = dict[str, Any]
STATS_EVERY_S = 30.0


def health_report(world: World, documents: CoderDocuments) -> Document:
    proxies = [documents.proxy(region) for region in world.regions.values()]
    daemons = [daemon for group in world.provisioning.daemons.values() for daemon in group]
    down = [proxy["display_name"] for proxy in proxies if not proxy["healthy"]]
    mismatches = [text for proxy in proxies for text in proxy["status"]["report"]["warnings"]]
    proxy_warnings = [{"code": "EWP04", "message": f"{name} is unhealthy"} for name in down]
    sections: dict[str, Document] = {
        "access_url": {
            **_section(),
            "access_url": f"https://{world.control_plane.place.domain}",
            "reachable": True,
            "status_code": 200,
            "healthz_response": "OK",
        },
        "websocket": {**_section(), "code": 101, "body": ""},
        "database": {**_section(), "reachable": True, "latency": "1.2ms", "latency_ms": 1, "threshold_ms": 15},
        "derp": {**_section(), "regions": {}},
        "workspace_proxy": {
            **_section(proxy_warnings),
            "workspace_proxies": {"regions": proxies},
        },
        "provisioner_daemons": {
            **_section([] if daemons else [{"code": "EPD01", "message": "No active provisioner daemons found!"}]),
            "items": [{"provisioner_daemon": documents.daemon(daemon), "warnings": []} for daemon in daemons],
        },
    }
    for text in mismatches:
        sections["workspace_proxy"]["warnings"].append({"code": "EUNKNOWN", "message": text})
    severities = {section["severity"] for section in sections.values()}
    severity = next((one for one in ("error", "warning") if one in severities), "ok")
    return {
        "time": documents.at(world.timeline.now_s),
        "healthy": severity != "error",
        "severity": severity,
        "coder_version": documents.version,
        **sections,
    }


def _section(warnings: list[Document] | None = None) -> Document:
    found = list(warnings or [])
    return {
        "severity": "warning" if found else "ok",
        "healthy": True,
        "warnings": found,
        "error": None,
        "dismissed": False,
    }


def deployment_stats(world: World, documents: CoderDocuments) -> Document:
    now_s = world.timeline.now_s
    collected_s = now_s - now_s % STATS_EVERY_S
    statuses = Counter(workspace.latest.status for workspace in world.workspaces.all.values())
    connected = sum(
        workspace.latest.agent is not None and workspace.latest.agent.status == "connected"
        for workspace in world.workspaces.all.values()
    )
    return {
        "aggregated_from": documents.at(collected_s - 600),
        "collected_at": documents.at(collected_s),
        "next_update_at": documents.at(collected_s + STATS_EVERY_S),
        "session_count": {"vscode": 0, "ssh": 0, "jetbrains": 0, "reconnecting_pty": connected},
        "workspaces": {
            "pending": statuses["pending"],
            "building": statuses["starting"],
            "running": statuses["running"],
            "failed": statuses["failed"],
            "stopped": statuses["stopped"],
            "connection_latency_ms": {"p50": 14.2, "p95": 14.2},
            "rx_bytes": 0,
            "tx_bytes": 0,
        },
    }
