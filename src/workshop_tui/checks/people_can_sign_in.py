"""Who registered finds an account and the workshop's organisation.

What: Looks for the test account of the settings, and for everybody who is registered, by address, else by GitHub login,
among Coder's accounts. Fails when one is suspended or not in the workshop's organisation; warns of people without an
account, since the first sign-in makes it.

Why: Whoever stands outside the organisation signs in and sees no template. On the day that takes the facilitator's
time, one by one.

Fix: Add people to the organisation, and ask those without an account to sign in once before the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import ACCOUNTS
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.sign_in import Account, Accounts, Participant, address_key
from workshop_tui.settings.settings import Settings

_MOST_NAMES = 8


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    accounts = facts.get(ACCOUNTS)
    if accounts is None:
        return
    if not accounts.organization_there:
        yield _no_organization(accounts)
        return
    by_address = {account.address_key: account for account in accounts.everybody if account.address_key}
    by_name = {account.username.casefold(): account for account in accounts.everybody}
    yield _test_account(settings.sign_in.test_account, accounts, by_address, by_name)
    people = facts.records.participants if facts.records else ()
    if not people:
        command = f"workshop-tui workshops import-people {facts.workshop.id} EXPORT.csv" if facts.workshop else None
        remedy = Remedy("Import who registered.", command)
        yield Finding("registered people", Outcome.NOT_APPLICABLE, "nobody is registered yet", None, (), remedy)
        return
    found = [(one, by_address.get(one.address_key) or by_name.get(one.github.casefold())) for one in people]
    yield _registered(found, accounts.organization)


def _no_organization(accounts: Accounts) -> Finding:
    if not accounts.organization:
        message = "Coder names no default organisation: nothing tells which one people work in"
        return Finding("organisation", Outcome.UNKNOWN, message, None, (), Remedy("Name it in sign_in.organization."))
    message = f"Coder shows no organisation {accounts.organization}"
    remedy = Remedy("Correct sign_in.organization or coder.organizations, or give the token the right to see it.")
    return Finding("organisation", Outcome.FAIL, message, None, (), remedy)


def _test_account(
    wanted: str | None, accounts: Accounts, by_address: dict[str, Account], by_name: dict[str, Account]
) -> Finding:
    subject, organization = "test account", accounts.organization
    if wanted is None:
        remedy = Remedy("Name an account as external people have it: sign_in.test_account.")
        return Finding(subject, Outcome.NOT_APPLICABLE, "sign_in.test_account is not set", None, (), remedy)
    found = by_address.get(address_key(wanted)) if "@" in wanted else by_name.get(wanted.casefold())
    if found is None:
        remedy = Remedy("Sign in with it once, or correct sign_in.test_account.")
        return Finding(subject, Outcome.FAIL, "Coder has no such account", None, (), remedy)
    evidence = (("account", found.username), ("in", ", ".join(found.organizations) or "no organisation that we see"))
    if found.status == "suspended":
        return Finding(subject, Outcome.FAIL, "it is suspended", None, evidence, Remedy("Activate it at Coder."))
    if organization not in found.organizations:
        remedy = _add(found.username, organization)
        return Finding(subject, Outcome.FAIL, f"it is not in {organization}", None, evidence, remedy)
    return Finding(subject, Outcome.PASS, f"{found.username} is in {organization}", None, evidence)


def _registered(found: Sequence[tuple[Participant, Account | None]], organization: str) -> Finding:
    absent = [person for person, account in found if account is None]
    suspended = [person for person, account in found if account and account.status == "suspended"]
    outside = [
        (person, account)
        for person, account in found
        if account and account.status != "suspended" and organization not in account.organizations
    ]
    groups = (
        (f"not in {organization}", [person for person, _ in outside]),
        ("suspended", suspended),
        ("no account yet", absent),
    )
    evidence = tuple((title, named(people)) for title, people in groups if people)
    told = ", ".join(f"{len(people)} {title}" for title, people in groups if people)
    subject, message = "registered people", f"of {len(found)}: {told}"
    if outside:
        return Finding(subject, Outcome.FAIL, message, None, evidence, _add(outside[0][1].username, organization))
    if suspended:
        return Finding(subject, Outcome.FAIL, message, None, evidence, Remedy("Activate their accounts at Coder."))
    if absent:
        remedy = Remedy("Ask them to sign in once before the day: that makes the account, and shows who cannot.")
        return Finding(subject, Outcome.WARN, message, None, evidence, remedy)
    return Finding(subject, Outcome.PASS, f"all {len(found)} are in {organization}")


def named(people: Sequence[Participant]) -> str:
    """A few of them by name, else by login, and how many more; never by address."""
    known = [name for person in people if (name := person.name or person.github)]
    shown, more = known[:_MOST_NAMES], len(people) - len(known[:_MOST_NAMES])
    if not more:
        return ", ".join(shown)
    return f"{', '.join(shown)} and {more} more" if shown else f"{more} whose names are not known"


def _add(username: str, organization: str) -> Remedy:
    text = f"Add them to {organization}; where a provider's groups decide it, add them to the group there."
    return Remedy(text, f"coder organizations members add {username} --org {organization}")


CHECK = Check(
    id="people-can-sign-in",
    title="Who registered has an account in the workshop's organisation",
    needs=(ACCOUNTS,),
    judge=judge,
)
