"""The capacity plan: the guide's table, the demand, and commands that name context and namespace."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workshop_tui.model.capacity import Builds, Capacity, Demand, PastWorkshop, TemplateDemand
from workshop_tui.planning.capacity import plan_capacity
from workshop_tui.planning.measured_builds import builds_of
from workshop_tui.planning.template_demand import largest_demand
from workshop_tui.report.capacity_text import capacity_document, capacity_lines
from workshop_tui.settings.settings import Settings

PLATFORM = Settings.model_validate(
    {
        "region": [
            {"name": "ohio", "role": "control-plane", "context": "ohio admin"},
            {"name": "london", "role": "proxy", "context": "london"},
        ],
        "gateway": {"kind": "litellm", "url": "https://gateway.test", "models": []},
        "demand": {"storage_gib": 10},
    }
)
MINUTE = Builds((60.0,), "as given")
PAST = PastWorkshop("November", datetime(2026, 11, 5, tzinfo=UTC), 14, 11, 0.58, 48, 33, 62, 131)
CLAUDE = TemplateDemand("claude", 3, 4, 8, 30, limited=True)
GOOSE = TemplateDemand("", 1, 2, 4, None, limited=False)


def planned(
    people: int,
    settings: Settings = PLATFORM,
    builds: Builds = MINUTE,
    demand: Demand | None = None,
    **more: object,
) -> Capacity:
    return plan_capacity(people, "as given", settings, demand or largest_demand((), settings), builds, **more)


@pytest.mark.parametrize(
    ("people", "provisioners", "replicas"),
    [(0, 6, 4), (9, 6, 4), (10, 8, 4), (14, 8, 4), (15, 10, 6), (19, 10, 6), (20, 12, 8), (30, 15, 8)],
)
def test_where_ranges_of_the_guide_meet_the_higher_row_is_planned(
    people: int, provisioners: int, replicas: int
) -> None:
    plan = planned(people)
    assert (plan.provisioners, plan.gateway_replicas) == (provisioners, replicas)
    assert f"{provisioners} by the table's higher row where ranges meet" in "\n".join(capacity_lines(plan))


def test_fifteen_people_need_what_the_guides_example_says() -> None:
    plan = planned(15)
    assert (plan.cpu_cores, plan.memory_gib, plan.storage_gib) == (60, 120, 150)
    assert plan.demand.told_by == "the settings, since no workspace runs"


def test_fifteen_people_need_fifteen_of_the_largest_workspace_that_runs() -> None:
    plan = planned(15, demand=largest_demand((CLAUDE, GOOSE), PLATFORM))
    assert (plan.cpu_cores, plan.memory_gib, plan.storage_gib) == (60, 120, 450)
    lines = [" ".join(line.split()) for line in capacity_lines(plan)]
    assert "demand told by the largest limits of 4 running workspaces" in lines
    assert "claude 3 running 4 CPU, 8 GiB, 30 GiB of storage" in lines
    assert "unknown template 1 running 2 CPU, 4 GiB; not all are limits" in lines


def test_commands_name_context_and_namespace_of_the_control_plane_only() -> None:
    assert planned(15).commands == (
        "kubectl --context 'ohio admin' -n coder get deployments",
        "kubectl --context 'ohio admin' -n coder scale deployment/NAME --replicas=10",
        "kubectl --context 'ohio admin' -n litellm get deployments",
        "kubectl --context 'ohio admin' -n litellm scale deployment/NAME --replicas=6",
    )


def test_what_nothing_tells_is_said_to_be_unknown() -> None:
    plan = planned(12, Settings(), builds_of((), (), None, Settings()))
    text = "\n".join(capacity_lines(plan))
    assert "unknown: set demand.storage_gib" in text
    assert "no LiteLLM gateway is set" in text
    assert "the target for a start, not measured" in text
    assert "No command" in text
    assert "No earlier workshop was recorded" in text
    document = capacity_document(plan, 1)
    assert document["storage_gib"] is None
    assert document["gateway_replicas"] is None
    assert document["past"] is None


def test_a_given_length_of_builds_and_arrival_change_the_waits() -> None:
    at_once, spread = planned(15), planned(15, within_s=900)
    assert (at_once.queue.waves, at_once.queue.p95_s) == ((10, 5), 60)
    assert (spread.queue.waves, spread.queue.p95_s) == ((15,), 0)


def test_the_plan_stands_beside_what_the_last_workshop_took() -> None:
    lines = [" ".join(line.split()) for line in capacity_lines(planned(15, past=PAST))]
    begin = lines.index("Compared with November of 2026-11-05, at its worst moment:")
    assert lines[begin + 1 : begin + 8] == [
        "compared planned now then",
        "people 15 14 expected",
        "workspaces at once 15 11",
        "storage, fullest 58% used",
        "build wait p95 60 s 48 s",
        "build p50 60 s 33 s",
        "start p50, p95 62 s, 131 s",
    ]
    past = capacity_document(planned(15, past=PAST), 1)["past"]
    assert isinstance(past, dict)
    assert (past["title"], past["storage_share"], past["starts_at"]) == ("November", 0.58, "2026-11-05T00:00:00+00:00")


def test_what_the_last_workshop_did_not_record_is_never_a_number() -> None:
    past = PastWorkshop("November", datetime(2026, 11, 5, tzinfo=UTC), 14, None, None, None, None, None, None)
    lines = [" ".join(line.split()) for line in capacity_lines(planned(15, past=past))]
    assert [line for line in lines if line.endswith("not recorded")] == [
        "workspaces at once 15 not recorded",
        "storage, fullest not recorded",
        "build wait p95 60 s not recorded",
        "build p50 60 s not recorded",
        "start p50, p95 not recorded",
    ]


def test_what_could_not_be_asked_is_told() -> None:
    lines = capacity_lines(planned(15, troubles=("pods of ohio: no kubeconfig",)))
    assert lines[lines.index("Could not be asked:") + 1] == "pods of ohio: no kubeconfig"
