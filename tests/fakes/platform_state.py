"""A small platform as model values: healthy, and ways to make it fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fakes.region_pods import region_pods
from fakes.scripted import ScriptedSource
from workshop_tui.collectors.assembly import Assembly
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model import kinds
from workshop_tui.model.coder import Agent, ProvisionerPool, Proxies, Proxy, Workspace
from workshop_tui.model.coder_rights import ALL_WORKSPACES, CoderRightAnswer, CoderRights, OwnCredential
from workshop_tui.model.gateway import GatewayHealth, GatewayKey, GatewayModels, KeyState
from workshop_tui.model.image import RegistryImage
from workshop_tui.model.kinds import (
    ACCOUNTS,
    CLOCKS,
    CODER_RIGHTS,
    CODER_TARGETS,
    CREDITS,
    CRON_JOBS,
    GATEWAY_HEALTH,
    GATEWAY_KEY,
    GATEWAY_MODELS,
    GATEWAY_PODS,
    KARPENTER,
    NODE_STORAGE,
    NODES,
    OWN_CREDENTIALS,
    POD_EVENTS,
    PODS,
    PROVIDER_CREDENTIALS,
    PROVISIONERS,
    PROXIES,
    PULL_SECRETS,
    QUOTAS,
    REGISTRY_IMAGES,
    RIGHTS,
    ROUTES,
    SIGN_IN,
    SIGN_INS,
    TARGETS,
    WORKSPACES,
)
from workshop_tui.model.kubernetes import (
    Container,
    ImagePull,
    Karpenter,
    Node,
    NodePool,
    NodeStorage,
    Pod,
    PodEvents,
    Quotas,
    Right,
    RightAnswer,
)
from workshop_tui.model.kubernetes_secret import ProviderSecret, PullSecret, PullSecrets, SecretMetadata
from workshop_tui.model.pods import Pods
from workshop_tui.model.remote_clock import RemoteClock
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.model.sign_in import Account, Accounts, Credits, SignInFlow, SignInOffer, SignIns
from workshop_tui.model.source import SourceKey, SourceKind
from workshop_tui.model.target import Target
from workshop_tui.settings.settings import Settings

REGIONS = ("ohio", "oregon", "london")
CONTEXTS = {"ohio": "us-east-2", "oregon": "us-west-2", "london": "eu-west-2"}
DOMAINS = {name: f"{name}.example.test" for name in REGIONS}
DIGEST = "sha256:" + "9f3c" * 16
OLD_DIGEST = "sha256:" + "1b07" * 16
IMAGE = "ghcr.io/coder/coder-preview:latest"

_WORKSPACE = Container(
    "dev",
    "goose:1",
    f"goose@{DIGEST}",
    ready=True,
    cpu_request_cores=2,
    memory_request_bytes=4 * 2**30,
    ephemeral_storage_request_bytes=5 * 2**30,
    cpu_limit_cores=4,
    memory_limit_bytes=8 * 2**30,
    ephemeral_storage_limit_bytes=20 * 2**30,
)


def three_regions() -> Settings:
    """ai.coder.com's shape under test names."""
    return Settings.model_validate(
        {
            "person": "ana",
            "region": [
                {
                    "name": name,
                    "role": "control-plane" if name == "ohio" else "proxy",
                    "context": CONTEXTS[name],
                    "domain": DOMAINS[name],
                    "wildcard": f"*.{DOMAINS[name]}",
                }
                for name in REGIONS
            ],
            "coder": {"url": "https://ohio.example.test"},
            "gateway": {
                "kind": "litellm",
                "url": "http://127.0.0.1:1",
                "key": {"env": "KEY"},
                "credential": [{"name": "Bedrock", "secret": "bedrock"}],
            },
            "images": {"source": {"reference": IMAGE}, "mirror": {"reference": "mirror.test/coder:latest"}},
        }
    )


def _all_keys() -> list[SourceKey]:
    every = [kind for kind in vars(kinds).values() if isinstance(kind, SourceKind)]
    return [SourceKey(kind.name, region) for kind in every for region in (REGIONS if kind.per_region else (None,))]


@dataclass
class PlatformState:
    """What the sources of a test say; change its fields and the control room hears it."""

    now: Callable[[], datetime]
    key_days_left: float = 23
    digests: dict[str, str] = field(default_factory=lambda: dict.fromkeys(REGIONS, DIGEST))
    mirror_digest: str = DIGEST
    broken_routes: set[str] = field(default_factory=set)
    storage_shares: dict[str, float] = field(default_factory=lambda: {"ohio": 0.41, "oregon": 0.38, "london": 0.44})
    silent_regions: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    """People whose workspace has no pod any more."""
    rotates_in: timedelta | None = None
    """When the key is rotated next, every 30 days; None: never."""
    builds_waiting: int = 0
    """More than the workspaces that run."""
    _indexes: dict[str, tuple[tuple[Pod, ...], Pods]] = field(default_factory=dict)

    def assembly(self, _: Settings) -> Assembly:
        sources = [
            ScriptedSource(GATEWAY_KEY, self._key),
            ScriptedSource(GATEWAY_HEALTH, lambda: GatewayHealth(ready=True, database="connected", latency_s=0.21)),
            ScriptedSource(REGISTRY_IMAGES, self._images),
            ScriptedSource(WORKSPACES, self._workspaces),
            ScriptedSource(SIGN_INS, SignIns),
            ScriptedSource(PROVISIONERS, lambda: (ProvisionerPool("coder", True, 8, 0, 0, ("v2.35.1",)),)),
            ScriptedSource(PROXIES, self._proxies),
            ScriptedSource(SIGN_IN, self._sign_in),
            ScriptedSource(CREDITS, lambda: Credits("coder", 0, -1)),
            ScriptedSource(CLOCKS, lambda: (RemoteClock("Coder", None, 0.1, 0.6),)),
            ScriptedSource(CODER_TARGETS, lambda: (Target("coder.organizations", "coder", there=True),)),
            ScriptedSource(CODER_RIGHTS, self._rights_at_coder),
            ScriptedSource(OWN_CREDENTIALS, lambda: (OwnCredential("our Coder token"),)),
            ScriptedSource(ACCOUNTS, lambda: Accounts("coder", True, (Account("ana", "", "active", ("coder",)),))),
            ScriptedSource(GATEWAY_PODS, self._gateway_pods),
            ScriptedSource(PROVIDER_CREDENTIALS, self._credentials),
            ScriptedSource(GATEWAY_MODELS, lambda: GatewayModels(("claude-sonnet", "claude-haiku"))),
        ]
        for region in REGIONS:
            for kind, says in (
                (PODS, self._index_of_pods),
                (NODES, self._nodes),
                (NODE_STORAGE, self._storage),
                (POD_EVENTS, self._events),
                (ROUTES, self._routes),
                (CRON_JOBS, lambda _: ()),
                (KARPENTER, self._karpenter),
                (QUOTAS, lambda _: Quotas()),
                (PULL_SECRETS, lambda _: PullSecrets((PullSecret(SecretMetadata("coder", "registry-login"), 2),), 2)),
                (TARGETS, lambda region: (Target("context", CONTEXTS[region], there=True),)),
                (RIGHTS, lambda _: (RightAnswer(Right("list", "pods", "images"), "coder", allowed=True),)),
            ):
                sources.append(ScriptedSource(kind, self._in(region, says), region))
        there = {SourceKey(source.kind.name, source.region) for source in sources}
        return Assembly(tuple(sources), {key: "not part of this platform" for key in _all_keys() if key not in there})

    def _in(self, region: str, says: Callable[[str], object]) -> Callable[[], object]:
        def answer() -> object:
            if region in self.silent_regions:
                raise SourceError(ErrorKind.TIMEOUT, "no answer in 5 s")
            return says(region)

        return answer

    def _key(self) -> GatewayKey:
        expires_at = self.now().replace(microsecond=0) + timedelta(days=self.key_days_left)
        key = GatewayKey(KeyState.VALID, "workshop-2026-12", "sk-...9Xw2", expires_at)
        if self.rotates_in is None:
            return key
        last = self.now() + self.rotates_in - timedelta(days=30)
        return replace(key, auto_rotate=True, rotation_interval="30d", last_rotation_at=last)

    def _gateway_pods(self) -> tuple[Pod, ...]:
        labels = {"app": "litellm"}
        owner = {"owner_kind": "ReplicaSet", "owner_name": "litellm-6b7", "phase": "Running", "ready": True}
        return tuple(Pod("litellm", f"litellm-{n}", f"litellm-{n}", labels, **owner) for n in range(4))

    def _credentials(self) -> tuple[ProviderSecret, ...]:
        written_at = self.now().replace(microsecond=0) - timedelta(days=20)
        ends_at = written_at + timedelta(days=90)
        return (ProviderSecret("Bedrock", SecretMetadata("litellm", "bedrock", written_at, written_at, ends_at)),)

    def _images(self) -> tuple[RegistryImage, ...]:
        return (
            RegistryImage("source", IMAGE, DIGEST),
            RegistryImage("mirror", "mirror.test/coder:latest", self.mirror_digest),
        )

    def _index_of_pods(self, region: str) -> Pods:
        """The same one while no pod differs, as a watch yields: another one would count as a change."""
        pods = self._pods(region)
        known = self._indexes.get(region)
        if known is None or known[0] != pods:
            known = self._indexes[region] = (pods, region_pods(pods))
        return known[1]

    def _pods(self, region: str) -> tuple[Pod, ...]:
        digest = self.digests[region]
        server = Container("coder", IMAGE, f"ghcr.io/coder/coder-preview@{digest}", ready=True)
        labels = {"app.kubernetes.io/name": "coder"}
        servers = tuple(
            Pod(
                "coder",
                f"coder-{n}",
                f"{region}-{n}",
                labels,
                "ReplicaSet",
                "coder-6b7",
                phase="Running",
                ready=True,
                containers=(server,),
            )
            for n in range(2)
        )
        people = ("ana", "bo", "cleo", "dan")[: {"ohio": 4, "oregon": 2, "london": 3}[region]]
        workspaces = tuple(
            Pod(
                "coder-ws",
                f"coder-{person}-goose",
                f"{region}-{person}",
                {
                    "app.kubernetes.io/name": "coder-workspace",
                    "com.coder.workspace.name": "goose",
                    "com.coder.user.username": person,
                },
                node=f"{region}-node-1",
                phase="Running",
                ready=True,
                containers=(_WORKSPACE,),
            )
            for person in people
            if person not in self.away
        )
        return servers + workspaces

    def _nodes(self, region: str) -> tuple[Node, ...]:
        return tuple(
            Node(
                f"{region}-node-{n}",
                "amd64",
                ready=True,
                disk_pressure=False,
                allocatable_cpu_cores=16,
                allocatable_memory_bytes=32 * 2**30,
            )
            for n in (1, 2, 3)
        )

    def _storage(self, region: str) -> tuple[NodeStorage, ...]:
        capacity = 200 * 2**30
        used = self.storage_shares[region]
        return tuple(NodeStorage(f"{region}-node-{n}", capacity, round(capacity * (1 - used / n))) for n in (1, 2, 3))

    def _events(self, region: str) -> PodEvents:
        finished_at = self.now().replace(microsecond=0) - timedelta(minutes=3)
        return PodEvents((ImagePull("coder-ws", "coder-ana-goose", "goose:1", 9.0, finished_at),))

    def _routes(self, region: str) -> tuple[RouteProbe, ...]:
        expires_at = self.now().replace(microsecond=0) + timedelta(days=60)

        def probe(role: RouteRole, host: str, status: int) -> RouteProbe:
            broken = role is RouteRole.WILDCARD and region in self.broken_routes
            return RouteProbe(
                role,
                host,
                RouteStage.HTTP if broken else RouteStage.CODER,
                "404 from the load balancer, not from Coder" if broken else f"{status} from Coder",
                ("127.0.0.1",),
                404 if broken else status,
                "" if broken else "v2.35.1",
                expires_at,
                0.042,
            )

        domain = DOMAINS[region]
        return (probe(RouteRole.DOMAIN, domain, 200), probe(RouteRole.WILDCARD, f"workshop-probe.{domain}", 400))

    def _proxies(self) -> Proxies:
        return Proxies(
            "v2.35.1",
            tuple(
                Proxy(name, f"https://{DOMAINS[name]}", f"*.{DOMAINS[name]}", healthy=True, version="v2.35.1")
                for name in REGIONS
            ),
        )

    def _rights_at_coder(self) -> CoderRights:
        return CoderRights("v2.35.1", (CoderRightAnswer(ALL_WORKSPACES, "coder", allowed=True),))

    def _sign_in(self) -> SignInOffer:
        flows = (SignInFlow("oidc", 307, "okta.example.test"), SignInFlow("github", 307, "github.example.test"))
        return SignInOffer(DOMAINS["ohio"], ("oidc", "github"), flows)

    def _karpenter(self, region: str) -> Karpenter:
        pool = NodePool("coder-workspace", True, cpu_limit_cores=160, cpu_used_cores=48, node_count=3)
        return Karpenter((pool,))

    def _workspaces(self) -> tuple[Workspace, ...]:
        ready_at = self.now().replace(microsecond=0)
        agent = Agent("main", "connected", "ready", ready_at, ready_at)
        running = tuple(
            Workspace(person, "goose", person, "coder", "goose", "running", "start", agents=(agent,), healthy=True)
            for person in ("ana", "bo", "cleo", "dan")
        )
        return running + tuple(
            Workspace(f"{i}", "goose", f"p{i}", "coder", "goose", "pending", "start", created_at=ready_at)
            for i in range(self.builds_waiting)
        )
