from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.errors import StoreError
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.registration import ImportReport, Registration, RegistrationStatus, ShowUp
from workshop_tui.model.sign_in import Participant, address_key

ADA = Registration(
    "email:ada@x.org", "Ada", "ada@x.org", "ada-l", registered_at=NOON, answers=(("Why?", "Agents, and “more”"),)
)
BOB = Registration("github:bob", "Bob", "", "bob", RegistrationStatus.WAITING)


async def test_people_are_read_back_as_they_were_imported(store, workshop):
    report = await store.registrations.save(workshop.id, [BOB, ADA], "Ann", origin="luma.csv")
    assert report == ImportReport(2, 0, 0)
    assert await store.registrations.all(workshop.id) == (ADA, BOB)


async def test_the_same_file_again_changes_nothing_and_says_nothing(store, workshop):
    await store.registrations.save(workshop.id, [ADA, BOB], "Ann", origin="luma.csv")
    last_id = await store.journal.last_id()
    assert await store.registrations.save(workshop.id, [ADA, BOB], "Ann", origin="luma.csv") == ImportReport(0, 0, 2)
    assert await store.journal.last_id() == last_id


async def test_a_person_known_by_login_is_the_same_when_the_form_tells_the_address(store, workshop):
    await store.registrations.save(workshop.id, [BOB], "Ann", origin="by hand")
    with_address = Registration("email:bob@x.org", "", "bob@x.org", "bob")
    assert await store.registrations.save(workshop.id, [with_address], "Ann", origin="a") == ImportReport(0, 1, 0)
    (bob,) = await store.registrations.all(workshop.id)
    assert (bob.key, bob.name, bob.status) == ("email:bob@x.org", "Bob", RegistrationStatus.REGISTERED)
    assert await store.registrations.save(workshop.id, [BOB], "Ann", origin="b") == ImportReport(0, 1, 0)
    assert [person.email for person in await store.registrations.all(workshop.id)] == ["bob@x.org"]


async def test_two_addresses_are_two_people_even_with_one_login(store, workshop):
    other = replace(ADA, key="email:eve@x.org", email="eve@x.org")
    assert await store.registrations.save(workshop.id, [ADA, other], "Ann", origin="a") == ImportReport(2, 0, 0)


async def test_what_a_later_file_does_not_tell_is_kept(store, workshop):
    await store.registrations.save(workshop.id, [replace(ADA, attended=True)], "Ann", origin="a")
    await store.registrations.save(workshop.id, [Registration(ADA.key, "", ADA.email)], "Ann", origin="b")
    assert await store.registrations.all(workshop.id) == (replace(ADA, attended=True),)


async def test_the_journal_counts_people_and_never_names_them(store, workshop):
    await store.registrations.save(workshop.id, [ADA, BOB], "Ann", origin="luma.csv", rejected_count=3)
    await store.registrations.forget("ada@x.org", "Ann")
    entries = (await store.journal.since(0, workshop.id))[1:]
    assert [(entry.by, entry.kind, entry.after) for entry in entries] == [
        (
            "Ann",
            "registrations.imported",
            {"origin": "luma.csv", "added": 2, "changed": 0, "unchanged": 0, "rejected": 3},
        ),
        ("Ann", "registrations.deleted", {"deleted": 1}),
    ]


@pytest.mark.parametrize("identity", [" ADA@x.org", "@Ada-L"])
async def test_who_asks_to_be_forgotten_leaves_no_trace_in_the_file(store, workshop, path, identity):
    marked = replace(ADA, name="Adamarker", answers=(("Why?", "answermarker" * 300),))
    later = await store.workshops.create("January", NOON + timedelta(days=31), timedelta(hours=1), 9, "UTC", "Ann")
    for workshop_id in (workshop.id, later.id):
        await store.registrations.save(workshop_id, [marked, BOB], "Ann", origin="a")
    assert await store.registrations.forget(identity, "Ann") == 2
    assert await store.registrations.all(workshop.id) == (BOB,)
    await store.close()
    left = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert b"Bob" in left
    assert not any(mark in left for mark in (b"Adamarker", b"answermarker", b"ada@x.org"))


async def test_what_a_check_found_about_people_goes_with_them(store, workshop):
    await store.registrations.save(workshop.id, [ADA, BOB], "Ann", origin="a")
    evidence = (("no account yet", "Ada"),)
    for check_id in ("people-can-sign-in", "names-resolve"):
        finding = Finding("people", Outcome.WARN, "1 no account yet", None, evidence)
        found = CheckResult(check_id, "Title", Outcome.WARN, (finding,), NOON, 0.1, "1 no account yet")
        await store.results.save(workshop.id, [found])
    await store.registrations.forget("nobody@x.org", "Ann")
    assert set(await store.results.latest(workshop.id)) == {"people-can-sign-in", "names-resolve"}
    await store.registrations.forget("ada@x.org", "Ann")
    assert set(await store.results.latest(workshop.id)) == {"names-resolve"}


async def test_forgetting_nobody_deletes_nobody(store, workshop):
    await store.registrations.save(workshop.id, [ADA, BOB], "Ann", origin="a")
    for nobody in ("", "@", "eve@x.org"):
        assert await store.registrations.forget(nobody, "Ann") == 0
    assert len(await store.registrations.all(workshop.id)) == 2


async def test_earlier_workshops_tell_how_many_came(store, workshop):
    people = [
        replace(ADA, key=f"email:p{number}@x.org", email=f"p{number}@x.org", github="", attended=number < 3)
        for number in range(5)
    ]
    await store.registrations.save(workshop.id, [*people, BOB], "Ann", origin="a")
    later = await store.workshops.create("January", NOON + timedelta(days=31), timedelta(hours=1), 9, "UTC", "Ann")
    await store.registrations.save(later.id, [ADA], "Ann", origin="a")
    assert (await store.records(workshop.id)).attended_count == 3
    assert (await store.records(later.id)).attended_count is None
    assert await store.registrations.show_ups(later.starts_at) == (ShowUp(workshop.id, 5, 3),)
    assert await store.registrations.show_ups(workshop.starts_at) == ()


async def test_a_forms_columns_are_mapped_once(store):
    assert await store.registrations.mapping("abc") == {}
    await store.registrations.remember_mapping("abc", {"Postfach": "email"}, "Ann")
    await store.registrations.remember_mapping("abc", {"Postfach": "email", "Wer?": "name"}, "Ann")
    assert await store.registrations.mapping("abc") == {"Postfach": "email", "Wer?": "name"}


async def test_a_secret_in_an_answer_is_masked_and_the_same_again_is_still_the_same(store, workshop):
    careless = replace(ADA, answers=(("Key?", "sk-abcdefghijkl1234"),))
    await store.registrations.save(workshop.id, [careless], "Ann", origin="a")
    assert "sk-abc" not in repr(await store.registrations.all(workshop.id))
    assert await store.registrations.save(workshop.id, [careless], "Ann", origin="a") == ImportReport(0, 0, 1)


async def test_people_of_no_workshop_are_refused(store):
    with pytest.raises(StoreError, match="does not hold this workshop"):
        await store.registrations.save(99, [ADA], "Ann", origin="a")


async def test_what_finds_accounts_is_read_without_addresses_and_only_of_the_registered(store, workshop):
    nameless = Registration("email:eve@x.org", "eve@x.org", "eve@x.org", "")
    await store.registrations.save(workshop.id, [BOB, ADA, nameless], "Ann", origin="luma.csv")
    people = (await store.records(workshop.id)).participants
    ada = Participant("Ada", address_key("Ada@X.org"), "ada-l")
    assert people == (ada, Participant("", address_key("eve@x.org"), ""))
    assert "x.org" not in repr(people)
