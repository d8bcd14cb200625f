from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks.gateway_replicas_suffice import judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import GATEWAY_PODS
from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate(
    {"region": [{"name": "ohio", "role": "control-plane", "context": "us-east-2"}]},
)
SCALE = "kubectl --context us-east-2 -n litellm scale deployment/litellm --replicas="


def replica(number: int, **more: object) -> Pod:
    said = {"owner_kind": "ReplicaSet", "owner_name": "litellm-6b7", "phase": "Running", "ready": True, **more}
    return Pod("litellm", f"litellm-{number}", f"u{number}", {"app": "litellm"}, **said)


def judged(*pods: Pod, people: int | None = 12) -> Finding:
    workshop = (
        None if people is None else Workshop(1, "D", NOW + timedelta(days=2), timedelta(minutes=75), people, "UTC", NOW)
    )
    key = SourceKey(GATEWAY_PODS.name)
    (found,) = judge(Facts(NOW, workshop, {key: Reading(key, pods, NOW)}), SETTINGS)
    return found


@pytest.mark.parametrize(
    ("people", "wanted"), [(None, 4), (0, 4), (14, 4), (15, 6), (19, 6), (20, 8), (30, 8), (200, 8)]
)
def test_where_ranges_meet_the_higher_row_counts(people: int | None, wanted: int) -> None:
    enough = judged(*(replica(number) for number in range(wanted)), people=people)
    assert (enough.outcome, enough.message) == (Outcome.PASS, f"{wanted} ready, {wanted} needed")
    short = judged(*(replica(number) for number in range(wanted - 1)), people=people)
    assert (short.outcome, short.message) == (Outcome.FAIL, f"{wanted - 1} ready, {wanted} needed")
    assert short.remedy is not None
    assert short.remedy.command == f"{SCALE}{wanted}"


@pytest.mark.parametrize(
    "other",
    [
        Pod("litellm", "rotator", "r", {"app": "litellm-key-rotator"}, phase="Running", ready=True),
        replica(9, phase="Failed", ready=False, reason="Evicted"),
        replica(9, deleting=True),
    ],
)
def test_other_pods_and_dead_ones_do_not_count(other: Pod) -> None:
    assert judged(*(replica(number) for number in range(3)), other).message == "3 ready, 4 needed"


def test_replicas_that_do_not_become_ready_are_looked_at_not_scaled() -> None:
    waiting = replica(3, ready=False, containers=(Container("litellm", "l:1", waiting_reason="CrashLoopBackOff"),))
    found = judged(*(replica(number) for number in range(3)), waiting)
    assert found.outcome is Outcome.FAIL
    assert ("litellm-3", "CrashLoopBackOff") in found.evidence
    assert found.remedy is not None
    assert found.remedy.command == "kubectl --context us-east-2 -n litellm get pods -o wide"


def test_a_stateful_set_is_scaled_as_one_and_two_owners_are_left_to_people() -> None:
    one = replica(0, owner_kind="StatefulSet", owner_name="litellm")
    found = judged(one)
    assert found.remedy is not None
    assert found.remedy.command == f"{SCALE.replace('deployment', 'statefulset')}4"
    two = judged(one, replica(1))
    assert two.remedy is not None
    assert two.remedy.command == "kubectl --context us-east-2 -n litellm get deployments"


@pytest.mark.parametrize("pods", [(), (Pod("litellm", "a", "a", {"app": "gateway"}, phase="Running", ready=True),)])
def test_no_pod_of_the_selector_is_unknown_never_fine(pods: tuple[Pod, ...]) -> None:
    found = judged(*pods)
    assert found.outcome is Outcome.UNKNOWN
    assert found.message == "no pod in litellm matches app=litellm: set selectors.gateway"
