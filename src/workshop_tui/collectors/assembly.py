"""Builds the sources that the settings name, and says why the others are not there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from workshop_tui.clients import credentials
from workshop_tui.clients.alertmanager import AlertmanagerClient
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_accounts import CoderAccounts
from workshop_tui.clients.coder_audit import CoderAudit
from workshop_tui.clients.coder_bridge import CoderBridge
from workshop_tui.clients.coder_own import CoderOwn
from workshop_tui.clients.coder_sign_in import CoderSignIn
from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.clients.network import Network
from workshop_tui.clients.prometheus import PrometheusClient
from workshop_tui.clients.registry import RegistryClient
from workshop_tui.clients.route import RouteClient
from workshop_tui.clients.wall_clock import DateClient
from workshop_tui.collectors.accounts import AccountsSource, wanted_organization
from workshop_tui.collectors.alertmanager_health import AlertmanagerHealthSource
from workshop_tui.collectors.clocks import ClockPlace, ClocksSource
from workshop_tui.collectors.coder_rights import CoderRightsSource
from workshop_tui.collectors.coder_targets import CoderTargetsSource, named_organizations, named_templates
from workshop_tui.collectors.credits import CreditsSource
from workshop_tui.collectors.cron_jobs import CronJobsSource
from workshop_tui.collectors.gateway_cluster import gateway_sources, not_in_a_cluster
from workshop_tui.collectors.gateway_health import BridgeHealthSource, GatewayHealthSource
from workshop_tui.collectors.gateway_key import GatewayKeySource
from workshop_tui.collectors.gateway_models import GatewayModelsSource
from workshop_tui.collectors.karpenter import KarpenterSource
from workshop_tui.collectors.measure_queries import MeasureQueriesSource, RegionSplit
from workshop_tui.collectors.names import NamesSource
from workshop_tui.collectors.node_storage import KubeletStorageSource, PrometheusStorageSource
from workshop_tui.collectors.nodes import NodesSource
from workshop_tui.collectors.own_credentials import OwnCredentialsSource
from workshop_tui.collectors.pod_events import PodEventsSource
from workshop_tui.collectors.pods import PodsSource
from workshop_tui.collectors.prometheus_health import PrometheusHealthSource
from workshop_tui.collectors.provisioners import ProvisionersSource
from workshop_tui.collectors.proxies import ProxiesSource
from workshop_tui.collectors.pull_secrets import PullSecretsSource
from workshop_tui.collectors.quotas import QuotasSource
from workshop_tui.collectors.region_targets import RegionTargetsSource
from workshop_tui.collectors.registry_images import RegistryImagesSource
from workshop_tui.collectors.rights import RightsSource
from workshop_tui.collectors.routes import RoutesSource
from workshop_tui.collectors.servers import OF_CODER, server_of
from workshop_tui.collectors.sign_in import SignInSource
from workshop_tui.collectors.sign_ins import SignInsSource
from workshop_tui.collectors.template_jobs import TemplateJobs
from workshop_tui.collectors.who_sees import WhoSees
from workshop_tui.collectors.workspace_images import WorkspaceImagesSource
from workshop_tui.collectors.workspaces import WorkspacesSource
from workshop_tui.model.kinds import (
    ALERTMANAGER_HEALTH,
    CLOCKS,
    CODER_TARGETS,
    CREDITS,
    CRON_JOBS,
    GATEWAY_HEALTH,
    GATEWAY_KEY,
    GATEWAY_MODELS,
    KARPENTER,
    MEASURE_QUERIES,
    NAMES,
    NODE_STORAGE,
    NODES,
    OWN_CREDENTIALS,
    POD_EVENTS,
    PODS,
    PROMETHEUS_HEALTH,
    PULL_SECRETS,
    QUOTAS,
    REGISTRY_IMAGES,
    RIGHTS,
    ROUTES,
    TARGETS,
    WORKSPACE_IMAGES,
)
from workshop_tui.model.source import Source, SourceKey
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


@dataclass(frozen=True)
class Assembly:
    sources: tuple[Source, ...]
    not_configured: Mapping[SourceKey, str]
    """What the settings do not name, with the reason in plain words."""
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    servers: Mapping[SourceKey, str] = field(default_factory=dict)
    """Of the sources that share one."""

    async def close(self) -> None:
        for close in self.closing:
            await close()


@dataclass
class _Builder:
    settings: Settings
    network: Network
    sources: list[Source] = field(default_factory=list)
    not_configured: dict[SourceKey, str] = field(default_factory=dict)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


def assemble(settings: Settings, queries: Mapping[str, str] | None = None) -> Assembly:
    """`queries`: measure -> PromQL, of those that come from Prometheus.

    Opens no connection and reads no secret: what is wrong with those is the source's own error, later.
    """
    builder = _Builder(settings, Network(settings))
    _coder(builder)
    _gateway(builder)
    _registries(builder)
    prometheus = PrometheusClient(settings, builder.network)
    builder.closing.append(prometheus.close)
    _monitoring(builder, prometheus)
    _measure_queries(builder, prometheus, queries or {})
    clusters = {}
    for region in settings.region:
        _routes(builder, region)
        if (cluster := _cluster(builder, region, prometheus)) is not None:
            clusters[region.name] = cluster
    _targets(builder, clusters)
    _clocks(builder, clusters)
    _own_credentials(builder)
    keys = [SourceKey(source.kind.name, source.region) for source in builder.sources]
    servers = {key: server for key in keys if (server := server_of(key, settings)) is not None}
    return Assembly(tuple(builder.sources), builder.not_configured, tuple(builder.closing), servers)


def _coder(builder: _Builder) -> None:
    if credentials.coder_url(builder.settings) is None:
        for kind in OF_CODER:
            builder.not_configured[SourceKey(kind.name)] = "no Coder address is configured"
        return
    client = CoderClient(builder.settings, builder.network)
    sign_in = CoderSignIn(builder.settings, builder.network)
    accounts = CoderAccounts(builder.settings, builder.network)
    audit = CoderAudit(builder.settings, builder.network)
    own = CoderOwn(builder.settings, builder.network)
    builder.closing += [client.close, sign_in.close, accounts.close, audit.close, own.close]
    who = WhoSees(own, client, builder.settings.coder.organizations)
    interval_s = builder.settings.intervals.workspaces_s
    builder.sources += [
        WorkspacesSource(client, who, interval_s),
        ProvisionersSource(client, who, _template_jobs(client, builder.settings), interval_s * 2),
        ProxiesSource(client),
        SignInSource(sign_in),
        SignInsSource(audit, own),
        AccountsSource(client, accounts, own, wanted_organization(builder.settings)),
        CoderRightsSource(who, builder.settings),
    ]
    _credits(builder, client, accounts)
    if named_organizations(builder.settings) or named_templates(builder.settings):
        builder.sources.append(CoderTargetsSource(client, own, builder.settings))
    else:
        reason = "the settings name no organisation and no template"
        builder.not_configured[SourceKey(CODER_TARGETS.name)] = reason


def _template_jobs(client: CoderClient, settings: Settings) -> TemplateJobs:
    return TemplateJobs(client, named_templates(settings), settings.coder.organizations)


def _credits(builder: _Builder, client: CoderClient, accounts: CoderAccounts) -> None:
    test_account = builder.settings.sign_in.test_account
    if test_account is None:
        builder.not_configured[SourceKey(CREDITS.name)] = "sign_in.test_account is not set"
    else:
        builder.sources.append(CreditsSource(client, accounts, wanted_organization(builder.settings), test_account))


def _gateway(builder: _Builder) -> None:
    gateway = builder.settings.gateway
    builder.not_configured |= not_in_a_cluster(builder.settings)
    if gateway.kind is GatewayKind.NONE:
        for kind in (GATEWAY_KEY, GATEWAY_HEALTH, GATEWAY_MODELS):
            builder.not_configured[SourceKey(kind.name)] = "no gateway is configured"
        return
    if gateway.kind is GatewayKind.AI_BRIDGE:
        _bridge(builder)
        return
    client = LiteLLMClient(builder.settings, builder.network)
    builder.closing.append(client.close)
    interval_s = builder.settings.intervals.gateway_s
    builder.sources += [
        GatewayKeySource(client, interval_s),
        GatewayHealthSource(client, interval_s),
        GatewayModelsSource(client, gateway.models if gateway.ask_models else ()),
    ]


def _bridge(builder: _Builder) -> None:
    for kind in (GATEWAY_KEY, GATEWAY_MODELS):
        reason = "the AI bridge takes people's Coder sessions, it has no key or models of its own"
        builder.not_configured[SourceKey(kind.name)] = reason
    if credentials.coder_url(builder.settings) is None:
        builder.not_configured[SourceKey(GATEWAY_HEALTH.name)] = "no Coder address is configured"
        return
    client = CoderClient(builder.settings, builder.network)
    bridge = CoderBridge(builder.settings, builder.network)
    builder.closing += [client.close, bridge.close]
    builder.sources.append(BridgeHealthSource(bridge, client, builder.settings.intervals.gateway_s))


def _registries(builder: _Builder) -> None:
    _workspace_images(builder)
    images = {"source": builder.settings.images.source, "mirror": builder.settings.images.mirror}
    registries = {
        role: (image.reference, RegistryClient(image, builder.network))
        for role, image in images.items()
        if image is not None
    }
    if not registries:
        builder.not_configured[SourceKey(REGISTRY_IMAGES.name)] = "no image is configured at a registry"
        return
    builder.closing += [client.close for _, client in registries.values()]
    builder.sources.append(RegistryImagesSource(registries, builder.settings.intervals.registry_s))


def _monitoring(builder: _Builder, prometheus: PrometheusClient) -> None:
    settings = builder.settings
    if settings.prometheus.url is None:
        builder.not_configured[SourceKey(PROMETHEUS_HEALTH.name)] = "no Prometheus is configured"
    else:
        builder.sources.append(PrometheusHealthSource(prometheus, settings))
    if settings.alertmanager.url is None:
        builder.not_configured[SourceKey(ALERTMANAGER_HEALTH.name)] = "no Alertmanager is configured"
        return
    alertmanager = AlertmanagerClient(settings, builder.network)
    builder.closing.append(alertmanager.close)
    builder.sources.append(AlertmanagerHealthSource(alertmanager, settings.intervals.monitoring_s))


def _measure_queries(builder: _Builder, prometheus: PrometheusClient, queries: Mapping[str, str]) -> None:
    settings = builder.settings
    if settings.prometheus.url is None or not queries:
        reason = (
            "no Prometheus is configured" if settings.prometheus.url is None else "no measure comes from Prometheus"
        )
        builder.not_configured[SourceKey(MEASURE_QUERIES.name)] = reason
        return
    split = RegionSplit(
        settings.prometheus.region_label,
        settings.prometheus.regions,
        tuple(region.name for region in settings.region),
        settings.home_of_the_platform,
    )
    live, oldest_s = settings.live, settings.thresholds.metric_age_s
    source = MeasureQueriesSource(prometheus, queries, split, live.query_interval_s, live.queries_at_once, oldest_s)
    builder.sources.append(source)


def _workspace_images(builder: _Builder) -> None:
    images = builder.settings.images.workspaces
    if not images:
        builder.not_configured[SourceKey(WORKSPACE_IMAGES.name)] = "images.workspaces names none"
        return
    registries = {image.reference: RegistryClient(image, builder.network) for image in images}
    builder.closing += [client.close for client in registries.values()]
    builder.sources.append(WorkspaceImagesSource(registries, builder.settings.intervals.registry_s))


def _routes(builder: _Builder, region: Region) -> None:
    if region.domain is None and region.wildcard is None:
        for kind in (ROUTES, NAMES):
            builder.not_configured[SourceKey(kind.name, region.name)] = "no domain is configured"
        return
    if builder.settings.network.public_nameserver is None:
        reason = "network.public_nameserver is not set"
        builder.not_configured[SourceKey(NAMES.name, region.name)] = reason
    else:
        builder.sources.append(NamesSource(builder.network, region))
    client = RouteClient(builder.network)
    builder.sources.append(RoutesSource(client, region, builder.settings.intervals.routes_s))


def _targets(builder: _Builder, clusters: Mapping[str, Cluster]) -> None:
    settings = builder.settings
    at_gateway = settings.gateway_region if settings.gateway.kind is GatewayKind.LITELLM else None
    for region in settings.region:
        if region.context is None and region.domain is None and region.wildcard is None:
            reason = "neither context nor domain is configured"
            builder.not_configured[SourceKey(TARGETS.name, region.name)] = reason
            continue
        cluster = clusters.get(region.name)
        builder.sources.append(RegionTargetsSource(cluster, builder.network, region, has_gateway=region is at_gateway))


def _clocks(builder: _Builder, clusters: Mapping[str, Cluster]) -> None:
    settings = builder.settings
    client = DateClient(builder.network)
    builder.closing.append(client.close)
    urls = {"Coder": credentials.coder_url(settings)}
    if settings.gateway.kind is GatewayKind.LITELLM:
        urls["the gateway"] = str(settings.gateway.url)
    if settings.prometheus.url is not None:
        urls["Prometheus"] = str(settings.prometheus.url)
    places = [ClockPlace(name, None, partial(client.headers, url, name)) for name, url in urls.items() if url]
    places += [ClockPlace("the cluster", name, partial(one.headers, "/version")) for name, one in clusters.items()]
    if places:
        builder.sources.append(ClocksSource(tuple(places)))
    else:
        builder.not_configured[SourceKey(CLOCKS.name)] = "nothing is configured that tells the time"


def _own_credentials(builder: _Builder) -> None:
    settings = builder.settings
    contexts = {region.name: region.context for region in settings.region if region.context is not None}
    own = None
    if credentials.coder_url(settings) is not None:
        own = CoderOwn(settings, builder.network)
        builder.closing.append(own.close)
    if own is None and not contexts:
        builder.not_configured[SourceKey(OWN_CREDENTIALS.name)] = "neither Coder nor a kube context is configured"
    else:
        builder.sources.append(OwnCredentialsSource(own, contexts, credentials.kubeconfig(settings)))


def _cluster(builder: _Builder, region: Region, prometheus: PrometheusClient) -> Cluster | None:
    settings = builder.settings
    if region.context is None:
        for kind in (PODS, NODES, POD_EVENTS, NODE_STORAGE, CRON_JOBS, KARPENTER, PULL_SECRETS, QUOTAS, RIGHTS):
            builder.not_configured[SourceKey(kind.name, region.name)] = "no kube context is configured"
        return None
    cluster = Cluster(
        credentials.kubeconfig(settings),
        region.context,
        loopback_only=builder.network.loopback_only,
        allow_plain_http=region.context in settings.kubernetes.allow_plain_http,
    )
    builder.closing.append(cluster.close)
    builder.sources += [PodsSource(cluster, region), NodesSource(cluster, region), CronJobsSource(cluster, region)]
    if region.namespaces.workspaces:
        builder.sources += [PodEventsSource(cluster, region), QuotasSource(cluster, region)]
    else:
        for kind in (POD_EVENTS, QUOTAS):
            builder.not_configured[SourceKey(kind.name, region.name)] = "no workspace namespace is configured"
    builder.sources += gateway_sources(settings, region, cluster)
    if settings.kubernetes.pull_secrets:
        builder.sources.append(PullSecretsSource(cluster, region))
    else:
        builder.not_configured[SourceKey(PULL_SECRETS.name, region.name)] = "kubernetes.pull_secrets is false"
    builder.sources.append(RightsSource(cluster, region, settings))
    if region.namespaces.karpenter:
        builder.sources.append(KarpenterSource(cluster, region))
    else:
        builder.not_configured[SourceKey(KARPENTER.name, region.name)] = "this region is said to have no Karpenter"
    interval_s = settings.intervals.node_storage_s
    if settings.kubernetes.node_storage == "kubelet":
        builder.sources.append(KubeletStorageSource(cluster, region, interval_s))
    elif settings.kubernetes.node_storage == "prometheus":
        builder.sources.append(PrometheusStorageSource(cluster, prometheus, region, interval_s))
    else:
        key = SourceKey(NODE_STORAGE.name, region.name)
        builder.not_configured[key] = "kubernetes.node_storage is none"
    return cluster
