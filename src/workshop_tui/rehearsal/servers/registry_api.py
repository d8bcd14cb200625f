"""An OCI registry with one repository: manifests by tag and digest, configs, and the list of tags."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Middleware

from workshop_tui.rehearsal.world.image import INDEX, Blob, Repository


class RegistryApi:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def application(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(middlewares=[*middlewares])
        app.router.add_get("/v2/", _base)
        app.router.add_get("/v2/{name:.+}/manifests/{reference}", self._manifest)
        app.router.add_get("/v2/{name:.+}/blobs/{digest}", self._blob)
        app.router.add_get("/v2/{name:.+}/tags/list", self._tags)
        return app

    async def _manifest(self, request: web.Request) -> web.Response:
        if request.match_info["name"] != self._repository.name:
            return _error("NAME_UNKNOWN", "repository name not known to registry")
        blob = self._repository.manifest(request.match_info["reference"])
        if blob is None:
            return _error("MANIFEST_UNKNOWN", "manifest unknown")
        if not _accepts(request, blob.media_type):
            if blob.media_type != INDEX:
                return _error("MANIFEST_UNKNOWN", "the manifest is of a type that was not accepted")
            # As real registries do: a client that does not know indexes gets linux/amd64.
            blob = self._repository.first_platform(blob)
        return _content(blob)

    async def _blob(self, request: web.Request) -> web.Response:
        if request.match_info["name"] != self._repository.name:
            return _error("NAME_UNKNOWN", "repository name not known to registry")
        blob = self._repository.configs.get(request.match_info["digest"])
        return _error("BLOB_UNKNOWN", "blob unknown to registry") if blob is None else _content(blob)

    async def _tags(self, request: web.Request) -> web.Response:
        if request.match_info["name"] != self._repository.name:
            return _error("NAME_UNKNOWN", "repository name not known to registry")
        return web.json_response({"name": self._repository.name, "tags": sorted(self._repository.tags)})


def _accepts(request: web.Request, media_type: str) -> bool:
    listed = ",".join(request.headers.getall("Accept", ["*/*"]))
    accepted = {part.partition(";")[0].strip() for part in listed.split(",")}
    return media_type in accepted or "*/*" in accepted


def _content(blob: Blob) -> web.Response:
    return web.Response(
        body=blob.content,
        headers={
            "Content-Type": blob.media_type,
            "Docker-Content-Digest": blob.digest,
            "ETag": f'"{blob.digest}"',
            "Docker-Distribution-Api-Version": "registry/2.0",
        },
    )


async def _base(_: web.Request) -> web.Response:
    return web.json_response({}, headers={"Docker-Distribution-Api-Version": "registry/2.0"})


def _error(code: str, message: str) -> web.Response:
    return web.json_response({"errors": [{"code": code, "message": message}]}, status=404)
