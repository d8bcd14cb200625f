"""What keeps pods alive, as kubectl names it."""

from __future__ import annotations

from collections.abc import Iterable

from workshop_tui.model.kubernetes import Pod


def workload_of(pod: Pod) -> str:
    """e.g. `deployment/litellm`; empty where nothing keeps it."""
    if pod.owner_kind == "ReplicaSet":
        return f"deployment/{pod.owner_name.rpartition('-')[0] or pod.owner_name}"
    return f"{pod.owner_kind.lower()}/{pod.owner_name}" if pod.owner_kind else ""


def workloads_of(pods: Iterable[Pod]) -> tuple[str, ...]:
    """Each once, in the order of the pods."""
    return tuple(dict.fromkeys(name for pod in pods if (name := workload_of(pod))))
