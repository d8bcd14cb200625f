"""Which provisioner may take which job, by the tags of both."""

from __future__ import annotations

from collections.abc import Mapping

Tags = frozenset[tuple[str, str]]
"""(key, value), with scope and owner always there."""

_ANYBODYS = {"scope": "organization", "owner": ""}
UNTAGGED: Tags = frozenset(_ANYBODYS.items())


def tags_of(told: Mapping[str, str]) -> Tags:
    """As Coder completes them."""
    return frozenset({**_ANYBODYS, **told}.items())


def may_take(provisioner: Tags, job: Tags) -> bool:
    """As Coder's database decides: a job without tags is for provisioners without, any other for those with all of
    its tags, whatever they have beside.
    """
    return provisioner == job if job == UNTAGGED else job <= provisioner


def in_words(tags: Tags) -> str:
    """e.g. `environment=staging`; `no tags`."""
    return ", ".join(f"{key}={value}" for key, value in sorted(tags - UNTAGGED)) or "no tags"
