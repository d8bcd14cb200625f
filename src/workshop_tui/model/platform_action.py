"""What the program itself may do to the platform, written and read as the command that does it by hand."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

_KINDS = {
    "deployment": "deployments",
    "deployments": "deployments",
    "deploy": "deployments",
    "statefulset": "statefulsets",
    "statefulsets": "statefulsets",
    "sts": "statefulsets",
}
_MOST_REPLICAS = 1000


@dataclass(frozen=True, slots=True)
class Scale:
    context: str
    namespace: str
    kind: str
    """`deployments` or `statefulsets`."""
    name: str
    replicas: int

    @property
    def target(self) -> str:
        return f"{self.kind.removesuffix('s')} {self.namespace}/{self.name} in {self.context}"

    @property
    def effect(self) -> str:
        return f"scales it to {self.replicas}"

    @property
    def command(self) -> str:
        words = ["kubectl", "--context", self.context, "-n", self.namespace, "scale"]
        return shlex.join([*words, f"{self.kind.removesuffix('s')}/{self.name}", f"--replicas={self.replicas}"])


@dataclass(frozen=True, slots=True)
class Suspend:
    context: str
    namespace: str
    name: str
    suspended: bool

    @property
    def target(self) -> str:
        return f"cronjob {self.namespace}/{self.name} in {self.context}"

    @property
    def effect(self) -> str:
        return "suspends it: it starts no run" if self.suspended else "lets it run by its schedule"

    @property
    def command(self) -> str:
        patch = json.dumps({"spec": {"suspend": self.suspended}}, separators=(",", ":"))
        words = ["kubectl", "--context", self.context, "-n", self.namespace, "patch", "cronjob", self.name]
        return shlex.join([*words, "-p", patch])


PlatformAction = Scale | Suspend


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """An action, with what it finds: a person says yes to this, and no other state."""

    action: PlatformAction
    inverse: PlatformAction
    """Leads back to what it finds."""
    found: str
    """e.g. `6 replicas`."""
    version: str
    """Of the object: a change by somebody else makes the action void."""

    @property
    def changes_something(self) -> bool:
        return self.action != self.inverse

    @property
    def lines(self) -> tuple[str, ...]:
        """Target, effect and the way back, for the person who decides."""
        return (
            f"Target: {self.action.target}",
            f"Now:    {self.found}",
            f"Effect: {self.action.effect}",
            f"Undo:   {self.inverse.command}",
        )


def action_of_command(command: str | None) -> PlatformAction | None:
    """None for every command but one whole `kubectl scale` or suspension of a CronJob, with context and namespace."""
    try:
        words = shlex.split(command or "")
    except ValueError:
        return None
    match words:
        case ["kubectl", "--context", context, "-n", namespace, "scale", workload, option]:
            return _scale(context, namespace, workload, option)
        case ["kubectl", "--context", context, "-n", namespace, "patch", "cronjob", name, "-p", patch]:
            for suspended in (True, False):
                if patch == json.dumps({"spec": {"suspend": suspended}}, separators=(",", ":")):
                    return Suspend(context, namespace, name, suspended)
    return None


def _scale(context: str, namespace: str, workload: str, option: str) -> Scale | None:
    kind, _, name = workload.partition("/")
    flag, _, count = option.partition("=")
    if flag != "--replicas" or kind not in _KINDS or not name or not count.isdigit() or int(count) > _MOST_REPLICAS:
        return None
    return Scale(context, namespace, _KINDS[kind], name, int(count))
