"""Internal and external people can begin to sign in.

What: Asks Coder, without a token, which ways to sign in it offers, and takes the first step of each one with an
identity provider: it must lead there, or, as GitHub's default does, to the page of Coder's own that shows a code to
enter there. Fails for a way that the settings want and Coder does not offer, for one that leads nowhere, and where
Coder limits the rate of sign-ins from here now; the provider itself is not asked. Warns when more people are expected
than may sign in from one address in a minute: Coder takes 60 requests a minute from each, and to sign in by an identity
provider takes two.

Why: People meet the sign-in before anything else, and one broken way shuts out all who came by it, before they can even
say so.

Fix: Set up the missing way at the Coder server (its OIDC or GitHub settings), or name those that your workshop needs in
sign_in.ways. Of many people in one room let some sign in before the day; behind a load balancer tell Coder which
headers hold people's own addresses.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import SIGN_IN
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.sign_in import SignInFlow, SignInOffer
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.sign_in import SignInWay

_OF_THE_GUIDE = (SignInWay.OIDC, SignInWay.GITHUB)
_TITLES = {SignInWay.OIDC: "OIDC", SignInWay.GITHUB: "GitHub", SignInWay.PASSWORD: "password"}
_REQUESTS_A_MINUTE = 60
"""For each source address and path, fixed in Coder's code."""
_STEPS_AT_A_PROVIDER = 2
"""There and back, both by the same path."""
_SET_UP = "Look at the OIDC and GitHub settings of the Coder server and at its log; the provider must know its address."


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    offer = facts.get(SIGN_IN)
    if offer is None:
        return
    if not offer.offered:
        remedy = Remedy("Set up a way to sign in at the Coder server.")
        yield Finding("sign-in", Outcome.FAIL, "Coder offers no way to sign in", None, (), remedy)
        return
    flows = {flow.way: flow for flow in offer.flows}
    for way in settings.sign_in.ways or _OF_THE_GUIDE:
        if way not in offer.offered:
            yield _missing(way, offer, wanted=bool(settings.sign_in.ways))
        elif way in flows:
            yield _judge_flow(_TITLES[way], flows[way], offer.host)
        else:
            yield Finding(_TITLES[way], Outcome.PASS, "offered")
    if facts.workshop is not None:
        yield from _rate(facts.workshop.expected_people, offer)


def _rate(people: int, offer: SignInOffer) -> Iterator[Finding]:
    """Only where it matters: nobody can settle it when all come by their own address."""
    steps = 1 if set(offer.offered) == {SignInWay.PASSWORD} else _STEPS_AT_A_PROVIDER
    a_minute = _REQUESTS_A_MINUTE // steps
    if people <= a_minute:
        return
    message = f"{people} people are expected; from one address about {a_minute} can sign in each minute"
    evidence = (
        ("Coder's limit", f"{_REQUESTS_A_MINUTE} requests a minute from one address"),
        ("a sign-in takes", f"{steps} requests" if steps > 1 else "1 request"),
        ("one room needs", f"{-(-people // a_minute)} minutes"),
    )
    remedy = Remedy(
        "Let people sign in before the day, or in groups. Behind a load balancer all come from its address until "
        "CODER_PROXY_TRUSTED_HEADERS and CODER_PROXY_TRUSTED_ORIGINS are set at the server."
    )
    yield Finding("sign-in rate", Outcome.WARN, message, None, evidence, remedy)


def _missing(way: SignInWay, offer: SignInOffer, *, wanted: bool) -> Finding:
    """The guide's ways are only a guess at what another platform needs."""
    evidence = (("offered", ", ".join(offer.offered)),)
    message = "Coder does not offer it"
    remedy = Remedy(
        f"Set it up at the Coder server, or name the ways that your workshop needs: sign_in.ways, without {way}."
    )
    return Finding(_TITLES[way], Outcome.FAIL if wanted else Outcome.WARN, message, None, evidence, remedy)


def _judge_flow(title: str, flow: SignInFlow, host: str) -> Finding:
    status = flow.status
    if status is None:
        return Finding(title, Outcome.UNKNOWN, f"its first step did not answer: {flow.error}")
    evidence = tuple(row for row in (("status", str(status)), ("leads to", flow.leads_to)) if row[1])
    elsewhere = 300 <= status < 400 and flow.leads_to not in ("", host)
    if elsewhere or flow.by_device:
        device = f"by device flow: Coder shows a code to enter at {title}"
        return Finding(title, Outcome.PASS, device if flow.by_device else f"leads to {flow.leads_to}", None, evidence)
    if 300 <= status < 400:
        remedy = Remedy("Set coder.url to Coder's access URL; if it is that, the way is set up wrongly.")
        return Finding(title, Outcome.UNKNOWN, "leads back to Coder, to no provider", None, evidence, remedy)
    if flow.limited:
        remedy = Remedy("Let people sign in in groups, a minute apart, and see that Coder knows their own addresses.")
        message = "Coder refuses sign-ins from this address now: too many in a minute (429)"
        return Finding(title, Outcome.FAIL, message, None, evidence, remedy)
    remedy = Remedy(_SET_UP)
    if status >= 500 or status in (400, 404):
        message = f"offered, but its first step answers {status}"
        return Finding(title, Outcome.FAIL, message, None, evidence, remedy)
    message = f"its first step answers {status} and leads to no provider"
    return Finding(title, Outcome.WARN, message, None, evidence, remedy)


CHECK = Check(
    id="sign-in-offered",
    title="Internal and external people can begin to sign in",
    needs=(SIGN_IN,),
    judge=judge,
)
