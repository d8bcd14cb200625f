from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks import people_can_sign_in, sign_in_offered
from workshop_tui.checks.people_can_sign_in import named
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import ACCOUNTS, SIGN_IN
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records
from workshop_tui.model.sign_in import Account, Accounts, Participant, SignInFlow, SignInOffer, address_key
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORKSHOP = Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), 10, "UTC", NOW)
PASS, WARN, FAIL, UNKNOWN = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.UNKNOWN
NOT_APPLICABLE = Outcome.NOT_APPLICABLE
OKTA, GITHUB = SignInFlow("oidc", 307, "okta.test"), SignInFlow("github", 307, "github.com")


def settings(**sign_in: object) -> Settings:
    return Settings.model_validate({"sign_in": sign_in})


def sign_in(
    offered: tuple[str, ...], *flows: SignInFlow, ways: tuple[str, ...] = (), workshop: Workshop | None = WORKSHOP
) -> list[Finding]:
    offer = SignInOffer("ai.example.test", offered, flows)
    key = SourceKey(SIGN_IN.name)
    return list(sign_in_offered.judge(Facts(NOW, workshop, {key: Reading(key, offer, NOW)}), settings(ways=ways)))


@pytest.mark.parametrize(
    ("offered", "flows", "ways", "said"),
    [
        (("oidc", "github"), (OKTA, GITHUB), (), [("OIDC", PASS), ("GitHub", PASS)]),
        (("oidc", "github", "password"), (OKTA, GITHUB), ("password",), [("password", PASS)]),
        (("password",), (), (), [("OIDC", WARN), ("GitHub", WARN)]),
        (("oidc",), (OKTA,), ("oidc", "github"), [("OIDC", PASS), ("GitHub", FAIL)]),
        ((), (), (), [("sign-in", FAIL)]),
        ((), (), ("oidc",), [("sign-in", FAIL)]),
    ],
)
def test_each_way_that_is_wanted_is_judged(
    offered: tuple[str, ...], flows: tuple[SignInFlow, ...], ways: tuple[str, ...], said: list[tuple[str, Outcome]]
) -> None:
    assert [(one.subject, one.outcome) for one in sign_in(offered, *flows, ways=ways)] == said


@pytest.mark.parametrize(
    ("flow", "outcome", "message"),
    [
        (SignInFlow("oidc", 307, "okta.test"), PASS, "leads to okta.test"),
        (SignInFlow("oidc", 302, "okta.test"), PASS, "leads to okta.test"),
        (SignInFlow("oidc", 307, "ai.example.test"), UNKNOWN, "leads back to Coder, to no provider"),
        (SignInFlow("oidc", 307, ""), UNKNOWN, "leads back to Coder, to no provider"),
        (SignInFlow("oidc", 400), FAIL, "offered, but its first step answers 400"),
        (SignInFlow("oidc", 404), FAIL, "offered, but its first step answers 404"),
        (SignInFlow("oidc", 503), FAIL, "offered, but its first step answers 503"),
        (SignInFlow("oidc", 200), WARN, "its first step answers 200 and leads to no provider"),
        (SignInFlow("oidc", 429), FAIL, "Coder refuses sign-ins from this address now: too many in a minute (429)"),
        (SignInFlow("oidc", error="Coder did not answer in time"), UNKNOWN, "did not answer in time"),
    ],
)
def test_the_first_step_must_lead_to_a_provider(flow: SignInFlow, outcome: Outcome, message: str) -> None:
    (found,) = sign_in(("oidc",), flow, ways=("oidc",))
    assert found.outcome is outcome
    assert message in found.message
    assert found.remedy is not None or outcome in (PASS, UNKNOWN)


def test_githubs_default_begins_on_a_page_of_coders_own() -> None:
    (found,) = sign_in(("github",), SignInFlow("github", 307, "", by_device=True), ways=("github",))
    assert (found.outcome, found.message) == (PASS, "by device flow: Coder shows a code to enter at GitHub")


@pytest.mark.parametrize(
    ("offered", "people", "said"),
    [
        (("oidc", "github"), 30, None),
        (("oidc", "github"), 31, "31 people are expected; from one address about 30 can sign in each minute"),
        (("oidc", "password"), 90, "90 people are expected; from one address about 30 can sign in each minute"),
        (("password",), 60, None),
        (("password",), 61, "61 people are expected; from one address about 60 can sign in each minute"),
    ],
)
def test_more_people_than_may_sign_in_from_one_room_in_a_minute_are_told_before(
    offered: tuple[str, ...], people: int, said: str | None
) -> None:
    found = sign_in(offered, OKTA, GITHUB, workshop=replace(WORKSHOP, expected_people=people))
    rate = [one for one in found if one.subject == "sign-in rate"]
    assert [one.message for one in rate] == ([] if said is None else [said])
    assert all(one.outcome is WARN and one.remedy is not None for one in rate)


def test_without_a_workshop_nobody_is_expected() -> None:
    assert {one.subject for one in sign_in(("oidc",), OKTA, ways=("oidc",), workshop=None)} == {"OIDC"}


ANA = Account("ana", address_key("ana@x.test"), "active", ("coder",))
BO = Account("bo", address_key("bo@x.test"), "dormant", ("coder", "demo"))
OUT = Account("outsider", address_key("out@x.test"), "active", ("demo",))
GONE = Account("gone", address_key("gone@x.test"), "suspended", ("coder",))


def person(name: str, email: str = "", github: str = "") -> Participant:
    return Participant(name, address_key(email), github)


def people(
    *registered: Participant, test_account: str | None = None, there: bool = True, organization: str = "coder"
) -> list[Finding]:
    accounts = Accounts(organization, there, (ANA, BO, OUT, GONE))
    key = SourceKey(ACCOUNTS.name)
    facts = Facts(NOW, WORKSHOP, {key: Reading(key, accounts, NOW)}, Records(participants=registered))
    return list(people_can_sign_in.judge(facts, settings(test_account=test_account)))


@pytest.mark.parametrize(
    ("account", "outcome", "message"),
    [
        ("ana", PASS, "ana is in coder"),
        ("ANA", PASS, "ana is in coder"),
        ("Bo@X.test", PASS, "bo is in coder"),
        ("outsider", FAIL, "it is not in coder"),
        ("gone", FAIL, "it is suspended"),
        ("nobody", FAIL, "Coder has no such account"),
        ("nobody@x.test", FAIL, "Coder has no such account"),
        (None, NOT_APPLICABLE, "sign_in.test_account is not set"),
    ],
)
def test_the_test_account_stands_in_the_workshops_organisation(
    account: str | None, outcome: Outcome, message: str
) -> None:
    found = people(test_account=account)[0]
    assert (found.subject, found.outcome, found.message) == ("test account", outcome, message)
    assert "@" not in repr(found)
    if account == "outsider":
        assert found.remedy is not None
        assert found.remedy.command == "coder organizations members add outsider --org coder"


@pytest.mark.parametrize(
    ("registered", "outcome", "message"),
    [
        ((), NOT_APPLICABLE, "nobody is registered yet"),
        ((person("Ana", "ANA@x.test"), person("Bo", github="bo")), PASS, "all 2 are in coder"),
        ((person("Ana", "ana@x.test", "other-login"),), PASS, "all 1 are in coder"),
        ((person("Ana", "private@mail.test", "ANA"),), PASS, "all 1 are in coder"),
        ((person("New", "new@x.test"), person("Ana", "ana@x.test")), WARN, "of 2: 1 no account yet"),
        ((person("Out", "out@x.test"), person("New", "new@x.test")), FAIL, "of 2: 1 not in coder, 1 no account yet"),
        ((person("Gone", github="gone"), person("Ana", github="ana")), FAIL, "of 2: 1 suspended"),
        ((person("Nobody"),), WARN, "of 1: 1 no account yet"),
    ],
)
def test_everybody_who_registered_is_looked_for_by_address_then_by_login(
    registered: tuple[Participant, ...], outcome: Outcome, message: str
) -> None:
    found = people(*registered)[1]
    assert (found.subject, found.outcome, found.message) == ("registered people", outcome, message)
    assert found.remedy is not None or outcome is PASS


def test_people_are_named_a_few_at_a_time_and_never_by_address() -> None:
    registered = tuple(person(f"P{n}", f"p{n}@new.test") for n in range(3000))
    found = people(*registered)[1]
    assert found.evidence == (("no account yet", "P0, P1, P2, P3, P4, P5, P6, P7 and 2992 more"),)
    assert "@" not in repr(found)


@pytest.mark.parametrize(
    ("persons", "said"),
    [
        ((person("Ana"), person("Bo")), "Ana, Bo"),
        ((person("", "x@y.test", "octocat"),), "octocat"),
        ((person("", "x@y.test"),), "1 whose names are not known"),
        ((person("Ana"), person("", "x@y.test")), "Ana and 1 more"),
        ((), ""),
    ],
)
def test_who_has_no_name_is_told_by_login_or_counted(persons: tuple[Participant, ...], said: str) -> None:
    assert named(persons) == said


def test_an_organisation_that_is_gone_fails_and_one_that_nothing_tells_is_unknown() -> None:
    (gone,) = people(test_account="ana", there=False, organization="workshops")
    assert (gone.outcome, gone.message) == (FAIL, "Coder shows no organisation workshops")
    (untold,) = people(test_account="ana", there=False, organization="")
    assert untold.outcome is UNKNOWN
    assert untold.remedy is not None
    assert "sign_in.organization" in untold.remedy.text


def test_without_a_reading_neither_says_anything() -> None:
    for check in (sign_in_offered, people_can_sign_in):
        assert list(check.judge(Facts(NOW, WORKSHOP), Settings())) == []
