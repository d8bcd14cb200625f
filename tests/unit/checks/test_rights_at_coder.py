"""What the check of rights says of Coder."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workshop_tui.checks import rights_suffice
from workshop_tui.model.coder_rights import (
    ALL_WORKSPACES,
    AUDIT_LOG,
    BRIDGE_SINCE,
    PROVISIONER_JOBS,
    PROVISIONERS_SINCE,
    CoderRightAnswer,
    CoderRights,
    Feature,
    Requirement,
)
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import CODER_RIGHTS, RIGHTS
from workshop_tui.model.kubernetes import Right, RightAnswer
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
PASS, WARN, FAIL, UNKNOWN = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.UNKNOWN


def judged(
    *answers: CoderRightAnswer,
    features: tuple[Feature, ...] = (),
    version: str = "v2.36.0",
    requirements: tuple[Requirement, ...] = (PROVISIONERS_SINCE,),
) -> dict[str, list[Finding]]:
    key = SourceKey(CODER_RIGHTS.name)
    reading = Reading(key, CoderRights(version, answers, features, requirements), NOW)
    found: dict[str, list[Finding]] = {}
    for one in rights_suffice.judge(Facts(NOW, None, {key: reading}), Settings()):
        found.setdefault(one.subject, []).append(one)
    return found


def test_a_token_with_all_rights_passes() -> None:
    rights = (CoderRightAnswer(ALL_WORKSPACES, "coder", True), CoderRightAnswer(AUDIT_LOG, "", True))
    found = judged(*rights, features=(Feature("audit_log", "sign-ins", True, True),))
    assert {subject: one.outcome for subject, (one,) in found.items()} == {
        "Coder's version": PASS,
        "rights at Coder": PASS,
        "Coder's licence": PASS,
    }


def test_what_was_not_asked_of_coder_is_not_green() -> None:
    optional_alone = CoderRightAnswer(AUDIT_LOG, "", True)
    for found in (judged(requirements=()), judged(optional_alone, requirements=())):
        assert {subject: (one.outcome, one.message) for subject, (one,) in found.items()} == {
            "Coder's version": (Outcome.NOT_APPLICABLE, "nothing of it is needed"),
            "rights at Coder": (UNKNOWN, "no right that is needed was asked for"),
            "Coder's licence": (Outcome.NOT_APPLICABLE, "nothing of it is needed"),
        }


def test_each_missing_right_is_named_with_its_organisation_its_use_and_who_has_it() -> None:
    workspaces, jobs = judged(
        CoderRightAnswer(ALL_WORKSPACES, "coder", True),
        CoderRightAnswer(ALL_WORKSPACES, "demo", False),
        CoderRightAnswer(PROVISIONER_JOBS, "coder", False),
        CoderRightAnswer(PROVISIONER_JOBS, "demo", False),
    )["rights at Coder"]
    assert (workspaces.outcome, jobs.outcome) == (FAIL, FAIL)
    assert workspaces.message.startswith("the token may not read all workspaces of demo: the role Owner or Template")
    assert jobs.message == (
        "the token may not read provisioners and their jobs of coder, demo: the role Owner, "
        "and in coder, demo Organization Admin or Organization Template Admin has that right"
    )
    assert ("without it unknown", PROVISIONER_JOBS.serves) in jobs.evidence
    assert jobs.remedy is not None


def test_without_the_audit_log_only_refused_sign_ins_are_unknown() -> None:
    found = judged(CoderRightAnswer(ALL_WORKSPACES, "coder", True), CoderRightAnswer(AUDIT_LOG, "", False))
    (rights,), (optional,) = found["rights at Coder"], found["optional right at Coder"]
    assert (rights.outcome, rights.message, optional.outcome) == (PASS, "all 1 that are needed", WARN)
    assert optional.message == "the token may not read the audit log: the role Owner or Auditor has that right"
    assert ("without it unknown", "who was refused at the sign-in") in optional.evidence


@pytest.mark.parametrize(
    ("version", "requirements", "outcome", "said"),
    [
        ("v2.18.5", (PROVISIONERS_SINCE,), WARN, "too old: 2.19 is needed for provisioners and their queue"),
        ("v2.31.0", (PROVISIONERS_SINCE, BRIDGE_SINCE), WARN, "too old: 2.32 is needed for the AI bridge"),
        ("v2.31.0", (PROVISIONERS_SINCE,), PASS, "v2.31.0 has all that is asked of it"),
        ("v0.0.0-devel", (PROVISIONERS_SINCE,), UNKNOWN, "tells no release"),
    ],
)
def test_a_server_that_is_too_old_is_told_which_version_is_needed(
    version: str, requirements: tuple[Requirement, ...], outcome: Outcome, said: str
) -> None:
    (found,) = judged(version=version, requirements=requirements)["Coder's version"]
    assert found.outcome is outcome
    assert said in found.message


@pytest.mark.parametrize(
    ("features", "outcome", "message"),
    [
        ((("audit_log", True, True), ("workspace_proxy", True, False)), PASS, "it has all that is asked for"),
        ((("audit_log", False, True),), WARN, "it does not switch on audit_log (of use)"),
        (
            (("audit_log", False, True), ("workspace_proxy", False, False)),
            FAIL,
            "it does not switch on workspace_proxy (of use)",
        ),
    ],
)
def test_what_the_licence_does_not_switch_on_is_told_with_what_needs_it(
    features: tuple[tuple[str, bool, bool], ...], outcome: Outcome, message: str
) -> None:
    given = tuple(Feature(name, "of use", enabled, optional) for name, enabled, optional in features)
    (found,) = judged(features=given)["Coder's licence"]
    assert (found.outcome, found.message) == (outcome, message)
    assert len(found.evidence) == sum(not enabled for _, enabled, _ in features)


def test_all_missing_verbs_of_a_cluster_are_told_however_many() -> None:
    answers = tuple(RightAnswer(Right("watch", f"kind{n}", "the grid"), "coder-ws", allowed=False) for n in range(12))
    key = SourceKey(RIGHTS.name, "ohio")
    (found,) = rights_suffice.judge(Facts(NOW, None, {key: Reading(key, answers, NOW)}), Settings())
    assert [right for right, _ in found.evidence] == [f"watch kind{n} in coder-ws" for n in range(12)]
