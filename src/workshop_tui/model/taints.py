"""Which taints keep a workspace off a node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

_KEEPS_OFF = ("NoSchedule", "NoExecute")
_NEVER = (
    "node.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
    "karpenter.sh/",
    "ToBeDeletedByClusterAutoscaler",
)
"""Set by Kubernetes, a cloud or an autoscaler on what is not ready or goes away; no workspace is to land there."""


@dataclass(frozen=True, slots=True)
class Taint:
    key: str
    value: str = ""
    effect: str = ""


class Toleration(NamedTuple):
    key: str = ""
    """Empty: every taint."""
    operator: str = ""
    """`Exists` or `Equal`, which is meant by nothing."""
    value: str = ""
    effect: str = ""
    """Empty: every effect."""

    def covers(self, taint: Taint) -> bool:
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        if self.operator == "Exists":
            return True
        return bool(self.key) and self.operator in ("", "Equal") and self.value == taint.value


def hindering(taints: Iterable[Taint], tolerations: Iterable[Toleration]) -> Taint | None:
    """The first taint that keeps workspaces off, whose pods have `tolerations`."""
    tolerated = tuple(tolerations)
    for taint in taints:
        if taint.effect not in _KEEPS_OFF:
            continue
        if taint.key.startswith(_NEVER) or not any(one.covers(taint) for one in tolerated):
            return taint
    return None
