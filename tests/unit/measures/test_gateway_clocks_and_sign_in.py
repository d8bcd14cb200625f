from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fakes.measured import MEASURES, NOW, OHIO, RUNNING, SOON, ago, measured
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.facts import Facts
from workshop_tui.model.gateway import DATABASE_GONE, GatewayHealth, GatewayKey, GatewayModels, KeyState, ModelAnswer
from workshop_tui.model.kinds import GATEWAY_HEALTH, GATEWAY_KEY, GATEWAY_MODELS, ROUTES, SIGN_IN, SIGN_INS
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.model.sign_in import SignInFlow, SignInOffer, SignIns, SignInTry
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.measurement import evaluate
from workshop_tui.settings.settings import Settings

PASS, WARN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.FAIL
PASSWORDS = SignInOffer("coder.test", ("password",))
UNKNOWN, NONE = Outcome.UNKNOWN, Outcome.NOT_APPLICABLE


def soon(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("health", "value", "outcome", "detail"),
    [
        (GatewayHealth(True, "connected", 0.21), 0.21, PASS, ""),
        (GatewayHealth(True, "connected", 2.5), 2.5, WARN, ""),
        (GatewayHealth(True, "", 7), 7, FAIL, ""),
        (GatewayHealth(True, "", 0.2, warning="the budget is spent"), 0.2, WARN, "the budget is spent"),
        (GatewayHealth(True, "", 7, warning="the budget is spent"), 7, FAIL, "the budget is spent"),
        (GatewayHealth(False, "disconnected", 0.1), 0.1, FAIL, DATABASE_GONE),
        (GatewayHealth(True, "disconnected", 0.1), 0.1, FAIL, DATABASE_GONE),
        (GatewayHealth(True, "unknown", 0.1), 0.1, FAIL, DATABASE_GONE),
        (GatewayHealth(False, "", 0.1), 0.1, FAIL, "not ready: its readiness fails"),
        (GatewayHealth(False, "", 0.1, "turned off"), 0.1, FAIL, "not ready: turned off"),
        (GatewayHealth(True, "", float("nan")), None, UNKNOWN, "the number is none"),
    ],
)
def test_a_gateway_is_ready_and_quick(health: GatewayHealth, value: float, outcome: Outcome, detail: str) -> None:
    found = measured("gateway-latency", (GATEWAY_HEALTH, health))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


VALID = GatewayKey(KeyState.VALID, max_budget_usd=50, spend_usd=12)


@pytest.mark.parametrize(
    ("key", "models", "value", "outcome", "detail"),
    [
        (VALID, None, None, UNKNOWN, "what the key may use is not known"),
        (GatewayKey(KeyState.NO_DATABASE), GatewayModels(("sonnet",)), 0, PASS, ""),
        (GatewayKey(KeyState.NO_DATABASE), None, None, UNKNOWN, "what the key may use is not known"),
        (GatewayKey(KeyState.EXPIRED), None, 1, FAIL, "the key has expired"),
        (
            GatewayKey(KeyState.NOT_FOUND),
            None,
            1,
            FAIL,
            "the key does not exist any more: it was rotated or deleted",
        ),
        (
            GatewayKey(KeyState.VALID, max_budget_usd=50, spend_usd=50),
            None,
            1,
            FAIL,
            "the key has spent its budget: 50.00 of 50.00 USD",
        ),
        (
            GatewayKey(KeyState.SPENT, budget_of="team"),
            None,
            1,
            FAIL,
            "the key has spent the budget of its team",
        ),
        (GatewayKey(KeyState.VALID, max_budget_usd=0, spend_usd=None), GatewayModels(("sonnet",)), 0, PASS, ""),
        (VALID, GatewayModels(("sonnet",)), 0, PASS, ""),
        (VALID, GatewayModels(()), 1, FAIL, "sonnet is not offered"),
        (
            VALID,
            GatewayModels(("sonnet",), (ModelAnswer("sonnet", "answers 429 (rate_limit)", 1),)),
            1,
            FAIL,
            "sonnet answers 429 (rate_limit)",
        ),
    ],
)
def test_what_the_gateway_refuses_is_counted(
    key: GatewayKey, models: GatewayModels | None, value: float | None, outcome: Outcome, detail: str
) -> None:
    gateway = {"kind": "litellm", "url": "https://gateway.test", "models": ["sonnet"]}
    settings = Settings.model_validate({"region": [OHIO], "gateway": gateway})
    said = [(GATEWAY_KEY, key), *([(GATEWAY_MODELS, models)] if models else [])]
    found = measured("gateway-refusals", *said, settings=settings)
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def test_without_a_word_of_the_key_nothing_is_known_to_be_refused() -> None:
    found = measured("gateway-refusals", (GATEWAY_MODELS, GatewayModels(("sonnet",))))
    assert (found.value, found.outcome, found.detail) == (None, Outcome.UNKNOWN, "nothing is known of the key")


@pytest.mark.parametrize(
    ("wanted", "answers", "age_s"),
    [
        (("sonnet",), (ModelAnswer("sonnet", "", 1),), 3000),
        (("sonnet",), (), 3000),
        ((), (ModelAnswer("opus", "answers 429 (rate_limit)", 1),), 3000),
        ((), (), 5),
    ],
)
def test_the_gateways_refusals_are_as_old_as_the_older_answer_that_they_rest_on(
    wanted: tuple[str, ...], answers: tuple[ModelAnswer, ...], age_s: float
) -> None:
    gateway = {"kind": "litellm", "url": "https://gateway.test", "models": list(wanted)}
    settings = Settings.model_validate({"region": [OHIO], "gateway": gateway})
    said = ((GATEWAY_KEY, VALID, 5), (GATEWAY_MODELS, GatewayModels(("sonnet",), answers), 3000))
    readings = {}
    for kind, items, seconds in said:
        source = SourceKey(kind.name)
        readings[source] = Reading(source, items, ago(seconds))
    found = MEASURES["gateway-refusals"].value(Facts(NOW, None, readings), settings, settings.region[0])
    assert found.taken_at == ago(age_s)


def key(expires: float | None, *, state: KeyState = KeyState.VALID, rotated: float | None = None) -> GatewayKey:
    expires_at = None if expires is None else soon(expires)
    if rotated is None:
        return GatewayKey(state, expires_at=expires_at)
    return GatewayKey(
        state, expires_at=expires_at, auto_rotate=True, rotation_interval="4h", last_rotation_at=soon(-rotated)
    )


@pytest.mark.parametrize(
    ("said", "value", "outcome", "detail"),
    [
        (key(240), 240, PASS, ""),
        (key(20), 20, WARN, ""),
        (key(2), 2, FAIL, ""),
        (key(-1), -1, FAIL, ""),
        (key(-1, state=KeyState.EXPIRED), -1, FAIL, ""),
        (key(None, state=KeyState.EXPIRED), None, UNKNOWN, "it has expired, it does not tell when"),
        (key(None), None, NONE, "does not expire"),
        (key(None, state=KeyState.MASTER), None, NONE, "does not expire"),
        (key(None, state=KeyState.NO_DATABASE), None, UNKNOWN, "the gateway keeps no keys"),
        (key(None, state=KeyState.NOT_FOUND), None, UNKNOWN, "the key is not found"),
        (key(240, rotated=1), 240, PASS, "rotates in 3:00:00"),
        (key(240, rotated=3.5), 0.5, FAIL, "rotates in 30:00, inside the workshop"),
        (key(None, rotated=1), None, NONE, "rotates in 3:00:00"),
        (key(240, rotated=-1), 240, PASS, "rotates in 1:00:00"),
    ],
)
def test_the_keys_clock_and_its_next_rotation(
    said: GatewayKey, value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured("gateway-key-clock", (GATEWAY_KEY, said))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def test_the_clock_of_a_key_that_is_refused_is_not_green() -> None:
    spent = GatewayKey(KeyState.VALID, expires_at=soon(240), max_budget_usd=1, spend_usd=2)
    for said, words in (
        (spent, "has spent its budget: 2.00 of 1.00 USD"),
        (GatewayKey(KeyState.BLOCKED), "is blocked"),
    ):
        found = measured("gateway-key-clock", (GATEWAY_KEY, said))
        assert (found.outcome, found.detail) == (FAIL, f"the key {words}")


def test_before_the_workshop_the_key_must_live_for_a_week() -> None:
    assert measured("gateway-key-clock", (GATEWAY_KEY, key(160)), workshop=SOON, cue="").outcome is FAIL
    assert measured("gateway-key-clock", (GATEWAY_KEY, key(160)), workshop=RUNNING).outcome is PASS
    assert measured("gateway-key-clock", (GATEWAY_KEY, key(160, rotated=3.5)), workshop=None, cue="").outcome is PASS


def probe(
    role: RouteRole = RouteRole.DOMAIN,
    *,
    expires: float | None = None,
    latency: float | None = None,
    stage: RouteStage = RouteStage.CODER,
) -> RouteProbe:
    at = None if expires is None else soon(expires)
    return RouteProbe(role, "ohio.test", stage, "", certificate_expires_at=at, latency_s=latency)


@pytest.mark.parametrize(
    ("probes", "value", "outcome", "detail"),
    [
        ((), None, UNKNOWN, "no certificate was seen"),
        ((probe(),), None, UNKNOWN, "no certificate was seen"),
        ((probe(expires=24 * 30),), 720, PASS, "of the domain"),
        ((probe(expires=24 * 30), probe(RouteRole.WILDCARD, expires=100)), 100, WARN, "of the wildcard"),
        ((probe(expires=3),), 3, FAIL, "of the domain"),
        ((probe(expires=-3),), -3, FAIL, "of the domain"),
    ],
)
def test_the_first_certificate_to_expire_is_shown(
    probes: tuple[RouteProbe, ...], value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured("certificate-clock", (ROUTES, probes))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


@pytest.mark.parametrize(
    ("probes", "value", "outcome", "detail"),
    [
        ((), None, UNKNOWN, "no route answered"),
        ((probe(latency=None),), None, UNKNOWN, "no route answered"),
        ((probe(latency=9, stage=RouteStage.HTTP),), None, UNKNOWN, "no route answered"),
        ((probe(latency=-1),), None, UNKNOWN, "no route answered"),
        ((probe(latency=0.1), probe(RouteRole.WILDCARD, latency=0.6)), 0.6, WARN, "by the wildcard"),
        ((probe(latency=0.1),), 0.1, PASS, "by the domain"),
        ((probe(latency=3.1),), 3.1, FAIL, "by the domain"),
    ],
)
def test_how_fast_coder_answers_from_here(
    probes: tuple[RouteProbe, ...], value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured("api-latency", (ROUTES, probes))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


@pytest.mark.parametrize(
    ("tries", "value", "outcome", "people"),
    [
        ((), 0, PASS, ()),
        ((SignInTry(ago(60), "ana", True),), 0, PASS, ()),
        ((SignInTry(ago(60), "ana", False), SignInTry(ago(30), "bo", True)), 1, WARN, ("ana",)),
        ((SignInTry(ago(60), "ana", False), SignInTry(ago(30), "ana", True)), 1, WARN, ()),
        ((SignInTry(ago(60), "", False),), 1, WARN, ()),
        (tuple(SignInTry(ago(i), "bo", False) for i in range(5, 0, -1)), 5, FAIL, ("bo",)),
        ((SignInTry(ago(1900), "ana", False),), 0, PASS, ()),
        ((SignInTry(ago(-60), "ana", False),), 1, WARN, ("ana",)),
    ],
    ids=["nobody", "all well", "one outside", "in at the second try", "nobody knows who", "many", "old", "clock back"],
)
def test_refused_sign_ins_name_those_who_are_still_outside(
    tries: tuple[SignInTry, ...], value: float, outcome: Outcome, people: tuple[str, ...]
) -> None:
    found = measured("sign-in-failures", (SIGN_INS, SignIns(tries)), (SIGN_IN, PASSWORDS))
    assert (found.value, found.outcome, found.people) == (value, outcome, people)


@pytest.mark.parametrize(
    ("tries", "value", "outcome", "detail"),
    [
        ((SignInTry(ago(60), "ana", None),), None, UNKNOWN, "Coder does not tell how 1 of 1 sign-ins ended"),
        (
            (SignInTry(ago(60), "ana", None), SignInTry(ago(30), "bo", True)),
            None,
            UNKNOWN,
            "Coder does not tell how 1 of 2 sign-ins ended",
        ),
        (
            (SignInTry(ago(60), "ana", None), SignInTry(ago(30), "bo", False)),
            1,
            WARN,
            "at least, 1 still outside",
        ),
        ((SignInTry(ago(1900), "ana", None), SignInTry(ago(30), "bo", True)), 0, PASS, ""),
    ],
    ids=["only such", "others came in", "others were refused", "old"],
)
def test_sign_ins_whose_end_is_not_told_are_never_good(
    tries: tuple[SignInTry, ...], value: float | None, outcome: Outcome, detail: str
) -> None:
    found = measured("sign-in-failures", (SIGN_INS, SignIns(tries)), (SIGN_IN, PASSWORDS))
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


@pytest.mark.parametrize(("oldest_s", "detail"), [(1700, "at least, 1 still outside"), (1900, "1 still outside")])
def test_where_the_log_was_too_long_to_be_read_the_number_is_the_least(oldest_s: float, detail: str) -> None:
    tries = (SignInTry(ago(oldest_s), "bo", True), SignInTry(ago(60), "ana", False))
    said = ((SIGN_INS, SignIns(tries, cut=True)), (SIGN_IN, PASSWORDS))
    assert measured("sign-in-failures", *said).detail == detail


@pytest.mark.parametrize("offer", [SignInOffer("c", ("oidc",)), SignInOffer("c", ("github", "password"))])
def test_refusals_after_an_identity_provider_are_not_in_the_audit_log(offer: SignInOffer) -> None:
    assert measured("sign-in-failures", (SIGN_INS, SignIns()), (SIGN_IN, offer)).detail == "passwords only"
    assert measured("sign-in-failures", (SIGN_INS, SignIns()), (SIGN_IN, PASSWORDS)).detail == ""


FULL = SignInOffer("c", ("oidc",), (SignInFlow("oidc", 429),))


@pytest.mark.parametrize(
    ("tries", "value", "detail"),
    [
        ((), 1, "Coder limits sign-ins (429), passwords only"),
        (
            (SignInTry(ago(60), "ana", False),),
            1,
            "Coder limits sign-ins (429), 1 still outside, passwords only",
        ),
    ],
)
def test_a_limit_on_sign_ins_is_seen_while_it_holds(tries: tuple[SignInTry, ...], value: float, detail: str) -> None:
    found = measured("sign-in-failures", (SIGN_INS, SignIns(tries)), (SIGN_IN, FULL))
    assert (found.value, found.outcome, found.detail) == (value, FAIL, detail)


@pytest.mark.parametrize(
    ("log", "flow", "value", "outcome", "detail"),
    [
        ("no licence", 429, 1, FAIL, "Coder limits sign-ins (429)"),
        ("no licence", 307, None, UNKNOWN, "sign-ins: no licence"),
        ("", 307, None, UNKNOWN, "sign-ins: no answer yet"),
    ],
)
def test_the_limit_is_seen_without_an_audit_log_too_and_nothing_else_is(
    log: str, flow: int, value: float | None, outcome: Outcome, detail: str
) -> None:
    offer = SignInOffer("c", ("oidc",), (SignInFlow("oidc", flow, "okta.test"),))
    offered, audit = SourceKey(SIGN_IN.name), SourceKey(SIGN_INS.name)
    readings = {offered: Reading(offered, offer, NOW)}
    if log:
        readings[audit] = Reading(audit, None, None, SourceError(ErrorKind.NOT_CONFIGURED, log))
    settings = Settings.model_validate({"region": [OHIO]})
    (found,) = evaluate([MEASURES["sign-in-failures"]], readings, RUNNING, settings, Clock(wall=lambda: NOW), {})
    assert (found.value, found.outcome, found.detail) == (value, outcome, detail)


def test_without_coder_nobody_signs_in_there() -> None:
    settings = Settings.model_validate({"region": [OHIO]})
    none = {SourceKey(kind.name): "no Coder address is configured" for kind in (SIGN_IN, SIGN_INS)}
    (found,) = evaluate([MEASURES["sign-in-failures"]], {}, RUNNING, settings, Clock(wall=lambda: NOW), none)
    assert (found.outcome, found.detail) == (NONE, "no Coder address is configured")
