"""One image in two wrappings is one image; what differs is said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fakes.region_pods import region_pods
from workshop_tui.checks.images_match_across_regions import judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.image import PlatformImage, RegistryImage
from workshop_tui.model.kinds import NODES, PODS, REGISTRY_IMAGES
from workshop_tui.model.kubernetes import Container, Node, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


def digest(name: str) -> str:
    return "sha256:" + name.encode().hex().ljust(64, "0")


def image(role: str, top: str, **platforms: tuple[str, str]) -> RegistryImage:
    """`platforms`: architecture -> names of its manifest and of its config."""
    children = (
        PlatformImage("linux", name, digest(child), digest(config)) for name, (child, config) in platforms.items()
    )
    return RegistryImage(role, f"{role}.test/coder:v1", digest(top), tuple(children))


SOURCE = image("source", "index", amd64=("amd", "config-amd"), arm64=("arm", "config-arm"))
ZSTD = image("mirror", "zstd", amd64=("amd-zstd", "config-amd"), arm64=("arm-zstd", "config-arm"))
ONE = image("mirror", "amd", amd64=("amd", "config-amd"))
OLD = image("mirror", "old", amd64=("amd-old", "config-old"), arm64=("arm", "config-arm"))
SPARSE = image("mirror", "index", amd64=("amd", "config-amd"))


def judged(server: str, proxy: str, *images: RegistryImage, architecture: str = "amd64") -> dict[str, Finding]:
    regions = [
        {"name": "ohio", "role": "control-plane", "context": "c"},
        {"name": "london", "role": "proxy", "context": "c"},
    ]
    readings = {}
    for region, image_id in (("ohio", server), ("london", proxy)):
        labels = {"app.kubernetes.io/name": "coder"}
        container = Container("coder", "coder:v1", image_id, ready=True)
        pods = [Pod("coder", "coder-0", "u", labels, node="n", phase="Running", ready=True, containers=(container,))]
        node = Node("n", architecture, "linux", True)
        readings[SourceKey(PODS.name, region)] = Reading(SourceKey(PODS.name, region), region_pods(pods), NOW)
        readings[SourceKey(NODES.name, region)] = Reading(SourceKey(NODES.name, region), (node,), NOW)
    if images:
        readings[SourceKey(REGISTRY_IMAGES.name)] = Reading(SourceKey(REGISTRY_IMAGES.name), images, NOW)
    settings = Settings.model_validate({"region": regions})
    return {finding.region or finding.subject: finding for finding in judge(Facts(NOW, None, readings), settings)}


INDEX, AMD, ARM = f"r/c@{digest('index')}", f"r/c@{digest('amd')}", f"r/c@{digest('arm')}"
ZIPPED, OTHER = f"m/c@{digest('zstd')}", f"m/c@{digest('old')}"
CONFIG, STRANGE = digest("config-amd"), digest("config-of-nobody")


@pytest.mark.parametrize(
    ("server", "proxy", "images", "outcome", "words"),
    [
        (INDEX, AMD, (SOURCE,), PASS, ""),
        (INDEX, ARM, (SOURCE,), PASS, ""),
        (INDEX, ZIPPED, (SOURCE, ZSTD), PASS, ""),
        (AMD, f"m/c@{digest('amd-zstd')}", (SOURCE, ZSTD), PASS, ""),
        (INDEX, CONFIG, (SOURCE,), PASS, ""),
        (INDEX, f"docker://{CONFIG}", (SOURCE, ZSTD), PASS, ""),
        (INDEX, STRANGE, (SOURCE,), UNKNOWN, "only a config digest is known"),
        (INDEX, CONFIG, (), UNKNOWN, "only a config digest is known"),
        (INDEX, OTHER, (SOURCE, OLD), FAIL, "linux/amd64 differs"),
        (INDEX, AMD, (), FAIL, "not the control plane's image"),
        (INDEX, f"m/c@{digest('never seen')}", (SOURCE, ZSTD), FAIL, "not the control plane's image"),
    ],
)
def test_what_runs_is_compared_and_not_its_wrapping(
    server: str, proxy: str, images: tuple[RegistryImage, ...], outcome: Outcome, words: str
) -> None:
    found = judged(server, proxy, *images)["london"]
    assert (found.outcome, words in found.message) == (outcome, True), found.message


def test_what_differs_for_other_nodes_alone_does_not_matter_here() -> None:
    assert judged(INDEX, OTHER, SOURCE, OLD, architecture="arm64")["london"].outcome is PASS


@pytest.mark.parametrize(
    ("mirror", "architecture", "outcome", "words"),
    [
        (ZSTD, "amd64", PASS, "in another wrapping"),
        (ONE, "amd64", PASS, "without linux/arm64"),
        (ONE, "arm64", FAIL, "lacks linux/arm64"),
        (OLD, "amd64", FAIL, "linux/amd64 differs"),
        (OLD, "arm64", PASS, "in another wrapping"),
        (SPARSE, "amd64", PASS, "without linux/arm64"),
        (SPARSE, "arm64", FAIL, "lacks linux/arm64"),
        (RegistryImage("mirror", "m", digest("untold")), "amd64", FAIL, "stale"),
    ],
)
def test_the_mirror_holds_what_the_nodes_run(
    mirror: RegistryImage, architecture: str, outcome: Outcome, words: str
) -> None:
    found = judged(INDEX, INDEX, SOURCE, mirror, architecture=architecture)["mirror"]
    assert (found.outcome, words in found.message) == (outcome, True), found.message
