"""Which provisioner may take which job: as Coder's `provisioner_tagset_contains` decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.model.provisioner_tags import UNTAGGED, in_words, may_take, tags_of

NONE: dict[str, str] = {}
SITE = {"scope": "organization", "owner": ""}
words = st.dictionaries(st.sampled_from(["environment", "size", "gpu"]), st.sampled_from(["a", "b"]))


@pytest.mark.parametrize(
    ("provisioner", "job", "may"),
    [
        (NONE, NONE, True),
        (SITE, NONE, True),
        ({"environment": "on-prem"}, NONE, False),
        (NONE, {"environment": "on-prem"}, False),
        ({"environment": "on-prem"}, {"environment": "on-prem"}, True),
        ({"environment": "on-prem", "size": "big"}, {"environment": "on-prem"}, True),
        ({"environment": "on-prem"}, {"environment": "on-prem", "size": "big"}, False),
        ({"environment": "cloud"}, {"environment": "on-prem"}, False),
        ({"scope": "user", "owner": "u-1"}, NONE, False),
        ({"scope": "user", "owner": "u-1"}, {"scope": "user", "owner": "u-1"}, True),
        ({"scope": "user", "owner": "u-2"}, {"scope": "user", "owner": "u-1"}, False),
    ],
)
def test_a_job_without_tags_is_for_those_without_and_any_other_for_those_with_all(
    provisioner: dict[str, str], job: dict[str, str], may: bool
) -> None:
    assert may_take(tags_of(provisioner), tags_of(job)) is may


@given(words, words)
def test_a_provisioner_takes_its_own_kind_and_more_tags_never_take_a_tagged_job_from_it(
    own: dict[str, str], more: dict[str, str]
) -> None:
    assert may_take(tags_of(own), tags_of(own))
    if own:
        assert may_take(tags_of({**more, **own}), tags_of(own))
    assert may_take(tags_of(more), UNTAGGED) is (not more)


def test_tags_are_told_without_what_every_job_has() -> None:
    assert in_words(tags_of({"size": "big", "environment": "a"})) == "environment=a, size=big"
    assert in_words(UNTAGGED) == "no tags"
