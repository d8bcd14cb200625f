"""The images that the workshop's templates start are at their registries.

What: Asks each registry for the manifest of each image that `images.workspaces` names. One that is not there fails; a
registry that refuses or does not answer leaves it unknown.

Why: A tag that was cleaned up shows only when the first person's workspace waits for ever in ImagePullBackOff.

Fix: Push the image again, or point the template to one that exists.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import WORKSPACE_IMAGES
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    for image in facts.get(WORKSPACE_IMAGES) or ():
        if image.missing:
            remedy = Remedy(
                "Push it again, or point the template to one that exists.", f"docker pull {image.reference}"
            )
            yield Finding(image.reference, Outcome.FAIL, "it is not at its registry", None, (), remedy)
        elif image.error:
            yield Finding(image.reference, Outcome.UNKNOWN, image.error)
        else:
            yield Finding(image.reference, Outcome.PASS, image.digest[7:15] + "…", None, (("digest", image.digest),))


CHECK = Check(
    id="template-images-exist",
    title="The images of the workshop's templates exist",
    needs=(WORKSPACE_IMAGES,),
    judge=judge,
)
