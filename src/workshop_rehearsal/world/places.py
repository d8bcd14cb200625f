"""Where the rehearsal's regions are: three as the guide has them, and more for those who rehearse larger ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ZONE = "ai.rehearsal.test"


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    display_name: str
    context: str
    is_control_plane: bool
    domain: str

    @property
    def wildcard(self) -> str:
        return f"*.{self.domain}"


def _proxy(name: str, context: str, *, domain: str = "", display_name: str = "") -> Place:
    host = f"{domain or name}-proxy.{ZONE}"
    return Place(name, display_name or name.title(), context, is_control_plane=False, domain=host)


ALL = (
    Place("ohio", "Ohio", "us-east-2", is_control_plane=True, domain=ZONE),
    _proxy("oregon", "us-west-2"),
    _proxy("london", "eu-west-2", domain="emea"),
    _proxy("frankfurt", "eu-central-1"),
    _proxy("tokyo", "ap-northeast-1"),
    _proxy("sydney", "ap-southeast-2"),
    _proxy("mumbai", "ap-south-1"),
    _proxy("sao-paulo", "sa-east-1", display_name="São Paulo"),
    _proxy("montreal", "ca-central-1"),
    _proxy("stockholm", "eu-north-1"),
)
PLACES = ALL[:3]
"""Those that the scenarios tell of."""


def shares(told: Mapping[str, float], places: Sequence[Place]) -> dict[str, float]:
    """Of the people, by region: as told among those that are told of, and evenly between them and the others."""
    others = [place.name for place in places if place.name not in told]
    for_told = 1.0 - len(others) / len(places)
    there = {place.name: told[place.name] for place in places if place.name in told}
    whole = sum(there.values())
    found = {name: share / whole * for_told for name, share in there.items()}
    return found | dict.fromkeys(others, 1.0 / len(places))
