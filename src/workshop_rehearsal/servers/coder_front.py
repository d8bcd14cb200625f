"""What answers under a region's domain and its wildcard: Coder, or in its place a load balancer."""

from __future__ import annotations

import re
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from workshop_rehearsal.servers.coder_api import CoderApi
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.world.region import Region
from workshop_rehearsal.world.world import World

VERSION_HEADER = "X-Coder-Build-Version"
_BALANCER_PAGE = """<html>
<head><title>404 Not Found</title></head>
<body><center><h1>404 Not Found</h1></center><hr><center>nginx</center></body>
</html>
"""
_PART = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_APP = re.compile(rf"(?:(?P<slug>{_PART})--)(?:(?P<agent>{_PART})--)?(?P<workspace>{_PART})--(?P<user>{_PART})")
_PORT = re.compile(r"\d{4,5}s?")


class CoderFront:
    """One region's HTTPS entry. `access_url` is the control plane's, with its port."""

    def __init__(
        self, world: World, region: Region, documents: CoderDocuments, api: CoderApi | None, access_url: str
    ) -> None:
        self._world = world
        self._region = region
        self._documents = documents
        self._api = api
        self._access_url = access_url

    def application(self, *middlewares: Middleware) -> web.Application:
        guards = [] if self._api is None else [self._api.guard]
        app = web.Application(middlewares=[*middlewares, self._by_host, *guards])
        for path, handler in (
            ("/healthz", self._healthz),
            ("/latency-check", self._healthz),
            ("/api/v2/buildinfo", self._build_info),
        ):
            app.router.add_get(path, handler, allow_head=False)
        if self._api is None:
            app.router.add_get("/healthz-report", self._report, allow_head=False)
        else:
            self._api.add_routes(app.router)
        app.router.add_get("/{path:.*}", self._page, allow_head=False)
        return app

    @property
    def _version(self) -> str:
        return self._world.release_of(self._region).version

    @web.middleware
    async def _by_host(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        host = request.host.partition(":")[0].lower()
        domain = self._region.place.domain
        if self._region.server.ready_count == 0:
            return web.Response(status=503, text="<html><title>503 Service Temporarily Unavailable</title></html>")
        if host == domain:
            try:
                response = await handler(request)
            except web.HTTPException as raised:
                raised.headers[VERSION_HEADER] = self._version
                raise
        elif host.endswith(f".{domain}"):
            if not self._world.wildcard_works(self._region):
                return web.Response(status=404, text=_BALANCER_PAGE, content_type="text/html")
            response = self._application(request, host.removesuffix(f".{domain}"))
        else:
            response = web.Response(status=307, headers={"Location": f"{self._access_url}{request.path_qs}"})
        response.headers[VERSION_HEADER] = self._version
        return response

    def _application(self, request: web.Request, label: str) -> web.Response:
        """Nobody is signed in under the wildcard: an existing application sends to the sign-in."""
        named = _APP.fullmatch(label)
        if named is None or (_PORT.fullmatch(named["slug"]) and named["agent"] is None):
            text = f'Could not parse subdomain application URL "{label}": invalid application url format'
            return _page(400, "Invalid Application URL", text)
        owner = next((one for one in self._world.people if one.username == named["user"]), None)
        workspaces = [] if owner is None else self._world.workspaces.owned_by(owner)
        here = [one for one in workspaces if one.name == named["workspace"] and one.latest.status != "deleted"]
        known = named["slug"] == "code-server" or _PORT.fullmatch(named["slug"])
        if not here or not known or named["agent"] not in (None, "main"):
            return _page(
                404, "Application Not Found", "The application or workspace you are looking for does not exist."
            )
        target = quote(f"https://{request.host}{request.path_qs}", safe="")
        location = f"{self._access_url}/api/v2/applications/auth-redirect?redirect_uri={target}"
        return web.Response(status=303, headers={"Location": location})

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="OK")

    async def _build_info(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "version": self._version,
                "external_url": f"https://github.com/coder/coder/releases/tag/{self._version}",
                "dashboard_url": self._access_url,
                "workspace_proxy": self._api is None,
                "agent_api_version": "1.0",
                "telemetry": False,
                "deployment_id": self._documents.region_id(self._world.control_plane),
            }
        )

    async def _report(self, _: web.Request) -> web.Response:
        proxy = self._documents.proxy(self._region)
        return web.json_response({name: found or None for name, found in proxy["status"]["report"].items()})

    async def _page(self, request: web.Request) -> web.Response:
        if self._api is None:
            return _page(400, "Head to the Dashboard", "Workspace proxies only serve workspace applications.")
        return _page(200, "Coder", "Sign in")


def _page(status: int, title: str, text: str) -> web.Response:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    head = f"<!doctype html>\n<html><head><title>{title}</title></head>"
    body = f"{head}<body><h1>{title}</h1><p>{escaped}</p></body></html>"
    return web.Response(status=status, text=body, content_type="text/html")
