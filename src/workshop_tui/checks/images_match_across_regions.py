"""Server and proxies run one image everywhere, and the mirror holds what its source holds.

What: Compares the digests that the Coder server and the proxies really run, region by region, with the control plane's,
and with what the tag points to at the source and at the mirror. A multi-arch index and one platform of it count as the
same image; a bare config digest cannot be compared and is unknown.

Why: On 30 September 2024 the control plane ran a newer image than the proxies, because the mirror was stale, and
subdomain routing failed in two regions.

Fix: Mirror the image again, then restart the rollout in each region that differs, one after another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workshop_tui.checks.check import Check
from workshop_tui.checks.rollout import restart
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.image import RegistryImage
from workshop_tui.model.kinds import PODS, REGISTRY_IMAGES
from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pods import Pods
from workshop_tui.model.selector import matches
from workshop_tui.settings import Region, RegionRole, Settings

_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")


@dataclass(frozen=True, slots=True)
class Running:
    """What one region runs."""

    pods: tuple[Pod, ...]
    digests: tuple[str, ...]
    """Distinct, in order of first sight."""
    incomparable: tuple[str, ...]
    """Image ids that tell no digest of a repository."""
    image: str


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    registry = {image.role: image for image in facts.get(REGISTRY_IMAGES) or ()}
    source, mirror = registry.get("source"), registry.get("mirror")
    running = {
        region.name: read_running(region, pods)
        for region in settings.region
        if (pods := facts.by_region(PODS).get(region.name)) is not None
    }
    reference = _reference(settings, running, source)
    if source is not None and mirror is not None:  # first: a rollout that restarts before it pulls the old image again
        yield _mirror_finding(source, mirror, settings)
    for region in settings.region:
        if region.name in running:
            yield _region_finding(region, running[region.name], reference, source, mirror, settings)


def read_running(region: Region, pods: Pods) -> Running:
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
    found = [(container.image_id, _DIGEST.search(container.image_id)) for container in containers]
    return Running(
        pods=chosen,
        digests=tuple(dict.fromkeys(match.group(1) for _, match in found if match)),
        incomparable=tuple(dict.fromkeys(image_id for image_id, match in found if not match)),
        image=containers[0].image if containers else "",
    )


def _main(pod: Pod) -> Container | None:
    """The container that is named as Coder's, else the first: side-cars run other images."""
    return next((c for c in pod.containers if c.name.startswith("coder")), next(iter(pod.containers), None))


def _reference(settings: Settings, running: Mapping[str, Running], source: RegistryImage | None) -> str | None:
    """The control plane's digest; where it cannot be told, the source's."""
    for region in settings.region:
        if region.role is RegionRole.CONTROL_PLANE and region.name in running:
            digests = running[region.name].digests
            if len(digests) == 1:
                return digests[0]
    return source.digest if source else None


def _region_finding(  # noqa: PLR0911  # one return for each way a region can stand
    region: Region,
    found: Running,
    reference: str | None,
    source: RegistryImage | None,
    mirror: RegistryImage | None,
    settings: Settings,
) -> Finding:
    subject = "server" if region.role is RegionRole.CONTROL_PLANE else "proxy"
    evidence = _evidence(found, source, mirror)
    if not found.pods:
        where = f'namespace "{region.namespaces.server}"'
        message = f'no pod matches "{region.selectors.server}" in {where}: correct the settings, or start the {subject}'
        return Finding(subject, Outcome.UNKNOWN, message, region.name)
    remedy = _remedy(
        region, found, settings, stale=source is not None and mirror is not None and not _same(source, mirror)
    )
    if len(found.digests) > 1:
        message = f"{len(found.digests)} different images run side by side"
        return Finding(subject, Outcome.FAIL, message, region.name, evidence, remedy)
    if not found.digests:
        said = "not pulled yet" if found.incomparable in ((), ("",)) else "only a config digest is known"
        return Finding(subject, Outcome.UNKNOWN, f"the running image cannot be compared: {said}", region.name, evidence)
    digest = found.digests[0]
    if reference is not None and digest != reference and not _one_image(digest, reference, source, mirror):
        message = f"not the control plane's image: {_short(digest)} here, {_short(reference)} there"
        return Finding(subject, Outcome.FAIL, message, region.name, evidence, remedy)
    if source is not None and not _one_image(digest, source.digest, source, mirror):
        message = f"not the source's image: {_short(digest)} here, {_short(source.digest)} there"
        return Finding(subject, Outcome.FAIL, message, region.name, evidence, remedy)
    if found.incomparable:
        message = f"{len(found.incomparable)} of {len(found.pods)} pods tell no digest yet"
        return Finding(subject, Outcome.UNKNOWN, message, region.name, evidence)
    ready = sum(pod.ready for pod in found.pods)
    message = f"{_short(digest)}, {ready} of {len(found.pods)} pods ready"
    return Finding(subject, Outcome.PASS, message, region.name, evidence)


def _one_image(one: str, other: str, *known: RegistryImage | None) -> bool:
    """Equal, or the index and a platform of one and the same image."""
    return one == other or any(image is not None and image.matches(one) and image.matches(other) for image in known)


def _same(source: RegistryImage, mirror: RegistryImage) -> bool:
    children = {digest for _, digest in source.platforms}
    return mirror.digest == source.digest or mirror.digest in children


def _mirror_finding(source: RegistryImage, mirror: RegistryImage, settings: Settings) -> Finding:
    evidence = (
        ("source", f"{source.reference} {_short(source.digest)}"),
        ("mirror", f"{mirror.reference} {_short(mirror.digest)}"),
    )
    if mirror.digest == source.digest:
        return Finding("mirror", Outcome.PASS, f"holds what the source holds, {_short(mirror.digest)}", None, evidence)
    if _same(source, mirror):
        architecture = next(name for name, digest in source.platforms if digest == mirror.digest)
        message = f"holds one platform of the source's image ({architecture})"
        return Finding("mirror", Outcome.PASS, message, None, evidence)
    remedy = Remedy(
        "Mirror the image again, with all its platforms and their digests; crane copy does the same.",
        _copy(source, mirror, settings),
    )
    message = f"stale: holds {_short(mirror.digest)}, the source {_short(source.digest)}"
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
    kind, name = workload(found.pods[0])
    return Remedy(text, restart(region.context, region.namespaces.server, f"{kind}/{name}"))


def workload(pod: Pod) -> tuple[str, str]:
    """What restarts the pod: a ReplicaSet's name is its Deployment's with a hash behind."""
    if pod.owner_kind == "ReplicaSet":
        return "deployment", pod.owner_name.rpartition("-")[0] or pod.owner_name
    if pod.owner_kind:
        return pod.owner_kind.lower(), pod.owner_name
    return "deployment", "coder"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:8] + "…"


CHECK = Check(
    id="images-match-across-regions",
    title="Server and proxies run one image in every region",
    needs=(PODS,),
    helps=(REGISTRY_IMAGES,),
    judge=judge,
)
