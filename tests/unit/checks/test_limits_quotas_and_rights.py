from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from fakes.region_pods import as_read
from workshop_tui.checks import quotas_leave_room, rights_suffice, workspaces_have_limits
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import PODS, QUOTAS, RIGHTS
from workshop_tui.model.kubernetes import Container, LimitRange, Pod, Quota, Quotas, Right, RightAnswer
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
GIB = 2**30
WORKSHOP = Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), 10, "UTC", NOW)
SETTINGS = Settings.model_validate(
    {
        "region": [
            {
                "name": "ohio",
                "role": "control-plane",
                "context": "us-east-2",
                "namespaces": {"workspaces": ["coder-ws"]},
            }
        ]
    }
)


def judged(
    check: ModuleType,
    *said: tuple[SourceKind[object], object],
    workshop: Workshop | None = WORKSHOP,
    settings: Settings = SETTINGS,
) -> list[Finding]:
    readings = {}
    for kind, items in said:
        key = SourceKey(kind.name, "ohio")
        readings[key] = Reading(key, as_read(kind, items), NOW)
    return list(check.judge(Facts(NOW, workshop, readings), settings))


def workspace(name: str, *, cpu: float | None = 4, memory: int | None = 8 * GIB, storage: int | None = 30 * GIB) -> Pod:
    container = Container(
        "dev",
        "goose:1",
        cpu_request_cores=cpu,
        memory_request_bytes=memory,
        ephemeral_storage_request_bytes=8 * GIB,
        cpu_limit_cores=cpu,
        memory_limit_bytes=memory,
        ephemeral_storage_limit_bytes=storage,
    )
    labels = {"app.kubernetes.io/name": "coder-workspace"}
    return Pod("coder-ws", name, name, labels, phase="Running", containers=(container,))


ALL = LimitRange("coder-ws", "limits", ("cpu", "ephemeral-storage", "memory"))


@pytest.mark.parametrize(
    ("pods", "ranges", "outcome", "said"),
    [
        ((workspace("a"), workspace("b")), (), Outcome.PASS, "2 workspaces, all with limits"),
        (
            (workspace("a"), workspace("b", storage=None)),
            (),
            Outcome.FAIL,
            "1 of 2 workspaces have no limit of ephemeral-storage",
        ),
        ((workspace("a", cpu=None, memory=None),), (), Outcome.FAIL, "1 of 1 workspaces have no limit of cpu, memory"),
        ((), (ALL,), Outcome.PASS, "a LimitRange gives every workspace its limits"),
        ((), (LimitRange("coder-ws", "limits", ("cpu",)),), Outcome.UNKNOWN, None),
        ((), (), Outcome.UNKNOWN, None),
        ((Pod("coder", "server", "s", phase="Running"),), (), Outcome.UNKNOWN, None),
    ],
)
def test_limits_are_seen_in_what_runs_or_in_a_limit_range(
    pods: tuple[Pod, ...], ranges: tuple[LimitRange, ...], outcome: Outcome, said: str | None
) -> None:
    (found,) = judged(workspaces_have_limits, (PODS, pods), (QUOTAS, Quotas((), ranges)))
    assert found.outcome is outcome
    assert said is None or found.message == said


def quota(**amounts: tuple[float, float]) -> Quotas:
    """name=(hard, used), with `__` for a dot and `_` for a dash."""
    named = {name.replace("__", ".").replace("_", "-"): value for name, value in amounts.items()}
    hard, used = (tuple((name, pair[at]) for name, pair in named.items()) for at in (0, 1))
    return Quotas((Quota("coder-ws", "workspaces", hard, used),))


@pytest.mark.parametrize(
    ("quotas", "outcome", "said"),
    [
        (quota(requests__cpu=(40, 0)), Outcome.PASS, "suffices for 10 people"),
        (quota(requests__cpu=(40, 1)), Outcome.FAIL, "requests.cpu does not suffice for 10 people"),
        (quota(pods=(9, 0), requests__cpu=(400, 0)), Outcome.FAIL, "pods does not suffice for 10 people"),
        (quota(requests__ephemeral_storage=(79 * GIB, 0)), Outcome.FAIL, None),
        (quota(limits__ephemeral_storage=(300 * GIB, 0)), Outcome.PASS, "suffices for 10 people"),
        (quota(count__secrets=(3, 3)), Outcome.PASS, "limits nothing that a workspace asks for"),
        (Quotas(), Outcome.PASS, "no ResourceQuota limits the workspaces"),
    ],
)
def test_a_quota_leaves_room_for_everybody(quotas: Quotas, outcome: Outcome, said: str | None) -> None:
    (found,) = judged(quotas_leave_room, (QUOTAS, quotas), (PODS, (workspace("a"),)))
    assert found.outcome is outcome
    assert said is None or found.message == said
    if outcome is Outcome.FAIL:
        assert found.remedy is not None
        assert "kubectl --context us-east-2 -n coder-ws patch resourcequota workspaces" in (found.remedy.command or "")


def test_without_a_workshop_no_quota_is_judged() -> None:
    (found,) = judged(quotas_leave_room, (QUOTAS, quota(pods=(1, 1))), workshop=None)
    assert found.outcome is Outcome.NOT_APPLICABLE


def answer(verb: str, resource: str, *, allowed: bool, optional: bool = False) -> RightAnswer:
    space = "" if optional else "coder-ws"
    return RightAnswer(Right(verb, resource, "the live grid", optional=optional), space, allowed)


def test_a_missing_right_is_named_with_its_namespace_and_what_it_is_for() -> None:
    answers = (answer("list", "pods", allowed=True), answer("watch", "pods", allowed=False))
    (found,) = judged(rights_suffice, (RIGHTS, answers))
    assert found.outcome is Outcome.FAIL
    assert found.message == "1 of 2 rights are missing: watch pods in coder-ws"
    assert found.evidence == (("watch pods in coder-ws", "the live grid"),)
    assert found.remedy is not None
    assert found.remedy.command == "kubectl --context us-east-2 auth can-i watch pods -n coder-ws"


def test_an_optional_right_only_warns() -> None:
    answers = (answer("list", "pods", allowed=True), answer("get", "nodes/proxy", allowed=False, optional=True))
    rights, optional = judged(rights_suffice, (RIGHTS, answers))
    assert (rights.outcome, optional.outcome) == (Outcome.PASS, Outcome.WARN)
    assert optional.message == "get nodes/proxy is missing: the live grid stays unknown"


def test_where_nothing_tells_a_workspaces_storage_no_quota_of_it_is_judged() -> None:
    both = quota(requests__ephemeral_storage=(1, 1), limits__ephemeral_storage=(1, 1), pods=(10, 0))
    (found,) = judged(quotas_leave_room, (QUOTAS, both), (PODS, ()))
    assert (found.outcome, [name for name, _ in found.evidence]) == (Outcome.PASS, ["pods"])


def test_a_region_whose_quotas_are_not_known_is_not_judged() -> None:
    assert judged(quotas_leave_room, (PODS, (workspace("a"),))) == []


def test_a_quota_is_raised_to_what_is_used_and_what_is_to_come_rounded_up() -> None:
    few = quota(requests__cpu=(40.5, 1.5), requests__memory=(80.5 * GIB, 0.25 * GIB))
    (found,) = judged(quotas_leave_room, (QUOTAS, few), (PODS, (workspace("a"),)))
    assert found.evidence == (
        ("requests.cpu", "39 left of 40.5, 40 to come"),
        ("requests.memory", "80 GiB left of 80 GiB, 80 GiB to come"),
    )
    assert found.remedy is not None
    assert found.remedy.command == (
        "kubectl --context us-east-2 -n coder-ws patch resourcequota workspaces "
        """-p '{"spec":{"hard":{"requests.cpu":"42"}}}'"""
    )


@pytest.mark.parametrize(
    ("quota", "why"),
    [
        (Quota("coder-ws", "workspaces", (("pods", 10.0),), ()), "it does not tell yet what is used of pods"),
        (Quota("coder-ws", "workspaces", (), ()), "it does not tell its limits"),
    ],
)
def test_a_quota_that_tells_no_use_or_no_limit_is_unknown(quota: Quota, why: str) -> None:
    (found,) = judged(quotas_leave_room, (QUOTAS, Quotas((quota,))), (PODS, (workspace("a"),)))
    assert (found.outcome, found.message) == (Outcome.UNKNOWN, why)


def test_a_region_without_a_namespace_of_workspaces_passes_neither_limits_nor_quotas() -> None:
    settings = Settings.model_validate(
        {
            "region": [
                {"name": "ohio", "role": "control-plane", "context": "us-east-2", "namespaces": {"workspaces": []}}
            ]
        }
    )
    for check in (workspaces_have_limits, quotas_leave_room):
        (found,) = judged(check, (QUOTAS, Quotas()), (PODS, ()), settings=settings)
        assert (found.outcome, "names none" in found.message) == (Outcome.NOT_APPLICABLE, True)


def test_where_nobody_is_expected_no_quota_passes() -> None:
    quotas = Quotas((Quota("coder-ws", "workspaces", (("pods", 10.0),), (("pods", 1.0),)),))
    settings = Settings.model_validate(
        {"region": [{"name": "ohio", "role": "control-plane", "context": "us-east-2", "people_share": 0}]}
    )
    (found,) = judged(quotas_leave_room, (QUOTAS, quotas), (PODS, (workspace("a"),)), settings=settings)
    assert (found.outcome, found.message) == (Outcome.NOT_APPLICABLE, "nobody is expected here")


def test_of_no_right_that_was_asked_for_nothing_is_known() -> None:
    (found,) = judged(rights_suffice, (RIGHTS, ()))
    assert (found.outcome, found.message) == (Outcome.UNKNOWN, "no right that is needed was asked for")
