from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.rehearsed_world import STARTS_AT, events, evictions_s, world
from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.scenario import load_scenario, parse_scenario
from workshop_rehearsal.serve import scenario_names
from workshop_rehearsal.world.world import World

T_2D = timedelta(days=-2)
SEEDS = range(6)


def used_shares(of: World, region: str) -> list[float]:
    return [node.used_share(of.timeline.now_s) for node in of.regions[region].cluster.nodes.values()]


def key_is_valid(of: World) -> bool:
    return of.timeline.now_s < of.gateway.key.expires_s


def test_the_scenarios_are_there() -> None:
    assert scenario_names() == ("calm", "september-2024", "steady")


@pytest.mark.parametrize("seed", SEEDS)
def test_september_shows_three_of_nine_ohio_nodes_over_sixty_percent_two_days_before(seed: int) -> None:
    one = world("september-2024", seed=seed, at=T_2D)
    assert [share > 0.6 for share in used_shares(one, "ohio")].count(True) == 3
    assert len(used_shares(one, "ohio")) == 9
    assert max(used_shares(one, "oregon") + used_shares(one, "london")) < 0.6


def test_september_shows_the_key_and_its_rotation_inside_the_workshop_two_days_before() -> None:
    one = world("september-2024", at=T_2D)
    assert key_is_valid(one)
    assert 0 < one.gateway.key.expires_s < 75 * 60
    assert one.gateway.key.rotates_s is not None
    assert 0 < one.gateway.key.rotates_s < 75 * 60


def test_september_shows_older_proxies_and_a_stale_mirror_two_days_before() -> None:
    one = world("september-2024", at=T_2D)
    digests = {name: one.release_of(region).digest for name, region in one.regions.items()}
    assert digests["ohio"] == one.source.tags["latest"].digest
    assert digests["oregon"] == digests["london"] == one.mirror.tags["latest"].digest != digests["ohio"]
    assert [one.wildcard_works(region) for region in one.regions.values()] == [True, False, False]


def test_september_was_in_order_a_week_before() -> None:
    one = world("september-2024", at=timedelta(days=-7))
    assert all(one.wildcard_works(region) for region in one.regions.values())


def test_september_has_six_provisioners_for_more_people() -> None:
    one = world("september-2024", at=T_2D)
    assert len(one.provisioning.daemons["coder"]) == 6 < one.expected_people


def test_in_september_four_or_five_workspaces_are_evicted_around_ten_minutes_in() -> None:
    counts = []
    for seed in range(15):
        one = world("september-2024", seed=seed, at=timedelta(minutes=12, seconds=30))
        assert 8 * 60 < evictions_s(one)[0] < 11 * 60
        assert any(node.disk_pressure for node in one.regions["ohio"].cluster.nodes.values())
        counts.append(len(evictions_s(one)))
    assert min(counts) >= 2
    assert max(counts) <= 6
    assert sorted(counts)[len(counts) // 2] in (4, 5)
    assert counts[1] in (4, 5), "the seed that a rehearsal has when none is given"


def test_in_september_the_key_fails_for_seconds_and_its_rotation_restarts_everybody() -> None:
    one = world("september-2024", at=timedelta(minutes=11, seconds=59))
    assert key_is_valid(one)
    one.advance(STARTS_AT + timedelta(minutes=12, seconds=5))
    assert not key_is_valid(one)
    assert all(len(workspace.builds) == 1 for workspace in one.workspaces.all.values())
    one.advance(STARTS_AT + timedelta(minutes=12, seconds=13))
    assert key_is_valid(one)
    assert all(len(workspace.builds) == 2 for workspace in one.workspaces.all.values())
    assert one.provisioning.waiting("coder") >= 4


def test_in_september_restarted_workspaces_come_back_in_minutes() -> None:
    one = world("september-2024", at=timedelta(minutes=25))
    agents = [workspace.latest.agent for workspace in one.workspaces.running()]
    assert len(agents) == 15
    assert all(agent is not None and agent.status == "connected" and agent.ready_s for agent in agents)


@pytest.mark.parametrize("seed", SEEDS)
def test_calm_stays_calm_from_a_week_before_to_the_end(seed: int) -> None:
    one = world("calm", seed=seed)
    for at in (timedelta(days=-7), T_2D, timedelta(minutes=1), timedelta(minutes=10), timedelta(minutes=70)):
        one.advance(STARTS_AT + at)
        assert all(one.wildcard_works(region) for region in one.regions.values())
        assert one.source.tags["latest"].digest == one.mirror.tags["latest"].digest
        assert max(share for region in one.regions for share in used_shares(one, region)) < 0.6
        assert one.gateway.key.expires_s - one.timeline.now_s > 22 * 86_400
        assert one.gateway.key.rotates_s is None
        assert one.provisioning.waiting("coder") == 0
        assert evictions_s(one) == []
    assert len(one.provisioning.daemons["coder"]) == 10


@pytest.mark.parametrize("seed", SEEDS)
def test_calm_workspaces_are_ready_within_two_minutes(seed: int) -> None:
    one = world("calm", seed=seed, at=timedelta(minutes=20))
    guests = [workspace for workspace in one.workspaces.all.values() if workspace.owner.arrives_s is not None]
    assert len(guests) == 12
    for workspace in guests:
        agent = workspace.latest.agent
        assert agent is not None
        assert agent.ready_s is not None
        assert agent.ready_s - workspace.latest.job.created_s < 120


@pytest.mark.parametrize("people", [0, 1, 30])
def test_more_people_get_more_of_everything_in_calm(people: int) -> None:
    one = world("calm", people=people, at=timedelta(minutes=15))
    assert len(one.workspaces.all) == people + 3
    assert len(one.provisioning.daemons["coder"]) >= max(10, people * 0.5)


def test_an_unknown_scenario_lists_the_known_ones() -> None:
    with pytest.raises(RehearsalError, match="choose one of calm, september-2024, steady"):
        load_scenario("october")


def test_a_scenario_with_an_unknown_key_is_refused_by_its_name() -> None:
    with pytest.raises(RehearsalError, match="minuets"):
        parse_scenario('title = "x"\nminuets = 3\n')


def test_in_september_builds_queue_while_people_arrive() -> None:
    """From the first minute on, since the live view begins there."""
    for seed in SEEDS:
        one = world("september-2024", seed=seed, at=timedelta(minutes=1))
        assert one.provisioning.waiting("coder") >= 2


def test_in_september_each_small_trouble_meets_whole_people() -> None:
    one = world("september-2024", at=timedelta(minutes=11, seconds=50))
    agents = [workspace.latest.agent for workspace in one.workspaces.all.values()]
    assert sum(agent is not None and agent.lifecycle == "start_error" for agent in agents) == 2
    assert sum(sign_in.status == 401 for sign_in in one.sign_ins) == 4
    pods = [pod for region in one.regions.values() for pod in region.cluster.pods.values()]
    (killed,) = [pod for pod in pods if pod.killed is not None]
    assert (killed.restarts, killed.killed.reason, killed.phase) == (1, "OOMKilled", "Running")
    assert [event.reason for event in events(one) if event.reason == "OOMKilling"] == ["OOMKilling"]
