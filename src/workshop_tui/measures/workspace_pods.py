"""Which pods of a region are people's workspaces."""

from __future__ import annotations

from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.selector import matches
from workshop_tui.settings import Region


def workspace_pods(pods: tuple[Pod, ...], region: Region) -> tuple[Pod, ...]:
    return tuple(
        pod
        for pod in pods
        if pod.namespace in region.namespaces.workspaces and matches(region.selectors.workspaces, pod.labels)
    )


def workspace_of(pod: Pod) -> tuple[str, str]:
    """(owner, workspace); the pod's own name where its labels do not tell."""
    owner = pod.labels.get("com.coder.user.username", "")
    name = pod.labels.get("com.coder.workspace.name", "")
    return (owner, name) if owner and name else ("", pod.name)
