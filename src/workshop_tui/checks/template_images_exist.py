"""The images that the workshop's templates start are at their registries, for the nodes that run them.

What: Asks each registry for the manifest of each image that `images.workspaces` names, and which platforms it
holds. One that is not there, or not for a platform of the nodes that take workspaces, fails; a registry that refuses
or does not answer, and nodes or an image that tell no platform, leave it unknown.

Why: A tag that was cleaned up, or was built for another processor, shows only when the first person's workspace waits
for ever in ImagePullBackOff.

Fix: Push the image again, for all platforms of the nodes, or point the template to one that exists.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.image import WorkspaceImage
from workshop_tui.model.kinds import NODES, WORKSPACE_IMAGES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workspace_nodes import workspace_nodes
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    wanted, silent = _wanted(facts, settings)
    for image in facts.get(WORKSPACE_IMAGES) or ():
        if image.missing:
            remedy = Remedy(
                "Push it again, or point the template to one that exists.", f"docker pull {image.reference}"
            )
            yield Finding(image.reference, Outcome.FAIL, "it is not at its registry", None, (), remedy)
        elif image.error:
            yield Finding(image.reference, Outcome.UNKNOWN, image.error)
        else:
            yield _for_the_nodes(image, wanted, silent)


def _for_the_nodes(image: WorkspaceImage, wanted: dict[str, str], silent: list[str]) -> Finding:
    held = ", ".join(image.platforms)
    rows = (("digest", image.digest), ("platforms", held or "not told"))
    lacking = [platform for platform in wanted if platform not in image.platforms]
    if image.platforms and lacking:
        remedy = Remedy(f"Build and push it for {', '.join(lacking)} too, or let no workspace land on those nodes.")
        message = f"it is there for {held} only, but nodes of {wanted[lacking[0]]} are {lacking[0]}"
        return Finding(image.reference, Outcome.FAIL, message, None, rows, remedy)
    if wanted and not image.platforms:
        message = "it is there, but its registry does not tell for which platforms"
        return Finding(image.reference, Outcome.UNKNOWN, message, None, rows)
    if silent:
        message = (
            f"it is there for {held or 'platforms unknown'}, but the nodes of {', '.join(silent)} tell no platform"
        )
        return Finding(image.reference, Outcome.UNKNOWN, message, None, rows)
    message = image.digest[7:15] + "…" + (f", for {held}" if held else "")
    return Finding(image.reference, Outcome.PASS, message, None, rows)


def _wanted(facts: Facts, settings: Settings) -> tuple[dict[str, str], list[str]]:
    """Platform -> a region with such nodes, of those that take workspaces; and regions whose nodes tell none."""
    wanted: dict[str, str] = {}
    silent = []
    for region in settings.region:
        if region.context is None:
            continue
        nodes = facts.by_region(NODES).get(region.name, ())
        landing = workspace_nodes(nodes, region.workspace_pools) or nodes
        platforms = {node.platform for node in landing if node.platform}
        wanted.update((platform, region.name) for platform in sorted(platforms) if platform not in wanted)
        if not platforms:
            silent.append(region.name)
    return wanted, silent


CHECK = Check(
    id="template-images-exist",
    title="The images of the workshop's templates exist",
    needs=(WORKSPACE_IMAGES,),
    helps=(NODES,),
    judge=judge,
)
