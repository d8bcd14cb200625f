"""The commands that scale: complete where what runs tells the name."""

from __future__ import annotations

import pytest

from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.pods import Pods
from workshop_tui.model.workload import workload_of
from workshop_tui.planning.scaling import Running, scaling_commands
from workshop_tui.settings.settings import Settings

SETTINGS = Settings.model_validate(
    {
        "region": [
            {"name": "ohio", "role": "control-plane", "context": "us-east-2"},
            {"name": "london", "role": "proxy", "context": "eu-west-2"},
        ],
        "gateway": {"kind": "litellm", "url": "https://gateway.test"},
    }
)
KUBECTL = "kubectl --context us-east-2 -n"


def pod(namespace: str, app: str, owner: str, kind: str = "ReplicaSet") -> Pod:
    return Pod(namespace, f"{owner}-x", f"{owner}-x", {"app": app}, kind, owner)


def commands(*pods: Pod, gateway: tuple[Pod, ...] = (), replicas: int | None = 6) -> list[str]:
    running = Running({"ohio": Pods.of(pods, lambda _: False)}, gateway)
    return [line.removeprefix(f"{KUBECTL} ") for line in scaling_commands(SETTINGS, 10, replicas, running)]


PROVISIONER, GATEWAY = "coder-provisioner", "litellm"


def test_what_runs_tells_what_is_to_be_scaled_and_the_table_is_the_default_organisations() -> None:
    of_others = pod("coder", PROVISIONER, "coder-provisioner-demo-7c9")
    default = pod("coder", PROVISIONER, "coder-provisioner-default-5d8")
    rotator = pod("litellm", "litellm-key-rotator", "litellm-key-rotator-1a2")
    gateway = pod("litellm", GATEWAY, "litellm-6b7")
    assert commands(of_others, default, default, gateway=(rotator, gateway)) == [
        "coder scale deployment/coder-provisioner-default --replicas=10",
        "litellm scale deployment/litellm --replicas=6",
    ]


@pytest.mark.parametrize(
    "pods",
    [
        (),
        (pod("coder", PROVISIONER, "a-1"), pod("coder", PROVISIONER, "b-1")),
        (pod("elsewhere", PROVISIONER, "a-1"),),
        (pod("coder", "coder", "a-1"),),
        (pod("coder", PROVISIONER, "", ""),),
    ],
)
def test_what_is_not_known_for_sure_is_listed_first(pods: tuple[Pod, ...]) -> None:
    assert commands(*pods, replicas=None) == [
        "coder get deployments",
        "coder scale deployment/NAME --replicas=10",
    ]


def test_a_stateful_set_is_named_as_one() -> None:
    assert commands(pod("coder", PROVISIONER, "coder-provisioner", "StatefulSet"), replicas=None) == [
        "coder scale statefulset/coder-provisioner --replicas=10"
    ]


@pytest.mark.parametrize(
    ("owner", "kind", "found"),
    [
        ("litellm-6b7", "ReplicaSet", "deployment/litellm"),
        ("odd", "ReplicaSet", "deployment/odd"),
        ("exporter", "DaemonSet", "daemonset/exporter"),
        ("", "", ""),
    ],
)
def test_a_pod_is_kept_by_its_owner(owner: str, kind: str, found: str) -> None:
    assert workload_of(pod("a", "b", owner, kind)) == found
