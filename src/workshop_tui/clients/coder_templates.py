"""Coder's templates, whose names are unique in one organisation only."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import msgspec

from workshop_tui.clients.json_request import decode, fetch, fetch_json

_PATH = "/api/v2/templates"


class TemplateWire(msgspec.Struct):
    id: str
    name: str
    organization_name: str = ""
    active_version_id: str = ""
    deprecated: bool = False


async def every_template(client: httpx.AsyncClient) -> list[TemplateWire]:
    """Those that the token sees, of all organisations, deprecated ones too. Raises `SourceError`."""
    ordinary = await fetch_json(client, _PATH, list[TemplateWire], "Coder")
    answer = await fetch(client, _PATH, "Coder", params={"q": "deprecated:true"})  # since 2.23 left out above
    if answer.status == 400:  # an old server does not know the word
        return ordinary
    answer.raise_for_status("Coder")
    every = [*ordinary, *decode(answer.body, list[TemplateWire], "Coder")]
    return list({one.id: one for one in every}.values())


def templates_meant(found: Sequence[TemplateWire], name: str, organizations: Sequence[str]) -> list[TemplateWire]:
    """Those of this name that are of `organizations`, or of all where none is named.

    Of several the first organisation's, where it has one: more than one that is left cannot be told apart.
    """
    named = [one for one in found if one.name == name]
    if not organizations:
        return named
    wanted = [organization.casefold() for organization in organizations]  # as Coder compares them
    usable = [one for one in named if one.organization_name.casefold() in wanted]
    usable.sort(key=lambda one: wanted.index(one.organization_name.casefold()))
    return usable[:1]
