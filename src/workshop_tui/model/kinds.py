"""Every kind of source, with what its readings hold."""

from __future__ import annotations

from workshop_tui.model.coder import ProvisionerPool, Proxies, Workspace
from workshop_tui.model.coder_rights import CoderRights, OwnCredential
from workshop_tui.model.gateway import GatewayHealth, GatewayKey, GatewayModels
from workshop_tui.model.image import RegistryImage, WorkspaceImage
from workshop_tui.model.kubernetes import CronJob, Karpenter, Node, NodeStorage, Pod, PodEvents, Quotas, RightAnswer
from workshop_tui.model.kubernetes_secret import ProviderSecret, PullSecrets
from workshop_tui.model.monitoring import AlertmanagerHealth, PrometheusHealth, QueryAnswer
from workshop_tui.model.pods import Pods
from workshop_tui.model.remote_clock import RemoteClock
from workshop_tui.model.route import NameAnswer, RouteProbe
from workshop_tui.model.sign_in import Accounts, Credits, SignInOffer, SignIns
from workshop_tui.model.source import SourceKind
from workshop_tui.model.target import Target

PODS: SourceKind[Pods] = SourceKind("pods", "pods", per_region=True, stale_after_s=60)
NODES: SourceKind[tuple[Node, ...]] = SourceKind("nodes", "nodes", per_region=True, stale_after_s=60)
NODE_STORAGE: SourceKind[tuple[NodeStorage, ...]] = SourceKind(
    "node-storage", "node storage", per_region=True, stale_after_s=120
)
POD_EVENTS: SourceKind[PodEvents] = SourceKind("pod-events", "pod events", per_region=True, stale_after_s=120)
ROUTES: SourceKind[tuple[RouteProbe, ...]] = SourceKind("routes", "routes", per_region=True, stale_after_s=90)
WORKSPACES: SourceKind[tuple[Workspace, ...]] = SourceKind(
    "workspaces", "Coder workspaces", per_region=False, stale_after_s=60
)
GATEWAY_KEY: SourceKind[GatewayKey] = SourceKind("gateway-key", "gateway key", per_region=False, stale_after_s=300)
GATEWAY_HEALTH: SourceKind[GatewayHealth] = SourceKind(
    "gateway-health", "gateway health", per_region=False, stale_after_s=60
)
CRON_JOBS: SourceKind[tuple[CronJob, ...]] = SourceKind("cron-jobs", "CronJobs", per_region=True, stale_after_s=900)
GATEWAY_MODELS: SourceKind[GatewayModels] = SourceKind(
    "gateway-models", "gateway models", per_region=False, stale_after_s=7500
)
GATEWAY_PODS: SourceKind[tuple[Pod, ...]] = SourceKind(
    "gateway-pods", "gateway pods", per_region=False, stale_after_s=120
)
PROVIDER_CREDENTIALS: SourceKind[tuple[ProviderSecret, ...]] = SourceKind(
    "provider-credentials", "provider secrets", per_region=False, stale_after_s=1800
)
KARPENTER: SourceKind[Karpenter] = SourceKind("karpenter", "Karpenter", per_region=True, stale_after_s=180)
PROVISIONERS: SourceKind[tuple[ProvisionerPool, ...]] = SourceKind(
    "provisioners", "provisioners", per_region=False, stale_after_s=90
)
PROXIES: SourceKind[Proxies] = SourceKind("proxies", "workspace proxies", per_region=False, stale_after_s=180)
QUOTAS: SourceKind[Quotas] = SourceKind("quotas", "quotas", per_region=True, stale_after_s=180)
RIGHTS: SourceKind[tuple[RightAnswer, ...]] = SourceKind("rights", "rights", per_region=True, stale_after_s=900)
NAMES: SourceKind[tuple[NameAnswer, ...]] = SourceKind("names", "names in DNS", per_region=True, stale_after_s=300)
PULL_SECRETS: SourceKind[PullSecrets] = SourceKind("pull-secrets", "pull secrets", per_region=True, stale_after_s=1800)
WORKSPACE_IMAGES: SourceKind[tuple[WorkspaceImage, ...]] = SourceKind(
    "workspace-images", "workspace images", per_region=False, stale_after_s=900
)
REGISTRY_IMAGES: SourceKind[tuple[RegistryImage, ...]] = SourceKind(
    "registry-images", "registry images", per_region=False, stale_after_s=900
)
PROMETHEUS_HEALTH: SourceKind[PrometheusHealth] = SourceKind(
    "prometheus-health", "Prometheus", per_region=False, stale_after_s=180
)
MEASURE_QUERIES: SourceKind[tuple[QueryAnswer, ...]] = SourceKind(
    "measure-queries", "measures in Prometheus", per_region=False, stale_after_s=60
)
ALERTMANAGER_HEALTH: SourceKind[AlertmanagerHealth] = SourceKind(
    "alertmanager-health", "Alertmanager", per_region=False, stale_after_s=180
)
SIGN_IN: SourceKind[SignInOffer] = SourceKind("sign-in", "sign-in", per_region=False, stale_after_s=300)
SIGN_INS: SourceKind[SignIns] = SourceKind("sign-ins", "sign-ins", per_region=False, stale_after_s=120)
ACCOUNTS: SourceKind[Accounts] = SourceKind("accounts", "Coder's accounts", per_region=False, stale_after_s=900)
CREDITS: SourceKind[Credits] = SourceKind("credits", "Coder's quota", per_region=False, stale_after_s=600)
CLOCKS: SourceKind[tuple[RemoteClock, ...]] = SourceKind("clocks", "clocks", per_region=False, stale_after_s=300)
TARGETS: SourceKind[tuple[Target, ...]] = SourceKind("targets", "named targets", per_region=True, stale_after_s=300)
CODER_TARGETS: SourceKind[tuple[Target, ...]] = SourceKind(
    "coder-targets", "named targets at Coder", per_region=False, stale_after_s=600
)
CODER_RIGHTS: SourceKind[CoderRights] = SourceKind(
    "coder-rights", "rights at Coder", per_region=False, stale_after_s=900
)
OWN_CREDENTIALS: SourceKind[tuple[OwnCredential, ...]] = SourceKind(
    "own-credentials", "our own credentials", per_region=False, stale_after_s=900
)
