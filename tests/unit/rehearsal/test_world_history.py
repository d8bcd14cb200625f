from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.rehearsed_world import STARTS_AT, events, state, world
from workshop_rehearsal.world.cluster import WORKSPACE_POOL

END = timedelta(minutes=30)


@settings(max_examples=20)
@given(st.lists(st.floats(-3 * 86_400, END.total_seconds()), max_size=40), st.integers(0, 5))
def test_the_same_seed_has_the_same_history_however_time_passes(steps_s: list[float], seed: int) -> None:
    walked = world("september-2024", seed=seed)
    for step_s in sorted(steps_s):
        walked.advance(STARTS_AT + timedelta(seconds=step_s))
    walked.advance(STARTS_AT + END)
    assert state(walked) == state(world("september-2024", seed=seed, at=END))


def test_another_seed_has_another_history() -> None:
    assert state(world("calm", seed=1, at=END)) != state(world("calm", seed=2, at=END))


def test_time_never_goes_back() -> None:
    one = world("calm", at=END)
    before = state(one)
    one.advance(STARTS_AT - timedelta(days=1))
    assert state(one) == before


@settings(max_examples=25)
@given(
    st.sampled_from(["calm", "september-2024"]),
    st.integers(0, 50),
    st.integers(0, 30),
    st.integers(1, 12),
    st.integers(-20, 120),
)
def test_the_books_balance_at_every_moment(scenario: str, seed: int, people: int, nodes: int, minutes: int) -> None:
    """No node is over-booked, its disk holds what its pods wrote, one job per daemon, builds in order."""
    one = world(scenario, seed=seed, people=people, nodes=nodes, at=timedelta(minutes=minutes))
    now_s = one.timeline.now_s
    for region in one.regions.values():
        for node in region.cluster.nodes.values():
            asked = sum(pod.template.requests.cpu_millicores for pod in node.pods.values())
            assert asked + node.free_cpu_millicores == node.allocatable.cpu_millicores
            assert node.free_cpu_millicores >= 0
            assert node.workspace_count == sum(pod.template.pool == WORKSPACE_POOL for pod in node.pods.values())
            assert node.usage.bytes_at(now_s) >= sum(pod.usage.bytes_at(now_s) for pod in node.pods.values()) - 1
            assert all(pod.node is node and not pod.deleted for pod in node.pods.values())
        for workload in region.cluster.workloads.values():
            assert len(workload.pods) == workload.replicas
    for daemons in one.provisioning.daemons.values():
        running = [daemon.current.id for daemon in daemons if daemon.current is not None]
        assert len(running) == len(set(running))
    for workspace in one.workspaces.all.values():
        for earlier, later in pairwise(workspace.builds):
            assert earlier.job.created_s <= later.job.created_s
        for build in workspace.builds:
            agent = build.agent
            moments = [build.job.created_s, build.job.started_s, build.job.completed_s]
            if agent is not None:
                moments += [agent.created_s, agent.first_connected_s]
            reached = [moment for moment in moments if moment is not None]
            assert reached == sorted(reached)


def test_events_are_forgotten_after_an_hour() -> None:
    one = world("calm", at=timedelta(minutes=5))
    assert any(event.reason == "Pulled" for event in events(one))
    one.advance(STARTS_AT + timedelta(minutes=74))
    assert all(event.at_s >= 14 * 60 for event in events(one))


@pytest.mark.parametrize("scenario", ["calm", "september-2024"])
def test_two_hours_after_the_end_everybody_has_left_and_only_the_crew_remains(scenario: str) -> None:
    one = world(scenario, at=timedelta(minutes=75 + 120))
    running = {workspace.owner.username for workspace in one.workspaces.running()}
    assert running == {"jullian", "noor", "pat"}


def test_thousands_of_people_on_hundreds_of_nodes_get_their_workspaces() -> None:
    one = world("calm", people=2500, nodes=250, at=timedelta(minutes=8))
    ready = sum(
        workspace.latest.agent is not None and workspace.latest.agent.ready_s is not None
        for workspace in one.workspaces.all.values()
    )
    assert ready > 2250
