"""Exports as people of this field meet them: statuses, previews, anonymous answers, old encodings, unsure dates."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workshop_tui.model.registration import ParsedPeople, RegistrationStatus
from workshop_tui.registrations.forms import github_login, header_of, parse_people
from workshop_tui.registrations.statuses import registration_status

REGISTERED, WAITING, CANCELLED = RegistrationStatus
DATA = Path(__file__).parents[2] / "data/registrations"


def parsed(name: str) -> ParsedPeople:
    return parse_people((DATA / name).read_bytes(), name, "Europe/London", {})


def of(text: str, encoding: str = "utf-8") -> ParsedPeople:
    return parse_people(text.encode(encoding), "people.csv", "Europe/London", {})


def statuses(people: ParsedPeople) -> dict[str, RegistrationStatus]:
    assert people.rejected == ()
    return {person.email or person.key: person.status for person in people.people}


def test_whoever_does_not_attend_at_eventbrite_is_not_counted() -> None:
    assert statuses(parsed("eventbrite-1-attending.csv")) == {
        "ann@example.org": REGISTERED,
        "bob@example.org": REGISTERED,
    }
    later = parsed("eventbrite-2-not-attending.csv")
    assert statuses(later) == {
        "ann@example.org": REGISTERED,
        "bob@example.org": CANCELLED,
        "cy@example.org": REGISTERED,
        "di@example.org": CANCELLED,
    }
    assert [person.attended for person in later.people] == [None, None, True, None]


@pytest.mark.parametrize("name", ["zoom-denied.csv", "zoom-preamble.csv"])
def test_zooms_report_is_read_with_and_without_the_lines_about_the_meeting(name: str) -> None:
    people = parsed(name)
    assert statuses(people) == {
        "ann@example.org": REGISTERED,
        "bob@example.org": CANCELLED,
        "cy@example.org": WAITING,
        "dee@example.org": CANCELLED,
    }
    assert people.people[0].name == "Ann One"
    assert people.people[0].registered_at is not None


def test_the_preamble_is_said_to_be_passed_over_and_is_no_part_of_the_form() -> None:
    assert any("begins at line 7" in note for note in parsed("zoom-preamble.csv").notes)
    plain, below = ((DATA / name).read_bytes() for name in ("zoom-denied.csv", "zoom-preamble.csv"))
    assert header_of(plain, "a", {}) == header_of(below, "b", {})


def test_a_mapped_table_is_found_below_a_preamble_too() -> None:
    content = b"Report\nTopic,When\nNovember,soon\nWer,Postfach\nAda,ada@x.org\n"
    people = parse_people(content, "people.csv", "UTC", {"Postfach": "email", "Wer": "name"})
    assert [(person.name, person.email) for person in people.people] == [("Ada", "ada@x.org")]


def test_a_voided_ticket_is_cancelled_and_one_without_a_name_is_its_buyers_guest() -> None:
    people = parsed("tito-voided.csv")
    assert statuses(people) == {
        "ada@example.org": REGISTERED,
        "ben@example.org": CANCELLED,
        "id:AB12-3": REGISTERED,
    }
    assert [person.name for person in people.people] == ["Ada Tester", "Ben Void", "guest of Ada Tester"]
    assert people.people[0].github == "ada-t"
    assert "https://ti.to" not in repr(people)


def test_an_anonymous_form_is_read_by_the_address_that_people_gave() -> None:
    people = parsed("msforms-anonymous.csv")
    assert [(person.email, person.github, person.name) for person in people.people] == [
        ("ann@example.org", "ann-one", ""),
        ("bob@example.org", "bob-two", ""),
    ]
    assert [person.shown_name for person in people.people] == ["ann", "bob"]
    assert 'dates like "11/1/26 12:54:25" may be of either order: not read' in people.notes


def test_a_form_without_any_address_says_how_to_say_who_is_who() -> None:
    people = of("Email,Name,Handle\nanonymous,Anonymous,ada-l\nanonymous,Anonymous,bob\n")
    assert people.people == ()
    assert len(people.rejected) == 2
    assert any("--map 'COLUMN=email'" in note and '"Handle"' in note for note in people.notes)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Checked In", REGISTERED),
        ("Confirmed", REGISTERED),
        ("denied", CANCELLED),
        ("Cancelled by host", CANCELLED),
        ("cancelled_by_self", CANCELLED),
        ("Voided", CANCELLED),
        ("NO-SHOW", CANCELLED),
        ("Not Attending", CANCELLED),
        ("Refunded/Canceled", CANCELLED),
        ("Waitlisted", WAITING),
        ("On Waitlist", WAITING),
        ("Awaiting payment", WAITING),
        ("Not confirmed", WAITING),
        ("Registered/Canceled", None),
        ("Elsewhere", None),
        ("nicht da", None),
    ],
)
def test_each_word_of_the_usual_forms_counts_as_it_means(said: str, status: RegistrationStatus | None) -> None:
    assert registration_status(said) is status


@given(some.text(max_size=30))
def test_no_denial_counts_as_coming(rest: str) -> None:
    assert registration_status(f"not {rest} x") is not REGISTERED


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张伟", "张伟"),
        ("محمد علي", "محمد علي"),
        ("Рысь Иванова", "Рысь Иванова"),
        ("Jose\u0301 Nu\u0301n\u0303ez", "José Núñez"),
        ("می\u200cخواهم", "میخواهم"),
        ("Ada\u202e\u2066 Evil", "Ada Evil"),
        ("Ada\u3000Lovelace\u00a0", "Ada Lovelace"),
        ("Zo\u00ebl\ufeff", "Zoël"),
    ],
)
def test_names_of_any_script_stay_themselves_without_signs_that_steer(cell: str, name: str) -> None:
    assert of(f"email,name\nada@x.org,{cell}\n").people[0].name == name


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Zeitstempel,E-Mail-Adresse,Vorname,Nachname", "1.11.2026 12:00:00,ada@x.org,Ada,Lovelace"),
        ("Horodateur,Adresse e-mail,Prénom,Nom", "2026/11/01 12:00:00,ada@x.org,Ada,Lovelace"),
        (
            "Marca temporal,Dirección de correo electrónico,Nombre,Apellidos",
            "13/11/2026 12:00:00,ada@x.org,Ada,Lovelace",
        ),
    ],
)
def test_forms_in_other_languages_are_recognised(titles: str, row: str) -> None:
    (person,) = of(f"{titles}\n{row}\n").people
    assert (person.name, person.email) == ("Ada Lovelace", "ada@x.org")
    assert person.registered_at is not None


@pytest.mark.parametrize("name", ["José Núñez", "Zoë Müller", "François Lefèvre", "Åsa Öberg"])
@pytest.mark.parametrize(("encoding", "said"), [("mac-roman", "Mac Roman"), ("cp1252", "Windows-1252")])
def test_an_encoding_that_was_guessed_is_right_and_told(name: str, encoding: str, said: str) -> None:
    people = of(f"email,name\nada@x.org,{name}\n", encoding)
    assert people.people[0].name == name
    assert any(said in note for note in people.notes)


def test_a_windows_apostrophe_is_no_letter_of_a_mac() -> None:
    people = of("email,name\nada@x.org,Ada O’Brien\nbob@x.org,“Bob” — Bø\n", "cp1252")
    assert [person.name for person in people.people] == ["Ada O’Brien", "“Bob” — Bø"]


def test_nothing_is_guessed_about_utf_8() -> None:
    assert of("email,name\nada@x.org,José\n").notes == ()


def times(*texts: str) -> tuple[list[str], tuple[str, ...]]:
    rows = "".join(f'p{at}@x.org,"{text}"\n' for at, text in enumerate(texts))
    people = of(f"email,timestamp\n{rows}")
    return [f"{person.registered_at:%m-%d}" if person.registered_at else "?" for person in people.people], people.notes


def test_dates_are_read_where_the_column_tells_their_order_and_guesses_are_told() -> None:
    assert times("1.11.2026 10:00", "2.11.2026 10:00") == (["11-01", "11-02"], ())
    assert times("11/1/26 12:51", "11/14/26 9:00") == (["11-01", "11-14"], ())
    read, notes = times("11/1/2026 9:00 AM", "11/2/2026 9:00 PM")
    assert read == ["11-01", "11-02"]
    assert "clock of twelve hours" in notes[0]


def test_the_order_of_rows_tells_the_order_of_day_and_month() -> None:
    read, notes = times("1/2/2026 9:00", "3/2/2026 9:00", "2/3/2026 9:00")
    assert read == ["02-01", "02-03", "03-02"]
    assert "guessed from the order of the rows: dates are day first" in notes[0]


def test_dates_that_may_be_either_are_left_out_and_said() -> None:
    read, notes = times("1/2/2026 9:00", "3/4/2026 9:00")
    assert read == ["?", "?"]
    assert 'dates like "1/2/2026 9:00" may be of either order' in notes[0]


def test_months_with_names_are_read_and_nothing_is_filled_in_for_them() -> None:
    read, _ = times("Nov 1, 2026 9:00 AM", "2 November 2026 14:00", "Nov 2026 14:00", "November 3 14:00")
    assert read == ["11-01", "11-02", "?", "?"]


@given(some.text(max_size=60))
def test_no_login_is_found_in_what_github_would_not_allow(text: str) -> None:
    login = github_login(text)
    assert login is None or login == "" or (len(login) <= 39 and login.isascii() and " " not in login)
