"""The tags by which Coder brings jobs to provisioner daemons."""

from __future__ import annotations

from workshop_rehearsal.world.provisioning import Job

ORGANIZATION_TAGS = {"scope": "organization", "owner": ""}
"""Of daemons, and of jobs that say nothing else."""
OTHER_TAGS = {**ORGANIZATION_TAGS, "cluster": "gpu"}
"""No daemon has them."""


def tags_of(job: Job) -> dict[str, str]:
    return OTHER_TAGS if job.fits_no_daemon else ORGANIZATION_TAGS
