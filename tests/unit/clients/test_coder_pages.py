"""Long lists of Coder while rows move between their pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fakes.http_clients import opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_accounts import CoderAccounts
from workshop_tui.errors import ErrorKind, SourceError

Happens = Callable[["Coder"], None]


@dataclass
class Coder:
    """Sorts as Coder does: running ones first, then by owner. After each answer something may happen."""

    statuses: dict[str, str]
    left_out: set[str] = field(default_factory=set)
    """Counted, but not shown."""
    happens: list[Happens] = field(default_factory=list)

    def answer(self, asked: Asked) -> Says:
        offset, limit = int(asked.query["offset"]), int(asked.query["limit"])
        order = sorted(self.statuses, key=lambda owner: (self.statuses[owner] != "running", owner))
        shown = [owner for owner in order[offset : offset + limit] if owner not in self.left_out]
        rows = [
            {"id": one, "name": "goose", "username": one, "latest_build": {"status": self.statuses[one]}}
            for one in shown
        ]
        count = len(order)
        if self.happens:
            self.happens.pop(0)(self)
        return Says(200, json.dumps({"workspaces": rows, "users": rows, "count": count}).encode())


def people(count: int, status: str) -> dict[str, str]:
    return {f"p{number:04}": status for number in range(count)}


def runs(*owners: str) -> Happens:
    return lambda coder: coder.statuses.update(dict.fromkeys(owners, "running"))


def joins(owner: str) -> Happens:
    return lambda coder: coder.statuses.update({owner: "pending"})


def leaves(owner: str) -> Happens:
    return lambda coder: coder.statuses.pop(owner) and None


async def listed(coder: Coder, directory: Path) -> tuple[set[str], int]:
    async with (
        loopback(coder.answer) as server,
        opened(CoderClient, settings_for(f"http://{server.host}", directory)) as client,
    ):
        return {one.id for one in await client.workspaces()}, len(server.asked)


async def test_who_becomes_running_between_two_pages_is_not_lost(tmp_path: Path) -> None:
    coder = Coder(people(210, "starting"), happens=[runs("p0150", "p0205")])
    found, _ = await listed(coder, tmp_path)
    assert found == set(coder.statuses)


async def test_what_moves_forward_when_another_is_deleted_is_not_lost(tmp_path: Path) -> None:
    coder = Coder(people(210, "running"), happens=[leaves("p0003")])
    found, _ = await listed(coder, tmp_path)
    assert found == set(coder.statuses)


async def test_a_mass_start_that_never_rests_is_listed_as_of_when_a_reading_began(tmp_path: Path) -> None:
    coder = Coder(people(210, "starting"))
    at_first = set(coder.statuses)
    coder.happens = [
        event
        for number in range(20)
        for event in (runs(f"p{209 - number:04}"), joins(f"a{number:04}"), runs(f"p{100 + number:04}"))
    ]
    found, requests = await listed(coder, tmp_path)
    assert at_first <= found
    assert requests <= 9


async def test_a_short_page_is_not_the_end(tmp_path: Path) -> None:
    coder = Coder(people(250, "running"), left_out={"p0007"}, happens=[lambda _: None] * 2)
    coder.happens.append(lambda said: said.left_out.clear())
    found, _ = await listed(coder, tmp_path)
    assert found == set(coder.statuses)


async def test_a_list_that_stays_shorter_than_its_count_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Coder counts 210 workspaces and shows 209") as caught:
        await listed(Coder(people(210, "running"), left_out={"p0150"}), tmp_path)
    assert caught.value.kind is ErrorKind.MALFORMED


def hides(*owners: str) -> Happens:
    return lambda coder: coder.left_out.update(owners)


def shows(*owners: str) -> Happens:
    return lambda coder: coder.left_out.difference_update(owners)


def together(*happens: Happens) -> Happens:
    def all_of_them(coder: Coder) -> None:
        for one in happens:
            one(coder)

    return all_of_them


def nothing(_: Coder) -> None: ...


async def test_who_was_deleted_between_two_readings_does_not_stand_for_who_is_left_out(tmp_path: Path) -> None:
    hidden = ("p0090", "p0091")
    coder = Coder(people(98, "running"), left_out={*hidden, "p0092", "p0093", "p0094"})
    coder.happens = [together(*(leaves(f"p{number:04}") for number in range(8)), shows("p0092", "p0093", "p0094"))]
    with pytest.raises(SourceError, match="Coder counts 90 workspaces and shows 88: those that are left out"):
        await listed(coder, tmp_path)


async def test_who_was_deleted_does_not_stand_for_exactly_as_many_who_are_left_out(tmp_path: Path) -> None:
    coder = Coder(people(100, "running"), left_out={"p0090", "p0091"})
    coder.happens = [together(leaves("p0000"), leaves("p0001"))]
    with pytest.raises(SourceError, match="Coder counts 98 workspaces and shows 96"):
        await listed(coder, tmp_path)


async def test_after_people_were_deleted_only_those_who_are_left_are_listed(tmp_path: Path) -> None:
    coder = Coder(people(210, "running"), left_out={"p0150"})
    coder.happens = [nothing, nothing, together(leaves("p0003"), leaves("p0120"), shows("p0150"))]
    found, requests = await listed(coder, tmp_path)
    assert found == set(coder.statuses)
    assert requests == 6


async def test_two_readings_with_different_gaps_make_one_list(tmp_path: Path) -> None:
    coder = Coder(people(210, "running"), left_out={"p0007"})
    coder.happens = [nothing, nothing, together(shows("p0007"), hides("p0150"))]
    found, requests = await listed(coder, tmp_path)
    assert found == set(coder.statuses)
    assert requests == 6


async def test_a_list_that_shrinks_all_the_time_is_not_known(tmp_path: Path) -> None:
    coder = Coder(people(220, "running"), happens=[leaves(f"p{number:04}") for number in range(9)])
    with pytest.raises(SourceError, match="workspaces changed during each of 3 readings"):
        await listed(coder, tmp_path)


async def test_a_list_that_is_emptied_while_it_is_read_is_empty(tmp_path: Path) -> None:
    coder = Coder(people(150, "running"), happens=[lambda said: said.statuses.clear()])
    assert (await listed(coder, tmp_path))[0] == set()


async def test_accounts_that_come_while_pages_are_read_are_not_lost(tmp_path: Path) -> None:
    coder = Coder(people(450, "running"), happens=[leaves("p0003")])
    async with (
        loopback(coder.answer) as server,
        opened(CoderAccounts, settings_for(f"http://{server.host}", tmp_path)) as client,
    ):
        assert {one.id for one in await client.users()} == set(coder.statuses)
