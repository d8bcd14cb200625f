"""The capacity plan: the guide's table, the demand, and commands that name context and namespace."""

from __future__ import annotations

import pytest

from workshop_tui.report.capacity import capacity_document, capacity_lines, plan_capacity
from workshop_tui.settings import Settings

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


@pytest.mark.parametrize(
    ("people", "provisioners", "replicas"),
    [(0, 6, 4), (9, 6, 4), (10, 8, 4), (14, 8, 4), (15, 10, 6), (19, 10, 6), (20, 12, 8), (30, 15, 8)],
)
def test_where_ranges_of_the_guide_meet_the_higher_row_is_planned(
    people: int, provisioners: int, replicas: int
) -> None:
    plan = plan_capacity(people, "as given", PLATFORM)
    assert (plan.provisioners, plan.gateway_replicas) == (provisioners, replicas)


def test_fifteen_people_need_what_the_guides_example_says() -> None:
    plan = plan_capacity(15, "as given", PLATFORM)
    assert (plan.cpu_cores, plan.memory_gib, plan.storage_gib) == (60, 120, 150)


def test_commands_name_context_and_namespace_of_the_control_plane_only() -> None:
    assert plan_capacity(15, "as given", PLATFORM).commands == (
        "kubectl --context 'ohio admin' -n coder get deployments",
        "kubectl --context 'ohio admin' -n coder scale deployment/NAME --replicas=10",
        "kubectl --context 'ohio admin' -n litellm get deployments",
        "kubectl --context 'ohio admin' -n litellm scale deployment/NAME --replicas=6",
    )


def test_what_nothing_tells_is_said_to_be_unknown() -> None:
    plan = plan_capacity(12, "as given", Settings())
    text = "\n".join(capacity_lines(plan))
    assert "unknown: set demand.storage_gib" in text
    assert "no LiteLLM gateway is set" in text
    assert "the target for a start, not measured" in text
    assert "No command" in text
    document = capacity_document(plan, 1)
    assert document["storage_gib"] is None
    assert document["gateway_replicas"] is None


def test_a_given_length_of_builds_and_arrival_change_the_waits() -> None:
    at_once = plan_capacity(15, "as given", PLATFORM, build_s=60)
    spread = plan_capacity(15, "as given", PLATFORM, within_s=900, build_s=60)
    assert (at_once.queue.waves, at_once.queue.p95_s) == ((10, 5), 60)
    assert (spread.queue.waves, spread.queue.p95_s) == ((15,), 0)
