"""The world finds every region's names where we find them.

What: Looks up each domain and a name under each wildcard at the name server that this machine uses and at the public
one of the settings. Fails when either knows no address; warns when the two name quite different ones; a server that
does not answer is unknown.

Why: Facilitators often sit in a network with its own DNS, where a name works that nobody outside can find.

Fix: Correct the record at the zone's provider, and wait for its time to live.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import NAMES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import NameAnswer
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    server = settings.network.public_nameserver or ""
    for region, answers in facts.by_region(NAMES).items():
        for answer in answers:
            yield _judge_name(answer, region, server)


def _judge_name(answer: NameAnswer, region: str, server: str) -> Finding:
    here, public = answer.here, answer.public
    evidence = (
        ("here", ", ".join(here.addresses) or here.error),
        (f"at {server}", ", ".join(public.addresses) or public.error),
    )
    address, _, port = server.rpartition(":")
    at = f"{address} -p {port}" if address and port.isdigit() and "." in address else server
    remedy = Remedy("Correct the record at the zone's provider.", f"dig +short {answer.host} @{at}")
    for where, lookup in (("here", here), ("in public", public)):
        if lookup.error and lookup.known:
            return Finding(answer.host, Outcome.FAIL, f"{where}: {lookup.error}", region, evidence, remedy)
    for where, lookup in (("here", here), ("in public", public)):
        if lookup.error:
            return Finding(answer.host, Outcome.UNKNOWN, f"{where}: {lookup.error}", region, evidence)
    if not set(here.addresses) & set(public.addresses):
        message = "the public name server names other addresses than ours"
        return Finding(answer.host, Outcome.WARN, message, region, evidence, remedy)
    return Finding(answer.host, Outcome.PASS, "found here and in public", region, evidence)


CHECK = Check(
    id="names-resolve",
    title="The world finds every region's names",
    needs=(NAMES,),
    judge=judge,
)
