"""What everybody sees in Coder's dashboard: its name and its banners, which a licence lets an owner set."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from workshop_rehearsal.servers.coder_answers import encoded, message, read_body
from workshop_rehearsal.servers.coder_licence import Edition
from workshop_rehearsal.servers.coder_query import InvalidError
from workshop_rehearsal.servers.coder_visitor import Visitor

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


class CoderAppearance:
    def __init__(self, visitor: Visitor, edition: Edition) -> None:
        self._visitor = visitor
        self._edition = edition
        self._shown: dict[str, Any] = {"application_name": "", "logo_url": "", "announcement_banners": []}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """An AGPL build has none of them."""
        if self._edition is not Edition.AGPL:
            router.add_get("/api/v2/appearance", self._show, allow_head=False)
            router.add_put("/api/v2/appearance", self._change)

    async def _show(self, _: web.Request) -> web.Response:
        return encoded(200, {**self._shown, "service_banner": {"enabled": False}, "support_links": [], "docs_url": ""})

    async def _change(self, request: web.Request) -> web.Response:
        if self._edition is not Edition.LICENSED:
            return message(403, "Appearance is a Premium feature. Contact sales!")
        if not self._visitor.rights.may("update", "deployment_config"):
            return message(403, "Insufficient permissions to update appearance")
        body = await read_body(request)
        banners = body.get("announcement_banners") or []
        for banner in banners:
            if banner.get("enabled") and not _COLOR.fullmatch(str(banner.get("background_color"))):
                raise InvalidError("announcement_banners", "Invalid color format, expected #RRGGBB")
        self._shown = {name: body.get(name) or self._shown[name] for name in ("application_name", "logo_url")}
        self._shown["announcement_banners"] = banners
        return encoded(200, body)
