"""An OCI registry with one repository: manifests by tag and digest, blobs, the list of tags, and pushes."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from workshop_rehearsal.world.image import INDEX, Blob, Repository, digest_of

_MOST_BYTES = 64 * 2**20
"""Of one request's body; the images of a rehearsal are small."""
_UNNAMED = "application/octet-stream"


@dataclass(slots=True)
class _Upload:
    content: bytearray = field(default_factory=bytearray)


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class RegistryApi:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._uploads: dict[str, _Upload] = {}

    def application(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(middlewares=[*middlewares, self._guard], client_max_size=_MOST_BYTES)
        app.router.add_get("/v2/", _base)
        app.router.add_get("/v2/{name:.+}/manifests/{reference}", self._manifest)
        app.router.add_put("/v2/{name:.+}/manifests/{reference}", self._put_manifest)
        app.router.add_post("/v2/{name:.+}/blobs/uploads/", self._begin)
        app.router.add_get("/v2/{name:.+}/blobs/uploads/{upload}", self._progress)
        app.router.add_patch("/v2/{name:.+}/blobs/uploads/{upload}", self._append)
        app.router.add_put("/v2/{name:.+}/blobs/uploads/{upload}", self._finish)
        app.router.add_delete("/v2/{name:.+}/blobs/uploads/{upload}", self._cancel)
        app.router.add_get("/v2/{name:.+}/blobs/{digest}", self._blob)
        app.router.add_get("/v2/{name:.+}/tags/list", self._tags)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        name = request.match_info.get("name", self._repository.name)
        if name != self._repository.name:
            return _error(404, "NAME_UNKNOWN", "repository name not known to registry")
        if request.method not in ("GET", "HEAD") and not self._repository.writable:
            return _error(403, "DENIED", "requested access to the resource is denied")
        try:
            return await handler(request)
        except _RefusedError as refused:
            return _error(refused.status, refused.code, refused.message)

    async def _manifest(self, request: web.Request) -> web.Response:
        blob = self._repository.manifest(request.match_info["reference"])
        if blob is None:
            raise _RefusedError(404, "MANIFEST_UNKNOWN", "manifest unknown")
        if not _accepts(request, blob.media_type):
            # As real registries do: a client that does not know indexes gets linux/amd64.
            one = self._repository.first_platform(blob) if blob.media_type == INDEX else None
            if one is None:
                raise _RefusedError(404, "MANIFEST_UNKNOWN", "the manifest is of a type that was not accepted")
            blob = one
        return _content(blob)

    async def _put_manifest(self, request: web.Request) -> web.Response:
        content = await request.read()
        blob = Blob(request.content_type, content)
        self._check_manifest(content)
        reference = request.match_info["reference"]
        if ":" in reference:
            _check_digest(content, reference)
        else:
            self._repository.tags[reference] = blob
        self._repository.manifests[blob.digest] = blob
        headers = {"Location": f"/v2/{self._repository.name}/manifests/{blob.digest}"}
        return web.Response(status=201, headers={**headers, "Docker-Content-Digest": blob.digest})

    def _check_manifest(self, content: bytes) -> None:
        """All that it names is here: a manifest is pushed last."""
        try:
            document = json.loads(content)
            children = [entry["digest"] for entry in document.get("manifests", ())]
            named = [part["digest"] for part in (*document.get("layers", ()), document.get("config")) if part]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _RefusedError(400, "MANIFEST_INVALID", "manifest invalid") from None
        if not children and not named:
            raise _RefusedError(400, "MANIFEST_INVALID", "manifest invalid: it names neither manifests nor a config")
        missing = [digest for digest in children if digest not in self._repository.manifests]
        missing += [digest for digest in named if digest not in self._repository.blobs]
        if missing:
            raise _RefusedError(400, "MANIFEST_BLOB_UNKNOWN", f"blob unknown to registry: {missing[0]}")

    async def _begin(self, request: web.Request) -> web.Response:
        mounted = request.query.get("mount", "")
        if mounted in self._repository.blobs:
            return self._stored(mounted)
        if "digest" in request.query:
            return self._keep(await request.read(), request.query["digest"])
        identity = str(uuid.uuid4())
        self._uploads[identity] = _Upload()
        return self._accepted(identity, 202)

    async def _progress(self, request: web.Request) -> web.Response:
        self._upload(request)
        return self._accepted(request.match_info["upload"], 204)

    async def _append(self, request: web.Request) -> web.Response:
        upload = self._upload(request)
        begins = request.headers.get("Content-Range", "").partition("-")[0]
        if begins and begins != str(len(upload.content)):
            return self._accepted(request.match_info["upload"], 416)
        upload.content += await request.read()
        return self._accepted(request.match_info["upload"], 202)

    async def _finish(self, request: web.Request) -> web.Response:
        upload = self._upload(request)
        content = bytes(upload.content) + await request.read()
        response = self._keep(content, request.query.get("digest", ""))
        del self._uploads[request.match_info["upload"]]
        return response

    async def _cancel(self, request: web.Request) -> web.Response:
        self._upload(request)
        del self._uploads[request.match_info["upload"]]
        return web.Response(status=204)

    def _upload(self, request: web.Request) -> _Upload:
        upload = self._uploads.get(request.match_info["upload"])
        if upload is None:
            raise _RefusedError(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        return upload

    def _accepted(self, identity: str, status: int) -> web.Response:
        last = max(0, len(self._uploads[identity].content) - 1)
        headers = {"Location": f"/v2/{self._repository.name}/blobs/uploads/{identity}", "Range": f"0-{last}"}
        return web.Response(status=status, headers={**headers, "Docker-Upload-UUID": identity})

    def _keep(self, content: bytes, digest: str) -> web.Response:
        _check_digest(content, digest)
        self._repository.blobs[digest] = Blob(_UNNAMED, content)
        return self._stored(digest)

    def _stored(self, digest: str) -> web.Response:
        headers = {"Location": f"/v2/{self._repository.name}/blobs/{digest}", "Docker-Content-Digest": digest}
        return web.Response(status=201, headers=headers)

    async def _blob(self, request: web.Request) -> web.Response:
        blob = self._repository.blobs.get(request.match_info["digest"])
        if blob is None:
            raise _RefusedError(404, "BLOB_UNKNOWN", "blob unknown to registry")
        return _content(blob)

    async def _tags(self, _: web.Request) -> web.Response:
        return web.json_response({"name": self._repository.name, "tags": sorted(self._repository.tags)})


def _check_digest(content: bytes, digest: str) -> None:
    if digest_of(content) != digest:
        raise _RefusedError(400, "DIGEST_INVALID", "provided digest did not match uploaded content")


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


def _error(status: int, code: str, message: str) -> web.Response:
    body: dict[str, Any] = {"errors": [{"code": code, "message": message}]}
    return web.json_response(body, status=status)
