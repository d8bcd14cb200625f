"""The people of a rehearsal: participants who come for the workshop, and staff who are always there."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_rehearsal.scenario import Scenario
from workshop_rehearsal.world import seeded

_FIRST = [
    "ana",
    "bo",
    "cleo",
    "dan",
    "ines",
    "jo",
    "kai",
    "lena",
    "maya",
    "nils",
    "omar",
    "priya",
    "quinn",
    "rosa",
    "sam",
    "tara",
    "uma",
    "vik",
    "wren",
    "xena",
    "yuri",
    "zoe",
    "amir",
    "bea",
    "chen",
    "dora",
    "emil",
    "fay",
    "gus",
    "hana",
    "ivo",
    "jana",
]
_LAST = [
    "aubry",
    "berg",
    "castro",
    "dietz",
    "evans",
    "fox",
    "gupta",
    "holm",
    "ito",
    "jensen",
    "kovac",
    "lopez",
    "meier",
    "novak",
    "okafor",
    "park",
]
STAFF_NAMES = ("jullian", "noor", "pat")
TEST_ACCOUNT = "workshop-guest"


@dataclass(slots=True, eq=False)
class Person:
    id: str
    username: str
    name: str
    email: str
    login_type: str
    """`oidc` for internal people, `github` for external ones."""
    region: str
    """Where they work, and so where their workspace runs."""
    arrives_s: float | None
    """None for staff, who never leave."""
    hesitates_s: float = 0.0
    last_seen_s: float | None = None


def invite(scenario: Scenario, seed: int, count: int, region_shares: dict[str, float]) -> list[Person]:
    """The participants. Regions get their shares as whole people, in an order that depends on the seed."""
    regions = allot(region_shares, count)
    seeded.stream(seed, "regions").shuffle(regions)
    return [_participant(scenario, seed, number, region) for number, region in enumerate(regions)]


def staff(seed: int, region: str) -> list[Person]:
    return [
        Person(
            seeded.identity(seed, "staff", name),
            name,
            name.title(),
            f"{name}@rehearsal.test",
            "oidc",
            region,
            arrives_s=None,
        )
        for name in STAFF_NAMES
    ]


def test_account(seed: int, region: str) -> Person:
    """An external account of the team: it signs in to try the way of a guest, and starts nothing."""
    return Person(
        seeded.identity(seed, "test account", TEST_ACCOUNT),
        TEST_ACCOUNT,
        "Workshop Guest",
        f"{TEST_ACCOUNT}@contrib.test",
        "github",
        region,
        arrives_s=0.0,
    )


def allot(shares: dict[str, float], count: int) -> list[str]:
    """Names as often as their shares of `count` say, by largest remainder."""
    whole = {name: int(share * count) for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: whole[name] - shares[name] * count)
    for name in by_remainder[: count - sum(whole.values())]:
        whole[name] += 1
    return [name for name, times in whole.items() for _ in range(times)]


def _participant(scenario: Scenario, seed: int, number: int, region: str) -> Person:
    random = seeded.stream(seed, "person", number)
    script = scenario.people
    first = _FIRST[number % len(_FIRST)]
    round_ = number // len(_FIRST)
    username = first if round_ == 0 else f"{first}{round_ + 1}"
    last = random.choice(_LAST)
    external = random.random() < script.external_share
    return Person(
        seeded.identity(seed, "person", number),
        username,
        f"{first.title()} {last.title()}",
        f"{username}.{last}@{'contrib.test' if external else 'rehearsal.test'}",
        "github" if external else "oidc",
        region,
        arrives_s=random.uniform(*script.arrive_s),
        hesitates_s=random.uniform(*script.hesitate_s),
    )
