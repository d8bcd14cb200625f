"""The workshop's three workspace templates."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_rehearsal.world.objects import GIB, Resources

_PRIVATE = "123456789012.dkr.ecr.us-east-2.amazonaws.com/workspaces"


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    display_name: str
    image: str
    image_bytes: int
    limits: Resources

    @property
    def requests(self) -> Resources:
        return Resources(self.limits.cpu_millicores, self.limits.memory_bytes, self.limits.storage_bytes // 4)

    @property
    def is_private(self) -> bool:
        """Its image needs a login to be pulled."""
        return self.image.startswith(_PRIVATE)


TEMPLATES = (
    Template(
        "build-from-scratch-claude",
        "Build from Scratch w/ Claude",
        f"{_PRIVATE}/scratch-claude:latest",
        880_000_000,
        Resources(4000, 8 * GIB, 30 * GIB),
    ),
    Template(
        "build-from-scratch-goose",
        "Build from Scratch w/ Goose",
        f"{_PRIVATE}/scratch-goose:latest",
        760_000_000,
        Resources(2000, 4 * GIB, 30 * GIB),
    ),
    Template(
        "real-world-app-claude",
        "Real World App w/ Claude",
        "docker.io/codercom/example-universal:ubuntu",
        1_150_000_000,
        Resources(4000, 8 * GIB, 30 * GIB),
    ),
)

DEPRECATED = Template(
    "build-from-scratch-2024",
    "Build from Scratch (2024)",
    "docker.io/codercom/example-universal:ubuntu",
    1_150_000_000,
    Resources(2000, 4 * GIB, 30 * GIB),
)
"""Nobody can make a workspace of it any more."""
