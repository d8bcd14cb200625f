"""What may be changed in a simulated cluster: scale, restart, suspend, cordon, evict, delete, limits, rules."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from aiohttp import web

from workshop_rehearsal.servers.kubernetes_patch import MERGE, STRATEGIC, patched
from workshop_rehearsal.servers.kubernetes_rules import change_rule, create_rule, delete_rule
from workshop_rehearsal.servers.kubernetes_status import Refused, done, refusal
from workshop_rehearsal.servers.kubernetes_target import Target
from workshop_rehearsal.servers.kubernetes_types import with_kind
from workshop_rehearsal.servers.kubernetes_users import USER
from workshop_rehearsal.servers.kubernetes_workload import scale_document
from workshop_rehearsal.servers.object_store import ObjectStore, Stored
from workshop_rehearsal.servers.quantity import read_bytes, read_millicores
from workshop_rehearsal.world.controller import change_template, lose, scale
from workshop_rehearsal.world.objects import Kind, Resources, Workload
from workshop_rehearsal.world.region import Region

Document = dict[str, Any]
Change = Callable[[], None]
"""Does what was asked, after everything about it was found right."""

_MAY_CHANGE: Mapping[Kind, tuple[str, ...]] = {
    Kind.DEPLOYMENTS: ("spec.replicas", "spec.template.metadata.annotations", "spec.template.spec.containers"),
    Kind.STATEFULSETS: ("spec.replicas", "spec.template.metadata.annotations", "spec.template.spec.containers"),
    Kind.DAEMONSETS: ("spec.template.metadata.annotations", "spec.template.spec.containers"),
    Kind.CRONJOBS: ("spec.suspend",),
    Kind.NODES: ("spec.unschedulable", "spec.taints"),
    Kind.NODEPOOLS: ("spec.limits",),
    Kind.RESOURCEQUOTAS: ("spec.hard",),
}


class KubernetesWrites:
    def __init__(self, region: Region, store: ObjectStore, webhook_denies: Callable[[], bool]) -> None:
        """`webhook_denies` tells whether an admission webhook refuses every change now, dry runs too."""
        self._webhook_denies = webhook_denies
        self._region = region
        self._cluster = region.cluster
        self._store = store
        self._changes: dict[Kind, Callable[[Target, Document, Document], Change]] = {
            Kind.DEPLOYMENTS: self._workload,
            Kind.STATEFULSETS: self._workload,
            Kind.DAEMONSETS: self._workload,
            Kind.CRONJOBS: self._cron_job,
            Kind.NODES: self._node,
            Kind.NODEPOOLS: self._node_pool,
            Kind.RESOURCEQUOTAS: self._quota,
            Kind.PROMETHEUSRULES: self._rule,
        }

    async def answer(self, request: web.Request, target: Target) -> web.Response:
        """Whatever is not a GET."""
        try:
            if not request[USER].may_write:
                raise Refused(403, "Forbidden", request[USER].denial(request.method, target))
            if target.name is not None and target.subresource == "eviction" and request.method == "POST":
                return self._evict(target, await _body(request), dry=_is_dry(request))
            if target.name is None and request.method == "POST" and "create" in target.type.writes:
                return self._create(target, await _body(request), dry=_is_dry(request))
            if target.name is not None and request.method in ("PATCH", "PUT") and self._may_change(target):
                return await self._change(request, target)
            if target.name is not None and request.method == "DELETE" and "delete" in target.type.writes:
                return self._delete(target, dry=_is_dry(request))
        except Refused as refused:
            return refusal(refused)
        return refusal(
            Refused(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        )

    def _may_change(self, target: Target) -> bool:
        return target.subresource == "scale" or (not target.subresource and "patch" in target.type.writes)

    async def _change(self, request: web.Request, target: Target) -> web.Response:
        stored = self._find(target)
        shown = scale_document(stored.document) if target.subresource else stored.document
        body = await _body(request)
        wanted = body if request.method == "PUT" else patched(shown, body, _patch_kind(request))
        if not isinstance(wanted, dict) or not isinstance(wanted.get("metadata"), dict):
            raise Refused(400, "BadRequest", "the object provided is unrecognized: it has no metadata")
        self._check_version(target, stored, wanted)
        if target.subresource:
            replicas = _replicas(target, wanted.get("spec"))
            change: Change = lambda: scale(self._cluster, self._found_workload(target), replicas)  # noqa: E731
        else:
            if target.type.kind in _MAY_CHANGE:
                _check_fields(target, shown, wanted)
            change = self._changes[target.type.kind](target, shown, wanted)
        if self._webhook_denies():
            raise _denied(target)
        if not _is_dry(request):
            change()
            self._store.refresh()
        after = self._find(target)
        if target.subresource:
            return web.Response(
                body=msgspec.json.encode(scale_document(after.document)), content_type="application/json"
            )
        return web.Response(body=with_kind(target.type, after), content_type="application/json")

    def _check_version(self, target: Target, stored: Stored, wanted: Document) -> None:
        version = wanted["metadata"].get("resourceVersion")
        name = wanted["metadata"].get("name", target.name)
        if name != target.name:
            message = f"the name of the object ({name}) does not match the name on the URL ({target.name})"
            raise Refused(400, "BadRequest", message)
        if version and version != stored.document["metadata"]["resourceVersion"]:
            message = (
                f'Operation cannot be fulfilled on {target.type.plural} "{target.name}": the object has been modified; '
                "please apply your changes to the latest version and try again"
            )
            raise Refused(409, "Conflict", message)

    def _find(self, target: Target) -> Stored:
        stored = self._store.get(target.type.kind, (target.namespace or "", target.name or ""))
        if stored is None:
            raise Refused(404, "NotFound", f'{target.type.plural} "{target.name}" not found')
        return stored

    def _found_workload(self, target: Target) -> Workload:
        return self._cluster.workloads[(target.type.kind, target.namespace or "", target.name or "")]

    def _workload(self, target: Target, shown: Document, wanted: Document) -> Change:
        workload = self._found_workload(target)
        replicas = workload.replicas if workload.kind is Kind.DAEMONSETS else _replicas(target, wanted.get("spec"))
        wanted_template = wanted["spec"].get("template", {})
        annotations = wanted_template.get("metadata", {}).get("annotations") or {}
        containers = wanted_template.get("spec", {}).get("containers") or []
        template = workload.template
        if [one.get("name") for one in containers] != [template.container] or set(containers[0]) != {"name", "image"}:
            raise _invalid(target, "spec.template.spec.containers", "the rehearsal changes an image and no more")
        template = replace(template, image=str(containers[0]["image"]))
        is_new = annotations != workload.annotations or template.image != workload.template.image

        def change() -> None:
            if is_new:
                change_template(self._cluster, workload, template, annotations)
            if workload.kind is not Kind.DAEMONSETS:
                scale(self._cluster, workload, replicas)

        return change

    def _cron_job(self, target: Target, shown: Document, wanted: Document) -> Change:
        key = (target.namespace or "", target.name or "")
        suspend = wanted["spec"].get("suspend", False)
        if not isinstance(suspend, bool):
            raise _unreadable("spec.suspend", "bool")

        def change() -> None:
            self._cluster.cron_jobs[key] = replace(self._cluster.cron_jobs[key], suspended=suspend)
            self._cluster.mark(Kind.CRONJOBS, *key)

        return change

    def _node(self, target: Target, shown: Document, wanted: Document) -> Change:
        cordoned = wanted["spec"].get("unschedulable", False)
        if not isinstance(cordoned, bool):
            raise _unreadable("spec.unschedulable", "bool")
        node = self._cluster.nodes[target.name or ""]
        return lambda: self._region.karpenter.cordon(node, cordoned=cordoned)

    def _node_pool(self, target: Target, shown: Document, wanted: Document) -> Change:
        limits = wanted["spec"].get("limits") or {}
        pool = self._region.karpenter.pools[target.name or ""]
        try:
            asked = Resources(
                read_millicores(limits["cpu"]) if "cpu" in limits else pool.limits.cpu_millicores,
                read_bytes(limits["memory"]) if "memory" in limits else pool.limits.memory_bytes,
            )
        except ValueError as error:
            raise _invalid(target, "spec.limits", str(error)) from None
        return lambda: self._region.karpenter.limit(target.name or "", asked)

    def _quota(self, target: Target, shown: Document, wanted: Document) -> Change:
        hard = {name: str(amount) for name, amount in (wanted["spec"].get("hard") or {}).items()}
        try:
            for amount in hard.values():
                read_bytes(amount)
        except ValueError as error:
            raise _invalid(target, "spec.hard", str(error)) from None

        def change() -> None:
            self._cluster.quotas[target.namespace or ""] = hard
            self._cluster.mark(Kind.RESOURCEQUOTAS, target.namespace or "", target.name or "")

        return change

    def _rule(self, target: Target, shown: Document, wanted: Document) -> Change:
        return change_rule(self._cluster, (target.namespace or "", target.name or ""), wanted)

    def _create(self, target: Target, body: Any, *, dry: bool) -> web.Response:  # noqa: ANN401
        name, make = create_rule(self._cluster, target.namespace or "", body)
        if dry:
            return web.json_response(body, status=201)
        make()
        self._store.refresh()
        made = self._find(replace(target, name=name))
        return web.Response(body=with_kind(target.type, made), content_type="application/json", status=201)

    def _evict(self, target: Target, body: Any, *, dry: bool) -> web.Response:  # noqa: ANN401
        self._find(target)
        metadata = body.get("metadata") if isinstance(body, dict) else None
        if not isinstance(metadata, dict) or metadata.get("name") != target.name or body.get("kind") != "Eviction":
            raise Refused(400, "BadRequest", "name in URL does not match name in Eviction object")
        if not dry:
            self._lose(target)
        response = done()
        response.set_status(201)
        return response

    def _delete(self, target: Target, *, dry: bool) -> web.Response:
        stored = self._find(target)
        if not dry:
            if target.type.kind is Kind.PODS:
                self._lose(target)
            elif target.type.kind is Kind.PROMETHEUSRULES:
                delete_rule(self._cluster, (target.namespace or "", target.name or ""))
                self._store.refresh()
            else:
                nodes = self._cluster.nodes if target.type.kind is Kind.NODES else self._cluster.claims
                self._region.karpenter.end(nodes[target.name or ""])
                self._store.refresh()
        return done(name=target.name, kind=target.type.kind.value, uid=stored.document["metadata"]["uid"])

    def _lose(self, target: Target) -> None:
        lose(self._cluster, self._cluster.pods[(target.namespace or "", target.name or "")])
        self._store.refresh()


async def _body(request: web.Request) -> Any:  # noqa: ANN401
    try:
        return json.loads(await request.read())
    except ValueError:
        raise Refused(400, "BadRequest", "the body of the request is not JSON") from None


def _patch_kind(request: web.Request) -> str:
    if request.content_type not in (MERGE, STRATEGIC):
        message = (
            f"the body of the request was in an unknown format - accepted media types include: {MERGE}, {STRATEGIC}"
        )
        raise Refused(415, "UnsupportedMediaType", message)
    return request.content_type


def _is_dry(request: web.Request) -> bool:
    return request.query.get("dryRun") == "All"


def _replicas(target: Target, spec: Any) -> int:  # noqa: ANN401
    replicas = spec.get("replicas", 1) if isinstance(spec, dict) else 1
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise _unreadable("spec.replicas", "int32")
    if replicas < 0:
        raise _invalid(target, "spec.replicas", f"Invalid value: {replicas}: must be greater than or equal to 0")
    return replicas


def _check_fields(target: Target, shown: Document, wanted: Document) -> None:
    """Nothing else is different: a change that would be lost is refused."""
    allowed = _MAY_CHANGE[target.type.kind]
    spec = wanted.get("spec")
    if not isinstance(spec, dict):
        raise _invalid(target, "spec", "Required value")
    one, other = (_without(document, allowed) for document in (shown, wanted))
    for part in sorted({*one, *other} - {"status", "kind", "apiVersion", "metadata"}):
        if one.get(part) != other.get(part):
            raise _invalid(target, part, f"the rehearsal changes {', '.join(allowed)} and no more")
    for name in ("labels", "annotations"):
        if (shown["metadata"].get(name) or {}) != (wanted["metadata"].get(name) or {}):
            raise _invalid(target, f"metadata.{name}", f"the rehearsal changes {', '.join(allowed)} and no more")


def _without(document: Document, paths: tuple[str, ...]) -> Document:
    left = copy.deepcopy(document)
    for path in paths:
        *parents, name = path.split(".")
        found: Any = left
        for parent in parents:
            found = found.get(parent) if isinstance(found, dict) else None
        if isinstance(found, dict):
            found.pop(name, None)
    return left


def _invalid(target: Target, field: str, why: str) -> Refused:
    kind = f"{target.type.kind_name}.{target.type.group}" if target.type.group else target.type.kind_name
    return Refused(422, "Invalid", f'{kind} "{target.name}" is invalid: {field}: {why}')


def _denied(target: Target) -> Refused:
    """As a policy engine words it: over several lines, with what to do at the end."""
    message = (
        'admission webhook "validate.kyverno.svc-fail" denied the request: \n\n'
        f"resource {target.type.kind_name}/{target.namespace}/{target.name} was blocked due to the following policies"
        " \n\n"
        "freeze-during-workshops:\n"
        "  no-changes: 'validation error: changes of this namespace are frozen while a workshop is announced in the "
        "calendar of the platform team. rule no-changes failed at path /spec/replicas/. Ask for an exception in the "
        "channel #platform-on-call and name the workshop.'\n"
    )
    return Refused(400, "BadRequest", message)


def _unreadable(field: str, shape: str) -> Refused:
    return Refused(400, "BadRequest", f"json: cannot unmarshal into Go struct field {field} of type {shape}")
