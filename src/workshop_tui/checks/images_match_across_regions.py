"""Server and proxies run one image everywhere, and the mirror holds what its source holds.

What: Compares the digests that the Coder server and the proxies really run, region by region, with the control
plane's, and with what the tag points to at the source and at the mirror. What runs is compared, for the nodes'
platforms: an index, one platform of it, its config digest and another compression of the same layers count as one
image. A bare config digest that no registry knows cannot be compared and is unknown.

Why: On 30 September 2024 the control plane ran a newer image than the proxies, because the mirror was stale, and
subdomain routing failed in two regions.

Fix: Mirror the image again, then restart the rollout in each region that differs, one after another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.rollout import restart
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.image import RegistryImage, platforms_of
from workshop_tui.model.kinds import NODES, PODS, REGISTRY_IMAGES
from workshop_tui.model.kubernetes import Container, Node, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pods import Pods
from workshop_tui.model.selector import matches
from workshop_tui.model.workload import workload_of
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
_CONFIG = re.compile(r"^(?:docker://)?(sha256:[0-9a-f]{64})$")


@dataclass(frozen=True, slots=True)
class Running:
    """What one region runs."""

    pods: tuple[Pod, ...]
    digests: tuple[str, ...]
    """Distinct, in order of first sight."""
    incomparable: tuple[str, ...]
    """Image ids that tell no digest of a repository."""
    image: str
    platforms: frozenset[str] = frozenset()
    """Of the nodes that they run on, as far as those tell."""


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    registry = {image.role: image for image in facts.get(REGISTRY_IMAGES) or ()}
    source, mirror = registry.get("source"), registry.get("mirror")
    known = [image for image in (source, mirror) if image is not None]
    running = {
        region.name: _read_running(region, pods, facts.by_region(NODES).get(region.name, ()), known)
        for region in settings.region
        if (pods := facts.by_region(PODS).get(region.name)) is not None
    }
    reference = _reference(settings, running, source)
    if source is not None and mirror is not None:  # first: a rollout that restarts before it pulls the old image again
        wanted = frozenset[str]().union(*(found.platforms for found in running.values()))
        yield _mirror_finding(source, mirror, wanted, settings)
    for region in settings.region:
        if region.name in running:
            yield _region_finding(region, running[region.name], reference, source, mirror, settings)


def _read_running(region: Region, pods: Pods, nodes: Sequence[Node], known: Sequence[RegistryImage]) -> Running:
    """The server's or proxy's pods that are not on their way out, and what they run."""
    chosen = tuple(
        pod
        for pod in pods.others
        if pod.namespace == region.namespaces.server
        and matches(region.selectors.server, pod.labels)
        and not pod.deleting
        and pod.phase in ("Running", "Pending")
    )
    containers = [container for pod in chosen if (container := _main(pod)) is not None]
    found = [(container.image_id, _comparable(container.image_id, known)) for container in containers]
    named = {pod.node for pod in chosen}
    platforms = frozenset(node.platform for node in nodes if node.name in named and node.platform)
    digests: list[str] = []
    for _, digest in found:
        if digest and not any(_one_image(digest, other, known, platforms) for other in digests):
            digests.append(digest)
    return Running(
        pods=chosen,
        digests=tuple(digests),
        incomparable=tuple(dict.fromkeys(image_id for image_id, digest in found if not digest)),
        image=containers[0].image if containers else "",
        platforms=platforms,
    )


def _comparable(image_id: str, known: Sequence[RegistryImage]) -> str:
    """Its digest of a repository, or of a configuration that a registry names; else empty."""
    if match := _DIGEST.search(image_id):
        return match.group(1)
    config = _CONFIG.search(image_id)
    return config.group(1) if config and any(image.holds(config.group(1)) for image in known) else ""


def _main(pod: Pod) -> Container | None:
    """The container that is named as Coder's, else the first: side-cars run other images."""
    return next((c for c in pod.containers if c.name.startswith("coder")), next(iter(pod.containers), None))


def _reference(settings: Settings, running: Mapping[str, Running], source: RegistryImage | None) -> str | None:
    """The control plane's digest; where it cannot be told, the source's."""
    for region in settings.control_planes:
        if region.name in running and len(digests := running[region.name].digests) == 1:
            return digests[0]
    return source.digest if source else None


def _region_finding(  # one return for each way a region can stand
    region: Region,
    found: Running,
    reference: str | None,
    source: RegistryImage | None,
    mirror: RegistryImage | None,
    settings: Settings,
) -> Finding:
    subject = region.role.serves_with
    evidence = _evidence(found, source, mirror)
    if not found.pods:
        where = f'namespace "{region.namespaces.server}"'
        message = f'no pod matches "{region.selectors.server}" in {where}: correct the settings, or start the {subject}'
        return Finding(subject, Outcome.UNKNOWN, message, region.name)
    known = [image for image in (source, mirror) if image is not None]
    stale = source is not None and mirror is not None and bool(source.differs_from(mirror, found.platforms))
    remedy = _remedy(region, found, settings, stale=stale)
    if len(found.digests) > 1:
        message = f"{len(found.digests)} different images run side by side"
        return Finding(subject, Outcome.FAIL, message, region.name, evidence, remedy)
    if not found.digests:
        said = "not pulled yet" if found.incomparable in ((), ("",)) else "only a config digest is known"
        return Finding(subject, Outcome.UNKNOWN, f"the running image cannot be compared: {said}", region.name, evidence)
    digest = found.digests[0]
    for whose, other in (("control plane", reference), ("source", source.digest if source else None)):
        if other is not None and not _one_image(digest, other, known, found.platforms):
            differs = _differs(digest, other, known, found.platforms)
            message = f"not the {whose}'s image: {_short(digest)} here, {_short(other)} there{differs}"
            return Finding(subject, Outcome.FAIL, message, region.name, evidence, remedy)
    if found.incomparable:
        message = f"{len(found.incomparable)} of {len(found.pods)} pods tell no digest yet"
        return Finding(subject, Outcome.UNKNOWN, message, region.name, evidence)
    ready = sum(pod.ready for pod in found.pods)
    message = f"{_short(digest)}, {ready} of {len(found.pods)} pods ready"
    return Finding(subject, Outcome.PASS, message, region.name, evidence)


def _one_image(one: str, other: str, known: Sequence[RegistryImage], wanted: Collection[str]) -> bool:
    """Equal, or what `wanted` platforms run is, as index, one platform, config or in another compression."""
    return one == other or any(
        image.holds(one) and further.holds(other) and not image.differs_from(further, wanted)
        for image in known
        for further in known
    )


def _differs(one: str, other: str, known: Sequence[RegistryImage], wanted: Collection[str]) -> str:
    for image in known:
        for further in known:
            if image.holds(one) and further.holds(other) and (names := image.differs_from(further, wanted)):
                return f", {', '.join(names)} differs"
    return ""


def _mirror_finding(
    source: RegistryImage, mirror: RegistryImage, wanted: Collection[str], settings: Settings
) -> Finding:
    """`wanted`: platforms of the nodes that run it, as far as they are known."""
    evidence = (
        ("source", f"{source.reference} {_short(source.digest)} {' '.join(platforms_of(source))}".rstrip()),
        ("mirror", f"{mirror.reference} {_short(mirror.digest)} {' '.join(platforms_of(mirror))}".rstrip()),
    )
    alike = mirror.digest == source.digest  # an index may name platforms that were never copied
    absent = [name for name in platforms_of(source) if not mirror.of(name)] if mirror.platforms or alike else []
    needed = [name for name in absent if name in wanted or (alike and not wanted)]
    differs = source.differs_from(mirror, wanted)
    if not differs and not needed:
        message = f"holds what the source holds, {_short(mirror.digest)}"
        if absent:
            message = f"holds a part of the source's image, without {', '.join(absent)}"
        elif not alike:
            message = "holds the source's image in another wrapping"
        return Finding("mirror", Outcome.PASS, message, None, evidence)
    remedy = Remedy(
        "Mirror the image again, with all its platforms and their digests; crane copy does the same.",
        _copy(source, mirror, settings),
    )
    if needed:
        message = f"lacks {', '.join(needed)} of the source's image"
    else:
        what = f": {', '.join(differs)} differs" if source.platforms and mirror.platforms else ""
        message = f"stale: holds {_short(mirror.digest)}, the source {_short(source.digest)}{what}"
    return Finding("mirror", Outcome.FAIL, message, None, evidence, remedy)


def _copy(source: RegistryImage, mirror: RegistryImage, settings: Settings) -> str:
    words = ["skopeo copy --all --preserve-digests"]
    for side, image in (("src", settings.images.source), ("dest", settings.images.mirror)):
        if image is not None and image.plain_http:
            words.append(f"--{side}-tls-verify=false")
    return " ".join([*words, f"docker://{source.reference}", f"docker://{mirror.reference}"])


def _evidence(
    found: Running, source: RegistryImage | None, mirror: RegistryImage | None
) -> tuple[tuple[str, str], ...]:
    rows = [("image", found.image)]
    rows += [("runs", digest) for digest in found.digests]
    rows += [("runs", image_id) for image_id in found.incomparable if image_id]
    rows.append(("ready", f"{sum(pod.ready for pod in found.pods)} of {len(found.pods)} pods"))
    if source is not None:
        rows.append(("source", source.digest))
    if mirror is not None:
        rows.append(("mirror", mirror.digest))
    return tuple((name, value) for name, value in rows if value)


def _remedy(region: Region, found: Running, settings: Settings, *, stale: bool) -> Remedy:
    text = "Mirror the image again first, then restart the rollout here." if stale else "Restart the rollout here."
    if region.context is None:
        return Remedy(text)
    kept_by = workload_of(found.pods[0]) or "deployment/coder"
    return Remedy(text, restart(region.context, region.namespaces.server, kept_by))


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:8] + "…"


CHECK = Check(
    id="images-match-across-regions",
    title="Server and proxies run one image in every region",
    needs=(PODS,),
    helps=(REGISTRY_IMAGES, NODES),
    judge=judge,
)
