"""Which organisations' provisioners are asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.http_clients import opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.coder import CoderClient
from workshop_tui.collectors.provisioners import ProvisionersSource
from workshop_tui.errors import SourceError

SHOWN = [{"id": "o-1", "name": "coder", "is_default": True}, {"id": "o-2", "name": "Partners"}]


def answer(asked: Asked) -> Says:
    if asked.path == "/api/v2/organizations":
        return Says(200, json.dumps(SHOWN).encode())
    daemons = [{"status": "idle", "version": "v2.35.1"}] if asked.path.endswith("/provisionerdaemons") else []
    return Says(200, json.dumps(daemons).encode())


async def organizations_of(wanted: tuple[str, ...], directory: Path) -> list[str]:
    async with (
        loopback(answer) as server,
        opened(CoderClient, settings_for(f"http://{server.host}", directory)) as client,
    ):
        return [pool.organization for pool in await ProvisionersSource(client, wanted, 10).collect()]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [((), ["coder", "Partners"]), (("Coder",), ["coder"]), (("partners", "coder"), ["coder", "Partners"])],
)
async def test_organisations_are_found_whatever_their_case(
    wanted: tuple[str, ...], found: list[str], tmp_path: Path
) -> None:
    assert await organizations_of(wanted, tmp_path) == found


async def test_an_organisation_that_coder_does_not_show_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Coder shows no organisation Lost"):
        await organizations_of(("coder", "Lost"), tmp_path)
