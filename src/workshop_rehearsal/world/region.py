"""A region of the rehearsal and what runs in it before anybody comes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from workshop_rehearsal.moment import parse_offset
from workshop_rehearsal.scenario import Scenario
from workshop_rehearsal.world.cluster import WORKSPACE_POOL, Cluster
from workshop_rehearsal.world.fleet import (
    PROVISIONER_POOL,
    SERVER_POOL,
    SYSTEM_POOL,
    Karpenter,
    build_fleet,
    pools_of,
)
from workshop_rehearsal.world.kubelet import Kubelet
from workshop_rehearsal.world.objects import GIB, MIB, Kind, PodTemplate, Resources, Secret, Workload
from workshop_rehearsal.world.places import Place
from workshop_rehearsal.world.timeline import Timeline

ORGANIZATIONS = {"coder": "Coder", "experiment": "Experiment", "demo": "Demo"}
_OTHER_PROVISIONERS = 2
_NAMESPACES = [
    "default",
    "kube-system",
    "monitoring",
    "karpenter",
    "coder",
    "coder-ws",
    "coder-ws-experiment",
    "coder-ws-demo",
]


PULL_SECRET = "registry-login"  # noqa: S105 - a name
_PROVISIONER = Resources(500, 512 * MIB)
_GATEWAY = Resources(2000, 4 * GIB)


@dataclass(frozen=True, slots=True)
class Images:
    """References to the Coder image at the registry it comes from and at the mirror of it."""

    source: str
    mirror: str


class Region:
    def __init__(
        self,
        place: Place,
        seed: int,
        scenario: Scenario,
        timeline: Timeline,
        node_count: int,
        expected_people: int,
        images: Images,
        resolve: Callable[[str], str],
    ) -> None:
        self.place = place
        self.cluster = Cluster(place.name, place.context, seed, timeline)
        self.kubelet = Kubelet(self.cluster, scenario, resolve)
        for namespace in (*_NAMESPACES, *(["litellm"] if place.is_control_plane else [])):
            self.cluster.add_namespace(namespace)
            if namespace.startswith("coder"):
                login = Secret("kubernetes.io/dockerconfigjson", (".dockerconfigjson",), timeline.now_s)
                self.cluster.add_secret(namespace, PULL_SECRET, login)
        provisioners = _provisioner_counts(scenario, expected_people) if place.is_control_plane else {}
        gateways = _gateway_count(scenario, expected_people) if place.is_control_plane else 0
        pools = pools_of(
            node_count,
            cores=scenario.nodes.cpu_cores,
            provisioner_cores=sum(provisioners.values()) * _PROVISIONER.cpu_millicores / 1000,
            system_cores=gateways * _GATEWAY.cpu_millicores / 1000,
        )
        build_fleet(self.cluster, scenario, pools)
        self.node_capacity = next(iter(self.cluster.nodes.values())).capacity
        """All nodes are alike."""
        self.karpenter = Karpenter(self.cluster, scenario)
        self._install_support()
        self.server = self._install_server(images)
        self._gateway: Workload | None = None
        self.rotator: Workload | None = None
        """What renews the gateway's key; only where an add-on does."""
        self.provisioners: dict[str, Workload] = {}
        if place.is_control_plane:
            self._install_provisioners(provisioners, images)
            self._gateway = self._install_gateway(scenario, gateways)
            self.cluster.add_cron_job("litellm", "litellm-spend-report", "@daily")
            self.cluster.add_cron_job("litellm", "litellm-key-rotator", "0 */4 * * *", suspended=True)

    @property
    def gateway(self) -> Workload:
        """Only the control plane's region has it."""
        if self._gateway is None:
            raise LookupError(f"no gateway runs in {self.place.name}")
        return self._gateway

    def _pool(self, pool: str) -> str:
        return pool if any(node.pool == pool for node in self.cluster.nodes.values()) else WORKSPACE_POOL

    def _install_server(self, images: Images) -> Workload:
        control_plane = self.place.is_control_plane
        size = Resources(2000, 4 * GIB) if control_plane else Resources(500, GIB)
        return self.cluster.apply(
            Kind.DEPLOYMENTS,
            "coder",
            "coder",
            PodTemplate(
                "coder",
                images.source if control_plane else images.mirror,
                {
                    "app.kubernetes.io/name": "coder",
                    "app.kubernetes.io/instance": "coder" if control_plane else "coder-proxy",
                    "app.kubernetes.io/part-of": "coder",
                },
                size,
                Resources(size.cpu_millicores * 2, size.memory_bytes * 2) if control_plane else size,
                self._pool(SERVER_POOL),
                ports=(8080,),
                pulls_always=True,
                pull_secrets=(PULL_SECRET,),
            ),
            2,
        )

    def _install_support(self) -> None:
        small = Resources(100, 128 * MIB)
        self.cluster.apply(
            Kind.DEPLOYMENTS,
            "karpenter",
            "karpenter",
            PodTemplate(
                "controller",
                "public.ecr.aws/karpenter/controller:1.9.0",
                {"app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": "karpenter"},
                small,
                small,
                self._pool(SYSTEM_POOL),
            ),
            2,
        )
        self.cluster.apply(
            Kind.DAEMONSETS,
            "monitoring",
            "node-exporter",
            PodTemplate(
                "node-exporter",
                "quay.io/prometheus/node-exporter:v1.9.1",
                {"app.kubernetes.io/name": "node-exporter"},
                Resources(20, 32 * MIB),
                image_bytes=13_000_000,
            ),
            0,
        )

    def _install_provisioners(self, counts: dict[str, int], images: Images) -> None:
        for organization, count in counts.items():
            name = f"coder-provisioner-{'default' if organization == 'coder' else organization}"
            self.provisioners[organization] = self.cluster.apply(
                Kind.DEPLOYMENTS,
                "coder",
                name,
                PodTemplate(
                    "coder",
                    images.source,
                    {
                        "app": "coder-provisioner",
                        "app.kubernetes.io/name": "coder-provisioner",
                        "app.kubernetes.io/instance": name,
                    },
                    _PROVISIONER,
                    _PROVISIONER,
                    self._pool(PROVISIONER_POOL),
                    pulls_always=True,
                ),
                count,
            )

    def _install_gateway(self, scenario: Scenario, replicas: int) -> Workload:
        gateway = self.cluster.apply(
            Kind.DEPLOYMENTS,
            "litellm",
            "litellm",
            PodTemplate(
                "litellm",
                "ghcr.io/berriai/litellm:main-stable",
                {"app": "litellm", "app.kubernetes.io/name": "litellm"},
                _GATEWAY,
                _GATEWAY,
                self._pool(SYSTEM_POOL),
                image_bytes=610_000_000,
                ports=(4000,),
            ),
            replicas,
        )
        for credential in scenario.gateway.credential:
            written_s, expires_s = (parse_offset(at).total_seconds() for at in (credential.written, credential.expires))
            secret = Secret("Opaque", credential.keys, written_s, expires_s)
            self.cluster.add_secret("litellm", credential.secret, secret)
        if scenario.gateway.key.rotates_after_s is not None:
            small = Resources(100, 128 * MIB)
            self.rotator = self.cluster.apply(
                Kind.DEPLOYMENTS,
                "litellm",
                "litellm-key-rotator",
                PodTemplate(
                    "rotator",
                    "ghcr.io/berriai/litellm:main-stable",
                    {"app": "litellm-key-rotator", "app.kubernetes.io/name": "litellm-key-rotator"},
                    small,
                    small,
                    self._pool(SYSTEM_POOL),
                    image_bytes=610_000_000,
                ),
                1,
            )
        return gateway


def _provisioner_counts(scenario: Scenario, expected_people: int) -> dict[str, int]:
    script = scenario.provisioners
    wanted = max(script.default_org, math.ceil(expected_people * script.per_person))
    return {name: wanted if name == "coder" else _OTHER_PROVISIONERS for name in ORGANIZATIONS}


def _gateway_count(scenario: Scenario, expected_people: int) -> int:
    script = scenario.gateway
    return max(script.replicas, math.ceil(expected_people * script.replicas_per_person))
