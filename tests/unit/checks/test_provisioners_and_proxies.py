from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from fakes.region_pods import region_pods
from workshop_tui.checks import provisioners_suffice, proxies_healthy
from workshop_tui.checks.provisioners_suffice import wanted_provisioners
from workshop_tui.model.coder import ProvisionerPool, Proxies, Proxy
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PODS, PROVISIONERS, PROXIES
from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
REGIONS = [
    {"name": "ohio", "role": "control-plane", "context": "us-east-2", "domain": "ohio.test", "wildcard": "*.ohio.test"},
    {"name": "london", "role": "proxy", "context": "eu-west-2", "domain": "london.test", "wildcard": "*.london.test"},
]


def settings(**more: object) -> Settings:
    return Settings.model_validate({"region": REGIONS, **more})


def workshop(people: int) -> Workshop:
    return Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), people, "UTC", NOW)


def pool(idle: int, busy: int = 0, *, default: bool = True, pending: int = 0, name: str = "coder") -> ProvisionerPool:
    oldest = NOW - timedelta(minutes=7) if pending else None
    return ProvisionerPool(name, default, idle, busy, 1, ("v2.35.1",), pending, oldest)


def provisioners(
    *pools: ProvisionerPool, people: int | None = 12, given: Settings | None = None, pods: tuple[Pod, ...] = ()
) -> list[Finding]:
    readings = {}
    for key, items in ((SourceKey(PROVISIONERS.name), pools), (SourceKey(PODS.name, "ohio"), region_pods(pods))):
        readings[key] = Reading(key, items, NOW)
    facts = Facts(NOW, workshop(people) if people is not None else None, readings)
    return list(provisioners_suffice.judge(facts, given or settings()))


@pytest.mark.parametrize(
    ("people", "wanted"),
    [(0, 6), (9, 6), (10, 8), (14, 8), (15, 10), (19, 10), (20, 12), (29, 12), (30, 15), (500, 15)],
)
def test_where_ranges_of_the_table_meet_the_higher_row_counts(people: int, wanted: int) -> None:
    assert wanted_provisioners(people, settings()) == wanted


@pytest.mark.parametrize(
    ("found", "people", "outcome"),
    [
        (pool(8), 12, Outcome.PASS),
        (pool(3, 5), 12, Outcome.PASS),
        (pool(6), 10, Outcome.FAIL),
        (pool(0), 5, Outcome.FAIL),
        (pool(2, default=False, name="demo"), 30, Outcome.PASS),
        (pool(1, default=False, name="demo"), 5, Outcome.FAIL),
        (pool(6), None, Outcome.PASS),
        (pool(5), None, Outcome.FAIL),
    ],
)
def test_only_connected_provisioners_count(found: ProvisionerPool, people: int | None, outcome: Outcome) -> None:
    (judged,) = provisioners(found, people=people)
    assert judged.outcome is outcome


def test_where_none_is_needed_and_none_is_there_nothing_passes_and_nothing_fails() -> None:
    nobody = settings(coder={"provisioners": {"demo": 0}})
    (none,) = provisioners(pool(0, default=False, name="demo"), given=nobody)
    assert none.outcome is Outcome.NOT_APPLICABLE
    assert none.message == "none is connected, and none is needed by the settings"
    (some,) = provisioners(pool(1, default=False, name="demo"), given=nobody)
    assert some.outcome is Outcome.PASS


def test_the_remedy_scales_what_keeps_the_pods_where_they_run() -> None:
    labels = {"app": "coder-provisioner"}
    pods = (Pod("coder", "p", "1", labels, "ReplicaSet", "coder-provisioner-default-8vh4jj9l46", phase="Running"),)
    (found,) = provisioners(pool(6), pods=pods)
    assert found.remedy is not None
    assert found.remedy.command == (
        "kubectl --context us-east-2 -n coder scale deployment/coder-provisioner-default --replicas=8"
    )
    stateful = (Pod("coder", "p", "1", labels, "StatefulSet", "coder-provisioner", phase="Running"),)
    (other,) = provisioners(pool(6), pods=stateful)
    assert other.remedy is not None
    assert "scale statefulset/coder-provisioner --replicas=8" in (other.remedy.command or "")


LABELS = {"app": "coder-provisioner"}


@pytest.mark.parametrize(
    ("pods", "command"),
    [
        ((), None),
        ((Pod("coder", "p", "1", LABELS, phase="Running"),), None),
        ((Pod("coder", "p", "1", {"app": "x"}, "ReplicaSet", "x-1", phase="Running"),), None),
        ((Pod("elsewhere", "p", "1", LABELS, "ReplicaSet", "x-1", phase="Running"),), None),
        (
            (
                Pod("coder", "p", "1", LABELS, "ReplicaSet", "provisioner-demo-1", phase="Running"),
                Pod("coder", "q", "2", LABELS, "ReplicaSet", "provisioner-coder-1", phase="Running"),
            ),
            "kubectl --context us-east-2 -n coder scale deployment/provisioner-coder --replicas=8",
        ),
        (
            (Pod("coder", "p", "1", LABELS, "ReplicaSet", "builders-1", phase="Running"),),
            "kubectl --context us-east-2 -n coder scale deployment/builders --replicas=8",
        ),
    ],
)
def test_what_is_scaled_is_found_by_the_organisations_name_else_whatever_keeps_provisioners(
    pods: tuple[Pod, ...], command: str | None
) -> None:
    (found,) = provisioners(pool(6), pods=pods)
    assert found.remedy is not None
    assert found.remedy.command == command


def test_a_queue_before_anybody_came_and_mixed_versions_are_told() -> None:
    mixed = ProvisionerPool("coder", True, 9, 0, 0, ("v2.35.0", "v2.35.1"), 2, NOW - timedelta(minutes=7))
    found = {finding.subject: finding for finding in provisioners(mixed)}
    assert found["coder queue"].message == "2 jobs wait, the oldest for 7 min"
    assert found["coder versions"].outcome is Outcome.WARN


def test_the_settings_own_number_goes_before_the_table() -> None:
    given = settings(coder={"provisioners": {"Coder": 3}})  # whatever its case
    (found,) = provisioners(pool(3), people=30, given=given)
    assert found.outcome is Outcome.PASS


def test_an_organisation_that_the_token_may_not_read_is_unknown_and_the_role_is_named() -> None:
    hidden, seen = provisioners(
        ProvisionerPool("demo", False, 0, 0, 0, hidden="the token may not read …: the role Owner has that right"),
        pool(9),
        people=10,
    )
    assert (hidden.outcome, seen.outcome) == (Outcome.UNKNOWN, Outcome.PASS)
    assert "the role Owner has that right" in hidden.message
    assert hidden.remedy is not None


@pytest.mark.parametrize(
    ("idle", "outcome", "message"),
    [
        (9, Outcome.UNKNOWN, "9 connected, but which may take the jobs is not known: no right"),
        (3, Outcome.FAIL, "3 connected, 8 needed"),
    ],
)
def test_enough_is_unknown_where_it_is_not_known_which_may_take_the_jobs(
    idle: int, outcome: Outcome, message: str
) -> None:
    (found,) = provisioners(replace(pool(idle), unproven="no right"), people=10)
    assert (found.outcome, found.message) == (outcome, message)


def test_provisioners_with_other_tags_are_no_help_and_said() -> None:
    few, nobody = provisioners(replace(pool(0), others=10, nobody_for=("goose (no tags)",)), people=10)
    assert (few.outcome, few.message) == (
        Outcome.FAIL,
        "0 connected, 8 needed; 10 more may not take the templates' jobs",
    )
    assert (nobody.subject, nobody.outcome) == ("coder goose (no tags)", Outcome.FAIL)
    assert nobody.remedy is not None


def test_a_queue_that_is_cut_is_told_as_a_least() -> None:
    long = replace(pool(9, pending=1000), pending_cut=True, oldest_pending_at=None)
    *_, queue = provisioners(long, people=10)
    assert queue.message == "at least 1000 jobs wait"


@pytest.mark.parametrize("rows", [[], [[5, 6]], [[0, 6], [0, 8]], [[0, 6], [10, 8], [5, 7]]])
def test_a_table_that_leaves_people_out_is_refused(rows: list[list[int]]) -> None:
    with pytest.raises(ValidationError, match="begin with 0 people and ascend"):
        settings(thresholds={"provisioners": rows})


def proxy(name: str, *, healthy: bool = True, version: str = "v2.35.1", troubles: tuple[str, ...] = ()) -> Proxy:
    status = "ok" if healthy else "unreachable"
    return Proxy(name, f"https://{name}.test:8443", f"*.{name}.test", healthy, status, version, troubles)


def proxies(
    *known: Proxy, version: str = "v2.35.1+abc", regions: list[dict[str, str]] = REGIONS
) -> dict[str | None, Finding]:
    key = SourceKey(PROXIES.name)
    facts = Facts(NOW, None, {key: Reading(key, Proxies(version, known), NOW)})
    return {finding.region: finding for finding in proxies_healthy.judge(facts, settings(region=regions))}


@pytest.mark.parametrize(
    ("london", "outcome", "said"),
    [
        (proxy("london"), Outcome.PASS, "healthy, v2.35.1"),
        (proxy("london", version=""), Outcome.PASS, "healthy"),
        (proxy("london", healthy=False), Outcome.FAIL, "the server finds it unreachable"),
        (proxy("london", version="v2.34.0"), Outcome.FAIL, "it runs v2.34.0, the server v2.35.1+abc"),
        (proxy("london", troubles=("derp is slow",)), Outcome.WARN, "derp is slow"),
        (proxy("elsewhere"), Outcome.FAIL, "the server knows no proxy at london.test"),
    ],
)
def test_each_region_is_judged_as_the_server_judges_its_proxy(london: Proxy, outcome: Outcome, said: str) -> None:
    found = proxies(proxy("ohio"), london)
    assert (found["london"].outcome, found["london"].message) == (outcome, said)
    assert found["ohio"].outcome is Outcome.PASS


def test_without_a_domain_there_is_no_proxy_to_look_for() -> None:
    found = proxies(proxy("ohio"), regions=[{"name": "ohio", "role": "control-plane", "context": "us-east-2"}])
    assert [(one.outcome, one.message) for one in found.values()] == [
        (Outcome.NOT_APPLICABLE, "no region has a domain")
    ]


def test_a_region_is_found_by_its_wildcard_too_and_without_a_context_no_command_is_told() -> None:
    regions = [{"name": "london", "role": "proxy", "wildcard": "*.london.test"}]
    found = proxies(proxy("ohio"), proxy("london", healthy=False), regions=regions)["london"]
    assert (found.outcome, found.remedy) == (
        Outcome.FAIL,
        Remedy("Roll the server's image out in this region.", None),
    )
