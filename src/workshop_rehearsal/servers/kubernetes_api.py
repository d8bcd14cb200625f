"""The Kubernetes API of one region, over the paths and with the answers of the real one."""

from __future__ import annotations

import base64
import binascii
import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from workshop_rehearsal.servers.kubelet_stats import stats_summary
from workshop_rehearsal.servers.kubernetes_discovery import add_discovery
from workshop_rehearsal.servers.kubernetes_objects import KUBELET_VERSION
from workshop_rehearsal.servers.kubernetes_secret import metadata_alone
from workshop_rehearsal.servers.kubernetes_status import Refused, failure, refusal
from workshop_rehearsal.servers.kubernetes_target import Target, read_target
from workshop_rehearsal.servers.kubernetes_types import MONITORING, TYPES, ResourceType, with_kind
from workshop_rehearsal.servers.kubernetes_users import USER, acting_user, review
from workshop_rehearsal.servers.kubernetes_watch import WatchRequest, watch
from workshop_rehearsal.servers.kubernetes_workload import scale_document
from workshop_rehearsal.servers.kubernetes_writes import KubernetesWrites
from workshop_rehearsal.servers.object_store import ExpiredError, ObjectStore, Stored
from workshop_rehearsal.servers.selector import BadSelectorError, Match, field_match, label_match
from workshop_rehearsal.world.objects import Kind
from workshop_rehearsal.world.region import Region
from workshop_rehearsal.world.world import World

SNAPSHOTS_KEPT = 64
"""Lists that can still be continued; an older one has expired."""


class KubernetesApi:
    def __init__(
        self,
        world: World,
        region: Region,
        store: ObjectStore,
        token: str,
        plays: Callable[[str, str], bool],
        *,
        bookmark_every_s: float,
    ) -> None:
        """`plays` tells whether a fault of that source and kind lasts in this region."""
        self._world = world
        self._region = region
        self._store = store
        self._token = token
        self._bookmark_every_s = bookmark_every_s
        self._plays = plays
        self._writes = KubernetesWrites(region, store, lambda: plays("kubernetes", "denying-webhook"))
        self._snapshots: OrderedDict[int, tuple[int, list[Stored]]] = OrderedDict()
        self._snapshot_count = 0

    def application(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(middlewares=[*middlewares, self._authenticate])
        app.router.add_get("/readyz", _ok)
        app.router.add_get("/livez", _ok)
        for path in ("/version", "/version/"):
            app.router.add_get(path, _version)
        app.router.add_post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        app.router.add_get("/api/v1/nodes/{name}/proxy/stats/summary", self._stats)
        add_discovery(app, [type_ for type_ in TYPES.values() if not self._is_absent(type_)])
        app.router.add_route("*", "/{path:.*}", self._resource)
        return app

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return failure(401, "Unauthorized", "Unauthorized")
        try:
            request[USER] = acting_user(request.headers)
        except Refused as refused:
            return refusal(refused)
        return await handler(request)

    async def _stats(self, request: web.Request) -> web.Response:
        node = self._region.cluster.nodes.get(request.match_info["name"])
        if node is None:
            return failure(404, "NotFound", f'nodes "{request.match_info["name"]}" not found')
        if node.lost_s is not None:
            told = f"error trying to reach service: dial tcp {node.address}:10250: i/o timeout"
            return failure(503, "ServiceUnavailable", told)
        is_first = node is self._region.cluster.first_workspace_node
        full = is_first and self._plays("kubelet", "full-image-disks")
        return _encoded(stats_summary(node, self._world, has_full_image_disk=full))

    async def _resource(self, request: web.Request) -> web.StreamResponse:
        target = read_target(request.path)
        if target is None or self._is_absent(target.type):
            return failure(404, "NotFound", "the server could not find the requested resource")
        if request.method != "GET":
            return await self._writes.answer(request, target)
        if target.subresource == "eviction":
            return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        if target.name is not None:
            return self._one(request, target, target.name)
        if target.type.kind is Kind.SECRETS:
            return failure(403, "Forbidden", 'secrets is forbidden: User "rehearsal" cannot list resource "secrets"')
        return await self._many(request, target)

    async def _many(self, request: web.Request, target: Target) -> web.StreamResponse:
        query = request.query
        try:
            matches = _matches(target, query.get("labelSelector", ""), query.get("fieldSelector", ""))
            if query.get("watch") in ("true", "1"):
                return await self._watch(request, target, matches)
            return self._list(request, target, matches)
        except (BadSelectorError, ValueError) as error:
            return failure(400, "BadRequest", str(error))
        except ExpiredError:
            return failure(410, "Expired", "The provided continue parameter is too old to display a consistent list.")

    def _is_absent(self, type_: ResourceType) -> bool:
        """Prometheus and its operator run beside Coder's server."""
        if type_.group == MONITORING:
            return not self._region.place.is_control_plane
        return type_.group == "karpenter.sh" and not self._region.cluster.has_karpenter

    def _one(self, request: web.Request, target: Target, name: str) -> web.Response:
        stored = self._store.get(target.type.kind, (target.namespace or "", name))
        if stored is None:
            return failure(404, "NotFound", f'{target.type.plural} "{name}" not found')
        if target.subresource == "scale":
            return _encoded(scale_document(stored.document))
        if metadata_alone(request.headers.get("Accept", "")):
            head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            return _encoded({**head, "metadata": stored.document["metadata"]})
        return web.Response(body=with_kind(target.type, stored), content_type="application/json")

    def _list(self, request: web.Request, target: Target, matches: Match) -> web.Response:
        limit = int(request.query.get("limit") or 0)
        token = request.query.get("continue", "")
        if token:
            snapshot, begin = _read_token(token)
            if snapshot not in self._snapshots:
                raise ExpiredError
            version, found = self._snapshots[snapshot]
        else:
            version, begin = self._store.version, 0
            found = self._store.all(target.type.kind)
            if not _takes_all(target, request):
                found = [stored for stored in found if matches(stored.document)]
            snapshot = 0
        page = found[begin : begin + limit] if limit > 0 else found[begin:]
        rest = len(found) - begin - len(page)
        metadata: dict[str, Any] = {"resourceVersion": str(version)}
        if rest:
            snapshot = snapshot or self._keep(version, found)
            metadata |= {"continue": _write_token(snapshot, begin + len(page)), "remainingItemCount": rest}
        head = {"kind": f"{target.type.kind_name}List", "apiVersion": target.type.api_version, "metadata": metadata}
        items = b",".join(stored.body for stored in page)
        body = msgspec.json.encode(head)[:-1] + b',"items":[' + items + b"]}"
        return web.Response(body=body, content_type="application/json")

    def _keep(self, version: int, found: list[Stored]) -> int:
        self._snapshot_count += 1
        self._snapshots[self._snapshot_count] = (version, found)
        while len(self._snapshots) > SNAPSHOTS_KEPT:
            self._snapshots.popitem(last=False)
        return self._snapshot_count

    async def _watch(self, request: web.Request, target: Target, matches: Match) -> web.StreamResponse:
        query = request.query
        initial = query.get("sendInitialEvents") in ("true", "1")
        if "continue" in query:
            raise ValueError("continue is not allowed with watch")
        if initial and query.get("resourceVersionMatch") != "NotOlderThan":
            raise ValueError("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
        wanted = query.get("resourceVersion", "")
        from_now = wanted in ("", "0")
        version = self._store.version if from_now else int(wanted)
        if version > self._store.version:
            return failure(504, "Timeout", f"Too large resource version: {version}, current: {self._store.version}")
        seconds = query.get("timeoutSeconds", "")
        return await watch(
            request,
            self._store,
            WatchRequest(
                target.type.kind,
                lambda stored: with_kind(target.type, stored),
                matches,
                version,
                state_first=from_now or initial,
                bookmarks=query.get("allowWatchBookmarks") in ("true", "1"),
                marks_end_of_state=initial,
                kind_name=target.type.kind_name,
                api_version=target.type.api_version,
                timeout_s=float(seconds) if seconds and int(seconds) > 0 else 1800.0,
                bookmark_every_s=self._bookmark_every_s,
            ),
        )


def _takes_all(target: Target, request: web.Request) -> bool:
    selectors = (request.query.get("labelSelector"), request.query.get("fieldSelector"))
    return target.namespace is None and not any(selectors)


def _matches(target: Target, labels: str, fields: str) -> Match:
    tests: list[Callable[[dict[str, Any]], bool]] = []
    if target.namespace is not None:
        tests.append(lambda document: document["metadata"]["namespace"] == target.namespace)
    if labels:
        tests.append(label_match(labels))
    if fields:
        tests.append(field_match(target.type.kind, fields))
    return lambda document: all(test(document) for test in tests)


def _write_token(snapshot: int, begin: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([snapshot, begin]).encode()).decode()


def _read_token(token: str) -> tuple[int, int]:
    try:
        snapshot, begin = json.loads(base64.urlsafe_b64decode(token))
        return int(snapshot), int(begin)
    except (binascii.Error, ValueError, TypeError):
        raise ValueError("continue key is not valid") from None


def _encoded(document: dict[str, Any]) -> web.Response:
    return web.Response(body=msgspec.json.encode(document), content_type="application/json")


async def _ok(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _version(_: web.Request) -> web.Response:
    major, minor = KUBELET_VERSION.removeprefix("v").split(".")[:2]
    return _encoded(
        {
            "major": major,
            "minor": minor,
            "gitVersion": KUBELET_VERSION,
            "gitCommit": "0000000000000000000000000000000000000000",
            "gitTreeState": "clean",
            "buildDate": "2026-07-01T00:00:00Z",
            "goVersion": "go1.25",
            "compiler": "gc",
            "platform": "linux/amd64",
        }
    )
