"""Who registered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.registration import ImportReport, Registration, RegistrationStatus, ShowUp
from workshop_tui.model.sign_in import Participant, address_key
from workshop_tui.store.columns import clean
from workshop_tui.store.database import Database
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import form_columns, registrations, results, workshops

_NAMES_PEOPLE = "people-can-sign-in"
"""The check whose results hold names."""


class Registrations:
    """The journal, which only grows, holds counts and never a person's data: that can be deleted."""

    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def save(
        self, workshop_id: int, people: Sequence[Registration], by: str, *, origin: str, rejected_count: int = 0
    ) -> ImportReport:
        """Add or change these; whoever is not among them stays. The same again changes nothing.

        What a person's new row leaves open stays as it was. `origin`: the file's name, or "by hand".
        """

        async def write(connection: AsyncConnection) -> ImportReport:
            known = _Known(await _people(connection, workshop_id))
            added: list[Registration] = []
            changed: list[tuple[str, Registration]] = []
            for person in map(_cleaned, people):
                before = known.same(person)
                after = person if before is None else _merged(before, person)
                known.keep(after, instead_of=before)
                if before is None:
                    added.append(after)
                elif after != before:
                    changed.append((before.key, after))
            now = self._clock.now()
            if added:
                await connection.execute(
                    insert(registrations),
                    [{**_values(person, now), "workshop_id": workshop_id} for person in added],
                )
            for key, person in changed:
                await connection.execute(
                    update(registrations)
                    .where(registrations.c.workshop_id == workshop_id, registrations.c.key == key)
                    .values(**_values(person, now))
                )
            report = ImportReport(len(added), len(changed), len(people) - len(added) - len(changed))
            if added or changed:
                told = {
                    "origin": origin,
                    "added": report.added_count,
                    "changed": report.changed_count,
                    "unchanged": report.unchanged_count,
                    "rejected": rejected_count,
                }
                await self._journal.append(
                    connection, workshop_id, by, "registrations.imported", workshop_id, after=told
                )
            return report

        return await self._database.write(write)

    async def all(self, workshop_id: int) -> tuple[Registration, ...]:
        """By name, then address."""

        async def read(connection: AsyncConnection) -> tuple[Registration, ...]:
            people = await _people(connection, workshop_id)
            return tuple(sorted(people, key=lambda person: (person.name.casefold(), person.key)))

        return await self._database.read(read)

    async def counts(self, workshop_id: int) -> tuple[tuple[tuple[RegistrationStatus, int], ...], datetime | None]:
        """How many there are of each status, and when the newest of them changed."""
        query = (
            select(registrations.c.status, func.count().label("many"), func.max(registrations.c.changed_at).label("at"))
            .where(registrations.c.workshop_id == workshop_id)
            .group_by(registrations.c.status)
            .order_by(registrations.c.status)
        )

        async def read(
            connection: AsyncConnection,
        ) -> tuple[tuple[tuple[RegistrationStatus, int], ...], datetime | None]:
            rows = (await connection.execute(query)).all()
            counts = tuple((RegistrationStatus(row.status), int(row.many)) for row in rows)
            return counts, max((row.at for row in rows), default=None)

        return await self._database.read(read)

    async def participants(self, workshop_id: int) -> tuple[Participant, ...]:
        """Those who are registered, by name, as far as it takes to find their accounts."""
        query = (
            select(registrations.c.name, registrations.c.email, registrations.c.github)
            .where(
                registrations.c.workshop_id == workshop_id,
                registrations.c.status == RegistrationStatus.REGISTERED.value,
            )
            .order_by(func.lower(registrations.c.name), registrations.c.key)
        )

        async def read(connection: AsyncConnection) -> tuple[Participant, ...]:
            rows = await connection.execute(query)
            return tuple(Participant(_name(row.name), address_key(row.email), row.github) for row in rows)

        return await self._database.read(read)

    async def attended_count(self, workshop_id: int) -> int | None:
        """How many came; None while nobody said of anybody whether they did."""
        query = select(func.sum(registrations.c.attended)).where(registrations.c.workshop_id == workshop_id)

        async def read(connection: AsyncConnection) -> int | None:
            came = await connection.scalar(query)
            return None if came is None else int(came)

        return await self._database.read(read)

    async def show_ups(self, before: datetime) -> tuple[ShowUp, ...]:
        """Of the workshops that began before that and of which somebody said who came; oldest first."""
        here = registrations.c
        registered = func.sum(case((here.status == RegistrationStatus.REGISTERED.value, 1), else_=0))
        came = func.sum(case((here.attended == 1, 1), else_=0))
        query = (
            select(workshops.c.id, registered.label("registered"), came.label("came"))
            .join(registrations, here.workshop_id == workshops.c.id)
            .where(workshops.c.starts_at < before)
            .group_by(workshops.c.id)
            .having(came > 0)
            .order_by(workshops.c.starts_at, workshops.c.id)
        )

        async def read(connection: AsyncConnection) -> tuple[ShowUp, ...]:
            return tuple(ShowUp(row.id, row.registered, row.came) for row in await connection.execute(query))

        return await self._database.read(read)

    async def forget(self, identity: str, by: str) -> int:
        """Delete all data of a person, given by address or GitHub login, from every workshop; how many rows went.

        What they held in the file is overwritten, and with it what was found about people there. A later import of a
        form that still has the person brings them back.
        """
        wanted = clean(identity.strip().lower().removeprefix("@"))
        theirs = or_(registrations.c.email == wanted, registrations.c.github == wanted)

        async def write(connection: AsyncConnection) -> int:
            rows = await connection.scalars(select(registrations.c.workshop_id).where(theirs))
            by_workshop = Counter(rows)
            if not wanted or not by_workshop:
                return 0
            await connection.execute(delete(registrations).where(theirs))
            await connection.execute(
                delete(results).where(results.c.workshop_id.in_(by_workshop), results.c.check_id == _NAMES_PEOPLE)
            )
            for workshop_id, count in by_workshop.items():
                await self._journal.append(
                    connection, workshop_id, by, "registrations.deleted", workshop_id, after={"deleted": count}
                )
            return sum(by_workshop.values())

        return await self._database.write(write)

    async def mapping(self, header_hash: str) -> dict[str, str]:
        """Column title -> field, as it was said for this form; empty when it never was."""
        query = select(form_columns.c.mapping).where(form_columns.c.header_hash == header_hash)

        async def read(connection: AsyncConnection) -> dict[str, str]:
            found = (await connection.execute(query)).scalar_one_or_none()
            return dict(found) if isinstance(found, dict) else {}

        return await self._database.read(read)

    async def remember_mapping(self, header_hash: str, mapping: Mapping[str, str], by: str) -> None:
        values = {"mapping": dict(mapping), "changed_by": by, "changed_at": self._clock.now()}

        async def write(connection: AsyncConnection) -> None:
            statement = insert_or_update(form_columns).values(header_hash=header_hash, **values)
            await connection.execute(statement.on_conflict_do_update(index_elements=["header_hash"], set_=values))
            await self._journal.append(connection, None, by, "form.mapped", header_hash[:12], after=dict(mapping))

        await self._database.write(write)


class _Known:
    """Finds the same person again: by key, else by GitHub login where one of both has no address."""

    def __init__(self, people: Sequence[Registration]) -> None:
        self._by_key = {person.key: person for person in people}
        self._by_github = {person.github: person for person in people if person.github}

    def same(self, person: Registration) -> Registration | None:
        found = self._by_key.get(person.key)
        if found is None and person.github:
            found = self._by_github.get(person.github)
            if found is not None and found.email and person.email:
                return None
        return found

    def keep(self, person: Registration, instead_of: Registration | None) -> None:
        if instead_of is not None:
            self._by_key.pop(instead_of.key, None)
        self._by_key[person.key] = person
        if person.github:
            self._by_github[person.github] = person


def _name(text: str) -> str:
    """Some forms have the address where the name should be."""
    return "" if "@" in text else text


def _merged(before: Registration, after: Registration) -> Registration:
    return replace(
        after,
        key=after.key if after.email or not before.email else before.key,
        name=after.name or before.name,
        email=after.email or before.email,
        github=after.github or before.github,
        registered_at=after.registered_at or before.registered_at,
        attended=before.attended if after.attended is None else after.attended,
        answers=after.answers or before.answers,
    )


def _cleaned(person: Registration) -> Registration:
    """As it will be read back, so that the same again is seen to be the same."""
    return replace(
        person,
        key=clean(person.key),
        name=clean(person.name),
        email=clean(person.email),
        github=clean(person.github),
        answers=tuple((clean(question), clean(answer)) for question, answer in person.answers),
    )


def _values(person: Registration, now: datetime) -> dict[str, Any]:
    return {
        "key": person.key,
        "name": person.name,
        "email": person.email,
        "github": person.github,
        "status": person.status.value,
        "registered_at": person.registered_at,
        "attended": person.attended,
        "answers": [list(pair) for pair in person.answers],
        "changed_at": now,
    }


async def _people(connection: AsyncConnection, workshop_id: int) -> tuple[Registration, ...]:
    query = select(registrations).where(registrations.c.workshop_id == workshop_id)
    return tuple(_registration(row) for row in await connection.execute(query))


def _registration(row: Row[Any]) -> Registration:
    return Registration(
        key=row.key,
        name=row.name,
        email=row.email,
        github=row.github,
        status=RegistrationStatus(row.status),
        registered_at=row.registered_at,
        attended=None if row.attended is None else bool(row.attended),
        answers=tuple((question, answer) for question, answer in row.answers),
    )
