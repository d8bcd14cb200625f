from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.loopback import Says, loopback
from workshop_tui.checks.template_images_exist import judge
from workshop_tui.clients.network import Network
from workshop_tui.clients.registry import RegistryClient
from workshop_tui.collectors.workspace_images import WorkspaceImagesSource
from workshop_tui.model.facts import Facts
from workshop_tui.model.image import WorkspaceImage
from workshop_tui.model.kinds import NODES, WORKSPACE_IMAGES
from workshop_tui.model.kubernetes import Node
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Image, Settings

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


def judged_on(image: WorkspaceImage, *nodes: Node, context: str | None = "ctx") -> tuple[Outcome, str]:
    settings = Settings.model_validate({"region": [{"name": "ohio", "role": "control-plane", "context": context}]})
    images, regions = SourceKey(WORKSPACE_IMAGES.name), SourceKey(NODES.name, "ohio")
    readings = {images: Reading(images, (image,), NOW), **({regions: Reading(regions, nodes, NOW)} if nodes else {})}
    (found,) = judge(Facts(NOW, None, readings), settings)
    return found.outcome, found.message


AMD, ARM = Node("a", "amd64", "linux", True), Node("b", "arm64", "linux", True)


@pytest.mark.parametrize(
    ("platforms", "nodes", "outcome", "words"),
    [
        (("linux/amd64",), (AMD,), Outcome.PASS, "for linux/amd64"),
        (("linux/arm64",), (AMD,), Outcome.FAIL, "for linux/arm64 only, but nodes of ohio are linux/amd64"),
        (("linux/amd64",), (AMD, ARM), Outcome.FAIL, "nodes of ohio are linux/arm64"),
        (("linux/amd64", "linux/arm64"), (AMD, ARM), Outcome.PASS, "for linux/amd64, linux/arm64"),
        (("windows/amd64",), (AMD,), Outcome.FAIL, "nodes of ohio are linux/amd64"),
        ((), (AMD,), Outcome.UNKNOWN, "does not tell for which platforms"),
        (("linux/amd64",), (), Outcome.UNKNOWN, "the nodes of ohio tell no platform"),
        (("linux/amd64",), (Node("a"),), Outcome.UNKNOWN, "the nodes of ohio tell no platform"),
    ],
)
def test_an_image_exists_only_if_it_exists_for_the_nodes_platforms(
    platforms: tuple[str, ...], nodes: tuple[Node, ...], outcome: Outcome, words: str
) -> None:
    found, message = judged_on(WorkspaceImage("a/b:1", DIGEST, platforms=platforms), *nodes)
    assert (found, words in message) == (outcome, True), message


def test_without_any_cluster_the_platforms_are_only_told() -> None:
    assert judged_on(WorkspaceImage("a/b:1", DIGEST, platforms=("linux/arm64",)), context=None)[0] is Outcome.PASS


async def test_an_index_for_another_processor_is_no_image_for_these_nodes() -> None:
    case = (Path(__file__).parents[2] / "data" / "index-arm-only.json").read_bytes()
    child = b'{"schemaVersion": 2, "config": {"digest": "sha256:cc"}}'
    async with loopback(lambda asked: Says(200, child if "sha256:" in asked.path else case)) as server:
        reference = f"{server.host}/ws/image:1"
        client = RegistryClient(Image(reference=reference, plain_http=True), Network(Settings()))
        try:
            (image,) = await WorkspaceImagesSource({reference: client}, 60).collect()
        finally:
            await client.close()
    assert judged_on(image, AMD)[0] is Outcome.FAIL
    assert judged_on(image, ARM)[0] is Outcome.PASS
