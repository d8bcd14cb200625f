"""The one command that restarts a rollout and waits for it: every finding that needs it prints the same."""

from __future__ import annotations


def restart(context: str, namespace: str, workload: str = "deployment/coder") -> str:
    kubectl = f"kubectl --context {context} -n {namespace} rollout"
    return f"{kubectl} restart {workload} && {kubectl} status {workload}"
