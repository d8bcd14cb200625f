"""What the API server says that it serves: `kubectl` asks this first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aiohttp import web

from workshop_rehearsal.servers.kubernetes_types import READS, ResourceType

_SUBRESOURCES: dict[str, dict[str, Any]] = {
    "scale": {"group": "autoscaling", "version": "v1", "kind": "Scale", "verbs": ["get", "patch", "update"]},
    "eviction": {"group": "policy", "version": "v1", "kind": "Eviction", "verbs": ["create"]},
}


def add_discovery(app: web.Application, types: Sequence[ResourceType]) -> None:
    """`/api`, `/apis`, and the resource list of each group's version."""
    versions = dict.fromkeys((type_.group, type_.version) for type_ in types)
    groups = [*((group, version) for group, version in versions if group), ("policy", "v1")]
    app.router.add_get("/api", _answer({"kind": "APIVersions", "versions": ["v1"]}))
    listed = [
        {
            "name": group,
            "versions": [{"groupVersion": f"{group}/{version}", "version": version}],
            "preferredVersion": {"groupVersion": f"{group}/{version}", "version": version},
        }
        for group, version in groups
    ]
    app.router.add_get("/apis", _answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}))
    for group, version in versions:
        served = [type_ for type_ in types if (type_.group, type_.version) == (group, version)]
        resources = [one for type_ in served for one in (_resource(type_), *_subresources(type_))]
        group_version = f"{group}/{version}" if group else version
        path = f"/apis/{group_version}" if group else f"/api/{version}"
        document = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version}
        app.router.add_get(path, _answer({**document, "resources": resources}))
    nothing = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "policy/v1", "resources": []}
    app.router.add_get("/apis/policy/v1", _answer(nothing))
    _add_open_api(app, [type_ for type_ in types if "create" in type_.writes])


def _add_open_api(app: web.Application, types: Sequence[ResourceType]) -> None:
    """`kubectl create` and `apply` look there whether the server itself validates what they send: ours does."""
    paths = {f"apis/{type_.api_version}": f"/openapi/v3/apis/{type_.api_version}" for type_ in types}
    index = {path: {"serverRelativeURL": f"{url}?hash=0"} for path, url in paths.items()}
    app.router.add_get("/openapi/v3", _answer({"paths": index}))
    for path, url in paths.items():
        served = [type_ for type_ in types if f"apis/{type_.api_version}" == path]
        operations = {
            f"/{path}/namespaces/{{namespace}}/{type_.kind.value}/{{name}}": {"patch": _patch(type_)}
            for type_ in served
        }
        information = {"title": "Kubernetes CRD Swagger", "version": "v0.1.0"}
        app.router.add_get(url, _answer({"openapi": "3.0.0", "info": information, "paths": operations}))


def _patch(type_: ResourceType) -> dict[str, Any]:
    parameter = {"name": "fieldValidation", "in": "query", "schema": {"type": "string", "uniqueItems": True}}
    kind = {"group": type_.group, "version": type_.version, "kind": type_.kind_name}
    return {
        "parameters": [parameter],
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": kind,
    }


def _resource(type_: ResourceType) -> dict[str, Any]:
    return {
        "name": type_.kind.value,
        "singularName": type_.kind_name.lower(),
        "namespaced": type_.namespaced,
        "kind": type_.kind_name,
        "shortNames": list(type_.short_names),
        "verbs": [*READS, *type_.writes],
    }


def _subresources(type_: ResourceType) -> Iterator[dict[str, Any]]:
    """`kubectl scale` and `kubectl drain` look for these."""
    for name in type_.subresources:
        yield {
            "name": f"{type_.kind.value}/{name}",
            "singularName": "",
            "namespaced": type_.namespaced,
            **_SUBRESOURCES[name],
        }


def _answer(document: dict[str, Any]) -> Any:  # noqa: ANN401  # aiohttp's handler type is private
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(document)

    return answer
