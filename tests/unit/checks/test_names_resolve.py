from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fakes.name_server import name_server
from workshop_tui.checks.names_resolve import judge
from workshop_tui.clients.network import Network
from workshop_tui.collectors.names import NamesSource
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import NAMES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import Lookup, NameAnswer
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate({"network": {"public_nameserver": "1.1.1.1"}})


def judged(*answers: NameAnswer, settings: Settings = SETTINGS) -> list[Finding]:
    key = SourceKey(NAMES.name, "ohio")
    return list(judge(Facts(NOW, None, {key: Reading(key, answers, NOW)}), settings))


FOUND = Lookup(("192.0.2.1", "192.0.2.2"))
GONE = Lookup(error="ohio.test does not exist in DNS")
SILENT = Lookup(error="the name server did not answer", known=False)


@pytest.mark.parametrize(
    ("here", "public", "outcome"),
    [
        (FOUND, FOUND, Outcome.PASS),
        (FOUND, Lookup(("192.0.2.2", "192.0.2.9")), Outcome.PASS),
        (FOUND, Lookup(("198.51.100.7",)), Outcome.WARN),
        (FOUND, GONE, Outcome.FAIL),
        (GONE, FOUND, Outcome.FAIL),
        (GONE, SILENT, Outcome.FAIL),
        (FOUND, SILENT, Outcome.UNKNOWN),
        (SILENT, FOUND, Outcome.UNKNOWN),
    ],
)
def test_a_name_must_be_found_here_and_in_public(here: Lookup, public: Lookup, outcome: Outcome) -> None:
    (found,) = judged(NameAnswer("ohio.test", here, public))
    assert found.outcome is outcome
    if outcome in (Outcome.FAIL, Outcome.WARN):
        assert found.remedy is not None
        assert found.remedy.command == "dig +short ohio.test @1.1.1.1"


async def test_two_name_servers_are_asked_for_the_domain_and_a_name_under_the_wildcard() -> None:
    ours = {"ohio.test": ("127.0.0.1",), "*.ohio.test": ("127.0.0.1",)}
    async with name_server(ours) as here, name_server({"ohio.test": ("127.0.0.1",)}) as public:
        region = {"name": "ohio", "role": "control-plane", "domain": "ohio.test", "wildcard": "*.ohio.test"}
        network = {"nameserver": here.address, "public_nameserver": public.address}
        settings = Settings.model_validate({"region": [region], "network": network})
        answers = await NamesSource(Network(settings), settings.region[0]).collect()
        found = judged(*answers, settings=settings)
    assert [(finding.subject, finding.outcome) for finding in found] == [
        ("ohio.test", Outcome.PASS),
        ("workshop-probe.ohio.test", Outcome.FAIL),
    ]
    assert found[1].remedy is not None
    host, _, port = public.address.rpartition(":")
    assert found[1].remedy.command == f"dig +short workshop-probe.ohio.test @{host} -p {port}"
