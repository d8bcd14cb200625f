"""Templates and their versions in Coder's API: deprecated ones are left out unless they are asked for."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from workshop_rehearsal.servers.coder_answers import encoded, not_found
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.coder_query import parse_query
from workshop_rehearsal.world.template import DEPRECATED, TEMPLATES, Template

_KEYS = frozenset(
    {
        "organization",
        "exact_name",
        "exact_display_name",
        "name",
        "display_name",
        "ids",
        "deprecated",
        "has-ai-task",
        "author",
        "author_id",
        "deleted",
    }
)


class CoderTemplates:
    def __init__(self, documents: CoderDocuments) -> None:
        self._documents = documents

    def add_routes(self, router: web.UrlDispatcher) -> None:
        for path in ("/templates", "/organizations/{organization}/templates"):
            router.add_get(f"/api/v2{path}", self._list, allow_head=False)
        router.add_get("/api/v2/templates/{id}", self._one, allow_head=False)
        router.add_get("/api/v2/templateversions/{id}", self._version, allow_head=False)

    async def _list(self, request: web.Request) -> web.Response:
        if "organization" in request.match_info:
            organization = self._documents.organization_named(request.match_info["organization"])
            if organization is None:
                return not_found()
            if organization != "coder":
                return encoded(200, [])
        terms = parse_query(request.query.get("q", ""), keys=_KEYS, bare="name")
        templates = (DEPRECATED,) if terms.get("deprecated") == "true" else TEMPLATES
        found = [
            template
            for template in templates
            if terms.get("name", "") in template.name and terms.get("exact_name", template.name) == template.name
        ]
        return encoded(200, [self._documents.template(template) for template in found])

    async def _one(self, request: web.Request) -> web.Response:
        found = self._find(request.match_info["id"], self._documents.template_id)
        return not_found() if found is None else encoded(200, self._documents.template(found))

    async def _version(self, request: web.Request) -> web.Response:
        found = self._find(request.match_info["id"], self._documents.template_version_id)
        return not_found() if found is None else encoded(200, self._documents.template_version(found))

    def _find(self, identity: str, id_of: Callable[[Template], str]) -> Template | None:
        return next((one for one in (*TEMPLATES, DEPRECATED) if id_of(one) == identity), None)
