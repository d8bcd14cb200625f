"""Exports as the usual forms write them, and files that no form should write."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workshop_tui.errors import UserError
from workshop_tui.model.registration import ParsedPeople, Registration, RegistrationStatus
from workshop_tui.registrations.forms import github_login, header_of, parse_people, person_by_hand

REGISTERED, WAITING, CANCELLED = RegistrationStatus


def parse(content: bytes | str, **mapping: str) -> ParsedPeople:
    content = content.encode() if isinstance(content, str) else content
    return parse_people(content, "people.csv", "Europe/London", mapping)


def one(content: bytes | str, **mapping: str) -> Registration:
    parsed = parse(content, **mapping)
    assert parsed.rejected == ()
    (person,) = parsed.people
    return person


GOOGLE = (
    "Timestamp,Email Address,Your name,What is your GitHub username?,What do you hope to learn?\r\n"
    '2026/09/02 5:01:33 PM GMT+1,Ada@Example.org,Ada Lovelace,https://github.com/Ada-L/,"Agents,\r\nand more"\r\n'
)
TYPEFORM = (
    "#,First name,Last name,Email,GitHub handle,Start Date (UTC),Submit Date (UTC),Network ID,Tags\n"
    "r5x,Ada,Lovelace,ada@example.org,@ada-l,2026-09-02 16:00:00,2026-09-02 16:01:33,10.0.0.1,\n"
)
LUMA = (
    "api_id,name,first_name,last_name,email,phone_number,created_at,approval_status,checked_in_at,ticket_name,GitHub\n"
    "gst-1,Ada Lovelace,Ada,Lovelace,ada@example.org,+44123,2026-09-02T16:01:33.000Z,approved,,Free,ada-l\n"
)
EVENTBRITE = (
    "Order #,Order Date,First Name,Last Name,Email,Attendee #,Attendee First Name,Attendee Last Name,Attendee Email,"
    "Attendee Status,Checked In,GitHub login\n"
    "88,2026-09-02 17:01:33,Bob,Boss,bob@example.org,901,Ada,Lovelace,ada@example.org,Attending,No,ada-l\n"
)


@pytest.mark.parametrize(
    "content", [GOOGLE, TYPEFORM, LUMA, EVENTBRITE], ids=["Google", "Typeform", "Luma", "Eventbrite"]
)
def test_the_columns_of_the_usual_forms_are_recognised(content: str) -> None:
    person = one(content)
    assert (person.key, person.email, person.github) == ("email:ada@example.org", "ada@example.org", "ada-l")
    assert (person.name, person.status) == ("Ada Lovelace", REGISTERED)
    assert person.registered_at == datetime(2026, 9, 2, 16, 1, 33, tzinfo=UTC)


def test_answers_are_kept_and_what_nobody_needs_is_not() -> None:
    assert one(GOOGLE).answers == (("What do you hope to learn?", "Agents, and more"),)
    assert one(LUMA).answers == (("ticket_name", "Free"),)
    assert "10.0.0.1" not in repr(one(TYPEFORM))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_names_survive_every_usual_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["Name", "E-Mail", "GitHub"]) + "\r\n" + delimiter.join(["Zoë Müller", "zoe@x.org", "zoe"])
    assert one(text.encode(encoding)).name == "Zoë Müller"


def test_the_spreadsheets_line_that_names_the_delimiter_is_no_title() -> None:
    assert one("sep=;\nemail;name\nada@x.org;Ada").name == "Ada"


def test_a_rejected_row_is_named_by_its_line_in_the_file_over_quoted_newlines() -> None:
    content = 'email,note\nada@x.org,"one\ntwo\nthree"\n\nnobody,here\nbob@x.org,\n,empty\n'
    parsed = parse(content)
    assert [person.email for person in parsed.people] == ["ada@x.org", "bob@x.org"]
    assert [(row.line, row.reason) for row in parsed.rejected] == [
        (6, 'not an e-mail address: "nobody"'),
        (8, "neither an e-mail address nor a GitHub login"),
    ]


def test_formulas_stay_text() -> None:
    person = one('name,email,Why?\n"=HYPERLINK(""http://evil"",""x"")",ada@x.org,+1+cmd|calc\n')
    assert person.name == '=HYPERLINK("http://evil","x")'
    assert parse("email\n=1+1@x.org\n").people == ()


def test_a_cell_cannot_steer_the_terminal() -> None:
    assert one("name,email\nA\x1b[2Jda\x07,ada@x.org\n").name == "A[2Jda"


def test_the_latest_row_about_a_person_counts() -> None:
    later_first = "email,created_at,status\nADA@x.org,2026-09-03,approved\nada@x.org ,2026-09-01,declined\n"
    parsed = parse(later_first)
    assert (parsed.people[0].status, parsed.repeated_count) == (REGISTERED, 1)
    assert one_status("email,status\nada@x.org,approved\nada@x.org,declined\n") is CANCELLED


def one_status(content: str) -> RegistrationStatus:
    return one(content).status


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("approved", REGISTERED),
        ("Going", REGISTERED),
        ("", REGISTERED),
        ("pending_approval", WAITING),
        ("Waitlist", WAITING),
        ("invited", WAITING),
        ("Not Going", CANCELLED),
        ("Refunded/Canceled", CANCELLED),
    ],
)
def test_the_forms_own_words_for_a_status_are_understood(word: str, status: RegistrationStatus) -> None:
    assert one_status(f"email,approval_status\nada@x.org,{word}\n") is status


def test_a_status_that_nobody_knows_is_not_taken_for_registered() -> None:
    assert [row.reason for row in parse("email,status\nada@x.org,Elsewhere\n").rejected] == [
        'unknown status "Elsewhere"'
    ]


@pytest.mark.parametrize(
    ("told", "login"),
    [
        ("Ada-L", "ada-l"),
        ("@ada", "ada"),
        ("https://github.com/Ada/", "ada"),
        ("github.com/ada", "ada"),
        ("none", ""),
        ("  ", ""),
        ("https://github.com/ada?tab=repositories", "ada"),
        ("https://github.com/ada/some-repository", "ada"),
        ("ada_acme", "ada_acme"),
        ("-ada", "-ada"),
        ("ada-", "ada-"),
        ("ada--l", "ada--l"),
        ("ada lovelace", None),
        ("ada_acme_corp", None),
        ("ada.l", None),
        ("---", None),
        ("a" * 40, None),
    ],
)
def test_a_github_login_is_read_from_what_people_write(told: str, login: str | None) -> None:
    assert github_login(told) == login


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["9/2/2026 17:01:33", "9/13/2026 8:00:00"], "2026-09-02T16:01:33+00:00"),
        (["2/9/2026 17:01:33", "13/9/2026 8:00:00"], "2026-09-02T16:01:33+00:00"),
        (["2/9/2026 17:01:33", "3/9/2026 8:00:00"], None),
        (["2026-09-02 17:01:33 UTC"], "2026-09-02T17:01:33+00:00"),
        (["2026-12-02T17:01:33"], "2026-12-02T17:01:33+00:00"),
        (["2026/09/02 12:00:00 AM GMT-5:30"], "2026-09-02T05:30:00+00:00"),
        (["yesterday"], None),
    ],
)
def test_times_are_read_only_where_they_are_unmistakable(texts: list[str], read: str | None) -> None:
    rows = "".join(f"{at}@x.org,{text}\n" for at, text in enumerate(texts))
    first = parse(f"email,timestamp\n{rows}").people[0]
    assert (first.registered_at.isoformat() if first.registered_at else None) == read


def test_a_form_in_other_words_is_mapped() -> None:
    content = "Wer?,Postfach,Konto\nAda,ada@x.org,ada-l\n"
    with pytest.raises(UserError, match='no column tells who a person is; there are "Wer\\?", "Postfach"'):
        parse("Wer?,Postfach,Konto\nAda,,ada-l\n")
    person = one(content, **{"Wer?": "name", "postfach": "email", "Konto": "github"})
    assert (person.name, person.email, person.github) == ("Ada", "ada@x.org", "ada-l")


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"Nope": "email"}, 'there is no column "Nope"; there are "email"'),
        ({"email": "mail"}, 'unknown field "mail"; expected one of id, email'),
    ],
)
def test_a_mapping_that_fits_nothing_is_named(mapping: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse("email\nada@x.org\n", **mapping)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "people.csv: empty"),
        (b"\n\n", "people.csv: empty"),
        (b"\x89PNG\x00\x01", "people.csv: not text"),
        (b'email\nada@x.org\n"bob@x.org\n', "people.csv: line 3: not CSV"),
    ],
)
def test_a_file_that_is_no_export_is_refused_whole(content: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse(content)


def test_one_form_has_one_hash_whatever_its_rows_say() -> None:
    assert header_of(GOOGLE.encode(), "a", {})[1] == header_of(("\ufeff" + GOOGLE * 2).encode(), "b", {})[1]
    assert header_of(GOOGLE.encode(), "a", {})[1] != header_of(LUMA.encode(), "b", {})[1]


def test_a_person_is_added_by_hand_with_an_address_or_a_login() -> None:
    now = datetime(2026, 9, 2, tzinfo=UTC)
    assert person_by_hand("Ada", "Ada@x.org", "", now).key == "email:ada@x.org"
    assert person_by_hand("", "", "@Ada", now).key == "github:ada"
    with pytest.raises(UserError, match="neither an e-mail address nor a GitHub login"):
        person_by_hand("Ada", "", "", now)


def test_five_thousand_rows_are_read_in_two_seconds() -> None:
    rows = "".join(
        f'2026/09/02 5:01:33 PM GMT+1,person{at % 4900}@example.org,Person {at},user-{at},"a\nb"\r\n'
        for at in range(5000)
    )
    began = time.perf_counter()
    parsed = parse(GOOGLE.splitlines()[0] + "\r\n" + rows)
    assert time.perf_counter() - began < 2
    assert (len(parsed.people), parsed.repeated_count, parsed.rejected) == (4900, 100, ())


cells = some.text(some.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)


@given(some.lists(some.tuples(some.integers(0, 30), cells, cells), max_size=20), some.sampled_from(",;\t"))
def test_whatever_the_cells_hold_every_row_is_kept_or_rejected(
    rows: list[tuple[int, str, str]], delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["email", "name", "Any wishes?"])
    writer.writerows((f"p{number}@x.org", name, wish) for number, name, wish in rows)
    parsed = parse(text.getvalue())
    assert {person.email for person in parsed.people} == {f"p{number}@x.org" for number, _, _ in rows}
    assert len(parsed.people) + parsed.repeated_count == len(rows)
    assert not any(category(sign) in ("Cc", "Zl", "Zp", "Cs") for person in parsed.people for sign in person.name)


@given(some.binary(max_size=200))
def test_no_bytes_crash_the_import(content: bytes) -> None:
    said = "people.csv: "
    try:
        parse(b"email,name\n" + content)
    except UserError as error:
        said = str(error)
    assert said.startswith("people.csv: ")
