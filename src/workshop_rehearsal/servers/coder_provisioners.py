"""Provisioner daemons and their jobs in Coder's API, of one organization at a time."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from workshop_rehearsal.servers.coder_answers import encoded, not_found
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.coder_query import check_parameters, page_bounds
from workshop_rehearsal.servers.coder_visitor import Visitor
from workshop_rehearsal.world.world import World

_JOB_PARAMETERS = frozenset({"limit", "ids", "status", "tags", "initiator"})
_DAEMON_PARAMETERS = frozenset({"limit", "ids", "status", "tags", "offline", "max_age"})
_LIMIT = "50"


class CoderProvisioners:
    """Without the right the organization is not found, as Coder wants it."""

    def __init__(self, world: World, documents: CoderDocuments, visitor: Visitor) -> None:
        self._world = world
        self._documents = documents
        self._visitor = visitor

    def add_routes(self, router: web.UrlDispatcher) -> None:
        root = "/api/v2/organizations/{organization}"
        router.add_get(f"{root}/provisionerdaemons", self._daemons, allow_head=False)
        router.add_get(f"{root}/provisionerjobs", self._jobs, allow_head=False)

    def _organization(self, request: web.Request) -> str | None:
        name = self._documents.organization_named(request.match_info["organization"])
        if name is None or not self._visitor.rights.may("read", "provisioner_jobs", organization=name):
            return None
        return name

    async def _daemons(self, request: web.Request) -> web.Response:
        """Those that are offline only when they are asked for."""
        check_parameters(list(request.query), _DAEMON_PARAMETERS)
        organization = self._organization(request)
        if organization is None:
            return not_found()
        _, end = page_bounds(request.query.get("limit") or _LIMIT, "")
        provisioning = self._world.provisioning
        daemons = list(provisioning.daemons[organization])
        if request.query.get("offline") == "true" or "offline" in _words(request, "status"):
            daemons += provisioning.offline(organization)
        found = [self._documents.daemon(daemon) for daemon in daemons]
        return encoded(200, [one for one in found if _listed(request, one)][:end])

    async def _jobs(self, request: web.Request) -> web.Response:
        """The newest first, as far as they are kept."""
        check_parameters(list(request.query), _JOB_PARAMETERS)
        organization = self._organization(request)
        if organization is None:
            return not_found()
        _, end = page_bounds(request.query.get("limit") or _LIMIT, "")
        jobs = (job for job in reversed(self._world.provisioning.jobs) if job.organization == organization)
        statuses = _words(request, "status")
        found = [self._documents.job(job) for job in jobs if not statuses or job.status in statuses]
        return encoded(200, [one for one in found if _listed(request, one, with_status=False)][:end])


def _words(request: web.Request, parameter: str) -> set[str]:
    return set(filter(None, request.query.get(parameter, "").split(",")))


def _listed(request: web.Request, one: dict[str, Any], *, with_status: bool = True) -> bool:
    ids = _words(request, "ids")
    statuses = _words(request, "status") if with_status else set()
    return (not ids or one["id"] in ids) and (not statuses or one["status"] in statuses)
