from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.checks.shared.window_hazards import find_hazards
from workshop_tui.checks.window_is_quiet import judge
from workshop_tui.model.coder import Workspace
from workshop_tui.model.coder_rights import OwnCredential
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.gateway import GatewayKey, KeyState, rotation_period
from workshop_tui.model.hazard import next_in
from workshop_tui.model.kinds import (
    CRON_JOBS,
    GATEWAY_KEY,
    KARPENTER,
    OWN_CREDENTIALS,
    PROVIDER_CREDENTIALS,
    ROUTES,
    WORKSPACES,
)
from workshop_tui.model.kubernetes import CronJob, DisruptionBudget, Karpenter, NodeClaim, NodePool
from workshop_tui.model.kubernetes_secret import ProviderSecret, SecretMetadata
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.region import Namespaces
from workshop_tui.settings.settings import Settings

START = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
NOW = START - timedelta(days=2)
END = START + timedelta(minutes=75)
FAR = timedelta(hours=1, seconds=1)
WORKSHOP = Workshop(1, "December", START, timedelta(minutes=75), 12, "Europe/Berlin", NOW)
KEY = GatewayKey(KeyState.VALID, "workshop", "sk-...9Xw2", START + timedelta(days=30))
SETTINGS = Settings.model_validate(
    {
        "region": [
            {"name": "ohio", "role": "control-plane", "context": "us-east-2", "domain": "ohio.test"},
        ]
    }
)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def judged(
    readings: Mapping[SourceKind[object], object],
    settings: Settings = SETTINGS,
    records: Records | None = None,
    workshop: Workshop | None = WORKSHOP,
) -> list[Finding]:
    found = {}
    for kind, items in readings.items():
        key = SourceKey(kind.name, "ohio" if kind.per_region else None)
        found[key] = Reading(key, items, NOW)
    return list(judge(Facts(NOW, workshop, found, records), settings))


def job(schedule: str, name: str = "key-rotator", *, suspended: bool = False, timezone: str = "") -> CronJob:
    return CronJob("litellm", name, schedule, timezone, suspended)


def test_a_quiet_window_passes_and_says_which_hours_were_looked_at() -> None:
    (found,) = judged({GATEWAY_KEY: KEY, CRON_JOBS: (), WORKSPACES: ()})
    assert (found.outcome, found.message) == (Outcome.PASS, "nothing is known to fall between 13:45 to 15:15 UTC")


def test_without_a_workshop_there_is_no_window() -> None:
    (found,) = judged({GATEWAY_KEY: KEY}, workshop=None)
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert find_hazards(Facts(NOW, None, {}), SETTINGS) == ()


@pytest.mark.parametrize(
    ("at", "outcome", "said"),
    [
        (START - minutes(60), Outcome.PASS, "45 min before people come in"),
        (START - minutes(46), Outcome.PASS, "31 min before people come in"),
        (START - minutes(45), Outcome.WARN, "30 min before people come in"),
        (START - minutes(16), Outcome.WARN, "60 s before people come in"),
        (START - minutes(15), Outcome.FAIL, "inside the workshop"),
        (START + minutes(30), Outcome.FAIL, "inside the workshop"),
        (END, Outcome.FAIL, "inside the workshop"),
        (END + minutes(30), Outcome.WARN, "30 min after the end"),
        (END + minutes(31), Outcome.PASS, "31 min after the end"),
    ],
)
def test_a_rotation_is_judged_by_how_near_it_comes(at: datetime, outcome: Outcome, said: str) -> None:
    key = replace(KEY, auto_rotate=True, rotation_interval="30d", last_rotation_at=at - timedelta(days=30))
    (found,) = judged({GATEWAY_KEY: key})
    assert (found.outcome, found.message.endswith(said)) == (outcome, True), found.message


def test_a_rotation_of_which_only_the_period_is_known_is_a_chance() -> None:
    key = replace(KEY, auto_rotate=True, rotation_interval="5h")
    (found,) = judged({GATEWAY_KEY: key})
    assert found.outcome is Outcome.WARN
    assert found.message == "30% chance of falling into the workshop: only its period is known"
    (hourly,) = judged({GATEWAY_KEY: replace(key, rotation_interval="1h")})
    assert hourly.outcome is Outcome.FAIL


@pytest.mark.parametrize("control_plane", [[], [{"name": "ohio", "role": "control-plane"}]])
def test_without_a_cluster_of_the_gateway_its_rotation_is_told_without_a_command(
    control_plane: list[dict[str, object]],
) -> None:
    key = replace(KEY, auto_rotate=True, rotation_interval="30d", last_rotation_at=START - timedelta(days=30))
    (found,) = judged({GATEWAY_KEY: key}, Settings.model_validate({"region": control_plane}))
    assert (found.outcome, found.remedy) == (
        Outcome.FAIL,
        Remedy("Pause the rotation until the workshop has ended.", None),
    )


@pytest.mark.parametrize(
    ("gateway", "command"),
    [
        ({}, "kubectl --context us-east-2 -n litellm scale deploy/litellm-key-rotator --replicas=0"),
        ({"rotator": "keys"}, "kubectl --context us-east-2 -n litellm scale deploy/keys --replicas=0"),
        ({"rotator": ""}, None),
    ],
)
def test_the_settings_name_what_is_paused(gateway: dict[str, object], command: str | None) -> None:
    key = replace(KEY, auto_rotate=True, rotation_interval="30d", last_rotation_at=START - timedelta(days=30))
    settings = SETTINGS.model_copy(update={"gateway": SETTINGS.gateway.model_validate(gateway)})
    (found,) = judged({GATEWAY_KEY: key}, settings)
    assert found.remedy == Remedy("Pause the rotation until the workshop has ended.", command)


def test_a_region_that_names_no_namespace_of_the_gateway_gets_no_command_that_lacks_it() -> None:
    region = SETTINGS.region[0].model_copy(update={"namespaces": Namespaces(gateway="")})
    key = replace(KEY, auto_rotate=True, rotation_interval="30d", last_rotation_at=START - timedelta(days=30))
    (found,) = judged({GATEWAY_KEY: key}, SETTINGS.model_copy(update={"region": (region,)}))
    assert found.remedy == Remedy("Pause the rotation until the workshop has ended.", None)


def test_what_the_settings_tell_of_periods_is_a_chance_with_its_own_advice() -> None:
    period = {"name": "key rotator", "every_h": 4.5, "advice": "Scale it down.", "command": "kubectl scale"}
    settings = SETTINGS.model_copy(update={"hazards": SETTINGS.hazards.model_validate({"period": [period]})})
    (found,) = judged({}, settings)
    assert found.outcome is Outcome.WARN
    assert found.remedy is not None
    assert (found.remedy.text, found.remedy.command) == ("Scale it down.", "kubectl scale")


@pytest.mark.parametrize(
    ("expires_at", "outcome"),
    [
        (START - timedelta(days=1), Outcome.FAIL),
        (START + minutes(12), Outcome.FAIL),
        (END + minutes(20), Outcome.WARN),
        (END + minutes(50), Outcome.PASS),
    ],
)
def test_an_expiry_before_the_workshop_is_as_bad_as_one_inside(expires_at: datetime, outcome: Outcome) -> None:
    probe = RouteProbe(RouteRole.DOMAIN, "ohio.test", RouteStage.CODER, "", certificate_expires_at=expires_at)
    later = RouteProbe(RouteRole.WILDCARD, "x.ohio.test", RouteStage.CODER, "", certificate_expires_at=END + FAR)
    untold = RouteProbe(RouteRole.APP, "ohio.test", RouteStage.CODER, "")
    found = judged({GATEWAY_KEY: replace(KEY, expires_at=expires_at), ROUTES: (probe, later, untold)})
    assert [finding.outcome for finding in found] == [outcome, outcome]
    assert {finding.subject for finding in found} == {"gateway key expires", "certificate of ohio.test expires"}


@pytest.mark.parametrize(
    ("cron_job", "times"),
    [
        (job("30 14 * * *"), ["14:30"]),
        (job("0 */4 * * *"), ["16:00"]),
        (job("*/30 14 * * *"), ["14:00", "14:30"]),
        (job("@hourly"), ["14:00", "15:00", "13:00", "16:00"]),
        (job("30 15 * * *", timezone="Europe/Berlin"), ["14:30"]),
        (job("CRON_TZ=Europe/Berlin 30 15 * * *"), ["14:30"]),
        (job("30 14 */2 * 1"), ["14:30"]),  # the 3rd is a Thursday: Kubernetes takes either, Debian's cron both
        (replace(job("@every 6h"), last_at=START - timedelta(hours=11, minutes=30)), ["14:30"]),
        (job("30 14 * * *", suspended=True), []),
        (job("30 14 * * *", name="spend-report"), []),
        (job("0 3 * * *"), []),
    ],
)
def test_a_cron_job_that_disturbs_people_is_found_by_its_next_runs(cron_job: CronJob, times: list[str]) -> None:
    found = [finding for finding in judged({CRON_JOBS: (cron_job,)}) if finding.subject != "window"]
    assert [dict(finding.evidence)["at"][11:16] for finding in found] == times
    for finding in found:
        assert finding.region == "ohio"
        assert finding.remedy is not None
        assert finding.remedy.command is not None
        assert finding.remedy.command.startswith("kubectl --context us-east-2 -n litellm patch cronjob key-rotator")


@pytest.mark.parametrize(
    ("schedule", "first", "outcome"),
    [
        ("* * * * *", "13:45", Outcome.FAIL),
        ("@every 30s", "13:45", Outcome.FAIL),
        ("@every 1s", "13:45", Outcome.FAIL),
        ("0-40 13 * * *", "13:15", Outcome.WARN),
        ("0-14 13 * * *", "13:00", Outcome.PASS),
        ("0-40 16 * * *", "16:00", Outcome.PASS),
    ],
)
def test_of_what_runs_very_often_the_runs_that_disturb_most_are_shown(
    schedule: str, first: str, outcome: Outcome
) -> None:
    (*found,) = judged({CRON_JOBS: (replace(job(schedule), last_at=START - timedelta(days=1)),)})
    assert dict(found[0].evidence)["at"][11:16] == first
    assert {finding.outcome for finding in found} == {outcome}
    assert len(found) <= 12


def test_a_key_that_rotates_every_few_minutes_rotates_inside_the_workshop() -> None:
    key = replace(KEY, auto_rotate=True, rotation_interval="2m", last_rotation_at=NOW)
    found = judged({GATEWAY_KEY: key})
    assert [finding.outcome for finding in found] == [Outcome.FAIL] * 12


@pytest.mark.parametrize("schedule", ["every now and then", "", "99 * * * *", "@every 6h", "0 0 * * 7"])
def test_a_schedule_that_cannot_be_read_is_unknown_never_quiet(schedule: str) -> None:
    (found,) = judged({CRON_JOBS: (job(schedule),)})
    assert found.outcome is Outcome.UNKNOWN
    (zone,) = judged({CRON_JOBS: (job("0 * * * *", timezone="Mars/Base"),)})
    assert zone.outcome is Outcome.UNKNOWN


def test_autostop_warns_and_names_a_few_workspaces() -> None:
    def workspace(owner: str, deadline_at: datetime | None, status: str = "running") -> Workspace:
        return Workspace(owner, "goose", owner, "coder", "goose", status, "start", deadline_at=deadline_at)

    people = [workspace(name, START + minutes(20)) for name in ("ana", "bo", "cleo", "dan", "eve")]
    others = [workspace("fay", None), workspace("gil", START + minutes(20), "stopped"), workspace("hal", NOW)]
    others.append(replace(workspace("prebuilds", START + minutes(20)), prebuild=True))
    (found,) = judged({WORKSPACES: tuple(people + others)})
    assert found.outcome is Outcome.WARN
    assert found.subject == "autostop of ana/goose, bo/goose, cleo/goose and 2 more"


@pytest.mark.parametrize(
    ("expire_after", "age", "outcome"),
    [
        ("720h", timedelta(hours=720) - timedelta(days=2, minutes=20), Outcome.FAIL),
        ("1h30m", timedelta(minutes=90) - timedelta(days=2) + minutes(55), Outcome.PASS),
        ("720h", timedelta(days=3), None),
        ("Never", timedelta(hours=720) - timedelta(days=2, minutes=20), None),
        ("", timedelta(hours=720) - timedelta(days=2, minutes=20), None),
    ],
)
def test_nodes_that_expire_in_the_window_are_found(expire_after: str, age: timedelta, outcome: Outcome | None) -> None:
    pool = NodePool("coder-workspace", True, expire_after=expire_after)
    claims = tuple(NodeClaim(f"claim-{n}", "coder-workspace", f"node-{n}", True, "", NOW - age) for n in (1, 2))
    found = [finding for finding in judged({KARPENTER: Karpenter((pool,), claims)}) if finding.subject != "window"]
    assert [finding.outcome for finding in found] == ([outcome] if outcome else [])
    assert all(finding.subject == "2 nodes of coder-workspace expire" for finding in found)


def test_another_workshop_at_the_same_time_is_found() -> None:
    other = Workshop(2, "Other [team]", START + minutes(30), timedelta(minutes=60), 5, "UTC", NOW)
    far = Workshop(3, "Far", START + timedelta(days=30), timedelta(minutes=60), 5, "UTC", NOW)
    (found,) = judged({}, records=Records(others=(other, far)))
    assert (found.outcome, found.subject) == (Outcome.FAIL, 'workshop "Other [team]"')


@given(
    last=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001  # the zone is put on below
    every_s=st.integers(1, 90 * 86400),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
)
def test_the_next_time_is_the_first_that_is_not_before(last: datetime, every_s: int, moment: datetime) -> None:
    last, moment, every = last.replace(tzinfo=UTC), moment.replace(tzinfo=UTC), timedelta(seconds=every_s)
    found = next_in(last, every, moment)
    assert found >= max(last, moment)
    assert found == last or found - every < moment
    assert (found - last) % every == timedelta()


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("30s", timedelta(seconds=30)),
        ("4h", timedelta(hours=4)),
        (" 30d ", timedelta(days=30)),
        ("0d", None),
        ("4 hours", None),
        ("", None),
    ],
)
def test_the_gateways_own_periods_are_read(text: str, period: timedelta | None) -> None:
    assert rotation_period(text) == period


def consolidating(
    *budgets: DisruptionBudget,
    policy: str = "WhenEmptyOrUnderutilized",
    after: str = "10m",
    name: str = "coder-workspace",
) -> list[Finding]:
    pool = NodePool(name, True, consolidation=policy, consolidate_after=after, budgets=budgets)
    return [found for found in judged({KARPENTER: Karpenter((pool,))}) if found.subject.endswith("consolidates")]


def test_a_pool_that_may_empty_used_nodes_warns_and_says_how_to_forbid_it() -> None:
    (found,) = consolidating(DisruptionBudget("10%"))
    assert (found.outcome, found.region) == (Outcome.WARN, "ohio")
    assert found.message.startswith("at any time")
    assert found.remedy is not None
    assert "kubectl --context us-east-2 patch nodepool coder-workspace" in (found.remedy.command or "")


@pytest.mark.parametrize("policy", ["WhenEmptyOrUnderutilized", "WhenUnderutilized", "Balanced", "OfTomorrow"])
def test_every_policy_that_may_empty_used_nodes_warns(policy: str) -> None:
    (found,) = consolidating(policy=policy)
    assert found.outcome is Outcome.WARN


def test_a_static_pool_does_not_consolidate() -> None:
    pool = NodePool("coder-workspace", True, consolidation="WhenEmptyOrUnderutilized", replicas=2)
    assert [found.subject for found in judged({KARPENTER: Karpenter((pool,))})] == ["window"]


@pytest.mark.parametrize(
    "quiet",
    [
        {"policy": "WhenEmpty"},
        {"policy": ""},
        {"after": "Never"},
        {"name": "system"},
    ],
)
def test_what_moves_no_workspace_is_no_hazard(quiet: dict[str, str]) -> None:
    assert consolidating(**quiet) == []


@pytest.mark.parametrize(
    ("budget", "forbidden"),
    [
        (DisruptionBudget("0"), True),
        (DisruptionBudget("0%"), True),
        (DisruptionBudget("0", ("Underutilized",)), True),
        (DisruptionBudget("0", ("Drifted",)), False),
        (DisruptionBudget("1"), False),
        (DisruptionBudget("0", schedule="0 9 * * *", duration="8h"), True),
        (DisruptionBudget("0", schedule="@daily", duration="24h"), True),
        (DisruptionBudget("0", schedule="@daily", duration="12h"), False),
        (DisruptionBudget("0", schedule="@monthly", duration="720h"), True),
        (DisruptionBudget("0", schedule="0 14 * * *", duration="8h"), False),
        (DisruptionBudget("0", schedule="0 9 * * *", duration="6h"), False),
        (DisruptionBudget("0", schedule="0 9 * * *"), False),
        (DisruptionBudget("0", schedule="no schedule", duration="8h"), False),
    ],
)
def test_only_a_budget_of_no_nodes_over_the_whole_window_forbids_it(budget: DisruptionBudget, forbidden: bool) -> None:
    assert (consolidating(budget) == []) is forbidden


@pytest.mark.parametrize(
    ("ends_at", "outcome"),
    [(START + minutes(20), Outcome.FAIL), (START - timedelta(days=1), Outcome.FAIL), (END + minutes(20), Outcome.WARN)],
)
def test_a_provider_credential_that_ends_is_a_hazard(ends_at: datetime, outcome: Outcome) -> None:
    ends = {"bedrock": ends_at, "vertex": END + FAR}
    named = [{"name": name, "secret": name, "expires_at": at.isoformat()} for name, at in ends.items()]
    gateway = {"kind": "litellm", "url": "https://gateway.test", "credential": named}
    settings = Settings.model_validate({**SETTINGS.model_dump(mode="json", exclude_unset=True), "gateway": gateway})
    secrets = tuple(ProviderSecret(name, SecretMetadata("litellm", name)) for name in (*ends, "of no setting"))
    found = judged({PROVIDER_CREDENTIALS: secrets}, settings)
    assert [(one.subject, one.outcome) for one in found] == [("bedrock credential ends", outcome)]


CODER_TOKEN = OwnCredential("Coder token", told_by="Coder")
CERTIFICATE = OwnCredential("client certificate of us-east-2", "ohio", told_by="the kubeconfig")


@pytest.mark.parametrize(
    ("own", "outcome", "command"),
    [
        (replace(CODER_TOKEN, ends_at=START - timedelta(days=1)), Outcome.FAIL, "coder tokens create --lifetime 168h"),
        (replace(CODER_TOKEN, ends_at=END), Outcome.FAIL, "coder tokens create --lifetime 168h"),
        (replace(CODER_TOKEN, ends_at=END, extended=True), Outcome.WARN, "coder tokens create --lifetime 168h"),
        (replace(CODER_TOKEN, ends_at=END + minutes(20)), Outcome.WARN, "coder tokens create --lifetime 168h"),
        (replace(CERTIFICATE, ends_at=END), Outcome.FAIL, "kubectl --context us-east-2 auth whoami"),
        (replace(CERTIFICATE, unknown="it is no PEM"), Outcome.UNKNOWN, "kubectl --context us-east-2 auth whoami"),
    ],
)
def test_what_we_sign_in_with_ending_before_the_workshop_does_is_a_hazard(
    own: OwnCredential, outcome: Outcome, command: str
) -> None:
    lasting = (replace(CODER_TOKEN, ends_at=END + FAR), CERTIFICATE)
    (found,) = judged({OWN_CREDENTIALS: (own, *lasting)})
    assert (found.subject, found.region, found.outcome) == (f"{own.name} ends", own.region, outcome)
    assert found.remedy is not None
    assert found.remedy.command == command
    assert ("use prolongs it" in str(found.evidence)) is own.extended
