"""One image in two wrappings is one image; what differs is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.region_pods import region_pods
from workshop_tui.checks.images_match_across_regions import judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.image import PlatformImage, RegistryImage
from workshop_tui.model.kinds import NODES, PODS, REGISTRY_IMAGES
from workshop_tui.model.kubernetes import Container, Node, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

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


def pod(image_id: str, kept_by: tuple[str, str] = ("ReplicaSet", "coder-7d4b")) -> Pod:
    labels = {"app.kubernetes.io/name": "coder"}
    container = Container("coder", "coder:v1", image_id, ready=True)
    return Pod(
        "coder", "coder-0", image_id, labels, *kept_by, node="n", phase="Running", ready=True, containers=(container,)
    )


def judged(
    server: str | list[Pod],
    proxy: str | list[Pod],
    *images: RegistryImage,
    architecture: str = "amd64",
    context: str | None = "c",
    **more: object,
) -> dict[str, Finding]:
    """By region, or by subject; a server or proxy of one pod is told by its image id."""
    regions = [
        {"name": "ohio", "role": "control-plane", "context": context},
        {"name": "london", "role": "proxy", "context": context},
    ]
    readings = {}
    for region, told in (("ohio", server), ("london", proxy)):
        pods = [pod(told)] if isinstance(told, str) else told
        node = Node("n", architecture, "linux", True)
        readings[SourceKey(PODS.name, region)] = Reading(SourceKey(PODS.name, region), region_pods(pods), NOW)
        readings[SourceKey(NODES.name, region)] = Reading(SourceKey(NODES.name, region), (node,), NOW)
    if images:
        readings[SourceKey(REGISTRY_IMAGES.name)] = Reading(SourceKey(REGISTRY_IMAGES.name), images, NOW)
    settings = Settings.model_validate({"region": regions, **more})
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
        (replace(SOURCE, role="mirror"), "amd64", PASS, "holds what the source holds, 696e6465…"),
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


@pytest.mark.parametrize(
    ("pods", "outcome", "message"),
    [
        ([INDEX, INDEX], PASS, "696e6465…, 2 of 2 pods ready"),
        ([INDEX, AMD], PASS, "696e6465…, 2 of 2 pods ready"),
        ([INDEX, OTHER], FAIL, "2 different images run side by side"),
        ([INDEX, ""], UNKNOWN, "1 of 2 pods tell no digest yet"),
        ([INDEX, STRANGE], UNKNOWN, "1 of 2 pods tell no digest yet"),
        (["", ""], UNKNOWN, "the running image cannot be compared: not pulled yet"),
        (
            [],
            UNKNOWN,
            'no pod matches "app.kubernetes.io/name=coder" in namespace "coder": '
            "correct the settings, or start the proxy",
        ),
    ],
)
def test_all_replicas_of_a_region_run_one_image_that_is_known(pods: list[str], outcome: Outcome, message: str) -> None:
    found = judged(INDEX, [pod(image_id)._replace(uid=str(number)) for number, image_id in enumerate(pods)], SOURCE)[
        "london"
    ]
    assert (found.outcome, found.message) == (outcome, message)


@pytest.mark.parametrize("server", [[], [pod(INDEX), pod(OTHER)], [pod("")]])
def test_where_the_control_planes_image_cannot_be_told_the_sources_counts(server: list[Pod]) -> None:
    assert judged(server, AMD, SOURCE)["london"].outcome is PASS
    behind = judged(server, OTHER, SOURCE)["london"]
    assert (behind.outcome, "not the control plane's image" in behind.message) == (FAIL, True)
    assert judged(server, AMD)["london"].outcome is PASS  # alone, there is nothing to differ from


def test_a_server_that_is_behind_its_source_fails_though_the_proxies_agree() -> None:
    found = judged(OTHER, OTHER, SOURCE)
    for region in ("ohio", "london"):
        assert (found[region].outcome, found[region].message) == (
            FAIL,
            "not the source's image: 6f6c6400… here, 696e6465… there",
        )


@pytest.mark.parametrize(
    ("kept_by", "workload"),
    [
        (("ReplicaSet", "coder-7d4b"), "deployment/coder"),
        (("StatefulSet", "coder"), "statefulset/coder"),
        (("", ""), "deployment/coder"),
    ],
)
def test_what_keeps_the_pods_is_restarted(kept_by: tuple[str, str], workload: str) -> None:
    found = judged(INDEX, [pod(OTHER, kept_by)], SOURCE)["london"]
    assert found.remedy is not None
    rollout = "kubectl --context c -n coder rollout"
    assert found.remedy == Remedy(
        "Restart the rollout here.", f"{rollout} restart {workload} && {rollout} status {workload}"
    )


def test_a_stale_mirror_is_filled_before_anything_is_restarted() -> None:
    found = judged(INDEX, OTHER, SOURCE, OLD, context=None)["london"]
    assert found.remedy == Remedy("Mirror the image again first, then restart the rollout here.", None)
    assert found.evidence == (
        ("image", "coder:v1"),
        ("runs", digest("old")),
        ("ready", "1 of 1 pods"),
        ("source", digest("index")),
        ("mirror", digest("old")),
    )


@pytest.mark.parametrize(
    ("plain", "command"),
    [
        ((), "skopeo copy --all --preserve-digests docker://source.test/coder:v1 docker://mirror.test/coder:v1"),
        (
            ("mirror",),
            "skopeo copy --all --preserve-digests --dest-tls-verify=false "
            "docker://source.test/coder:v1 docker://mirror.test/coder:v1",
        ),
        (
            ("source",),
            "skopeo copy --all --preserve-digests --src-tls-verify=false "
            "docker://source.test/coder:v1 docker://mirror.test/coder:v1",
        ),
    ],
)
def test_the_mirrors_remedy_copies_without_tls_only_where_the_settings_say_so(
    plain: tuple[str, ...], command: str
) -> None:
    images = {
        role: {"reference": f"127.0.0.1:5000/{role}:v1", "plain_http": role in plain} for role in ("source", "mirror")
    }
    found = judged(INDEX, INDEX, SOURCE, OLD, images=images)["mirror"]
    assert found.remedy is not None
    assert found.remedy.command == command
