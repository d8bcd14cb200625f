from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fakes.loopback import Says, loopback
from workshop_tui.checks.template_images_exist import judge
from workshop_tui.clients.network import Network
from workshop_tui.clients.registry import RegistryClient
from workshop_tui.collectors.workspace_images import WorkspaceImagesSource
from workshop_tui.model.facts import Facts
from workshop_tui.model.image import WorkspaceImage
from workshop_tui.model.kinds import WORKSPACE_IMAGES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings import Image, Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
DIGEST = "sha256:" + "9f3c" * 16


@pytest.mark.parametrize(
    ("image", "outcome"),
    [
        (WorkspaceImage("a/b:1", DIGEST), Outcome.PASS),
        (WorkspaceImage("a/b:1", error="no such image", missing=True), Outcome.FAIL),
        (WorkspaceImage("a/b:1", error="the registry refuses"), Outcome.UNKNOWN),
    ],
)
def test_an_image_is_there_missing_or_unknown(image: WorkspaceImage, outcome: Outcome) -> None:
    key = SourceKey(WORKSPACE_IMAGES.name)
    (found,) = judge(Facts(NOW, None, {key: Reading(key, (image,), NOW)}), Settings())
    assert (found.subject, found.outcome) == ("a/b:1", outcome)


async def test_a_registry_that_refuses_one_image_says_nothing_of_the_others() -> None:
    manifest = (
        b'{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {}, "layers": []}'
    )
    kind = "application/vnd.oci.image.manifest.v1+json"

    async with loopback(
        lambda asked: (
            Says(404, b"{}")
            if "gone" in asked.path
            else Says(500, b"broken")
            if "broken" in asked.path
            else Says(200, manifest, {"Content-Type": kind})
        )
    ) as server:
        references = [f"127.0.0.1:{server.port}/ws/{name}:1" for name in ("there", "gone", "broken")]
        network = Network(Settings())
        clients = {name: RegistryClient(Image(reference=name, plain_http=True), network) for name in references}
        try:
            found = await WorkspaceImagesSource(clients, 60).collect()
        finally:
            for client in clients.values():
                await client.close()
    assert [(bool(image.digest), image.missing, bool(image.error)) for image in found] == [
        (True, False, False),
        (False, True, True),
        (False, False, True),
    ]
