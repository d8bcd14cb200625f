"""The commands that plan a workshop and tell people of it, on a real store."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from ical.calendar_stream import IcsCalendarStream

from workshop_tui.cli import workshop_tui
from workshop_tui.errors import UserError

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `workshop-tui workshops …` on the test's own settings and database."""
    settings = tmp_path / "settings.toml"
    settings.write_text(
        'person = "Ann"\nparticipant_zones = ["America/New_York"]\nmessages_directory = "messages"\n'
        '[links]\njoin = "https://meet.test/x"\norganizer = "team@example.org"\n'
    )
    (tmp_path / "messages").mkdir()

    def call(*words: object) -> Result:
        options = ["--config", str(settings), "--db", str(tmp_path / "workshops.db")]
        return CliRunner().invoke(workshop_tui, [*options, "workshops", *map(str, words)])

    return call


@pytest.fixture
def december(run: Run) -> str:
    assert run("new", "December", "--start", "2026-12-03 16:00", "--timezone", "Europe/London").exit_code == 0
    return "December"


def said(result: Result) -> str:
    assert result.exception is None, result.exception
    return result.output


def refused(result: Result) -> str:
    assert isinstance(result.exception, UserError), result.exception
    return str(result.exception)


def test_proposed_times_are_in_the_zones_that_are_asked_for(run: Run) -> None:
    document = json.loads(said(run("slots", "--zone", "Europe/Berlin", "--zone", "America/New_York", "--json")))
    assert [zone["zone"] for zone in document["slots"][0]["zones"]] == ["Europe/Berlin", "America/New_York"]
    scores = [slot["score"] for slot in document["slots"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_a_time_can_be_judged(run: Run) -> None:
    text = said(run("slots", "--zone", "America/New_York", "--zone", "Asia/Tokyo", "--start", "2026-12-03 11:00"))
    assert text.startswith("2026-12-03 16:00 UTC  suits 0%\n")
    assert "Fri 04 Dec 01:00 to 02:15 JST    Asia/Tokyo  (night)" in text


def test_a_postponed_workshops_invite_updates_the_event(run: Run, december: str, tmp_path: Path) -> None:
    first, again = tmp_path / "first.ics", tmp_path / "new" / "again.ics"
    assert said(run("invite", december, "-o", first)).endswith("2026-12-03 16:00 UTC (first)\n")
    assert said(run("invite", december, "-o", again)).endswith("(first)\n")
    settings = tmp_path / "settings.toml"
    settings.write_text(settings.read_text().replace("meet.test/x", "meet.test/y"))
    assert said(run("invite", december, "-o", again)).endswith("(update 1)\n")
    (before,) = IcsCalendarStream.calendar_from_ics(first.read_text()).events
    (after,) = IcsCalendarStream.calendar_from_ics(again.read_text()).events
    assert before.uid == after.uid
    assert (before.sequence, after.sequence) == (0, 1)
    assert (before.location, after.location) == ("https://meet.test/x", "https://meet.test/y")


def test_an_invite_that_cannot_be_written_is_not_noted(run: Run, december: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot write" in refused(run("invite", december, "-o", tmp_path / "file" / "a.ics"))
    assert said(run("invite", december, "-o", tmp_path / "a.ics")).endswith("(first)\n")


def test_an_invite_without_an_organizer_says_what_an_update_needs(run: Run, december: str, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(settings.read_text().replace("organizer", "# organizer"))
    assert "name one with links.organizer" in said(run("invite", december, "-o", tmp_path / "a.ics"))


def test_what_an_import_guessed_is_said(run: Run, december: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes("email,name\nada@x.org,José\n".encode("mac-roman"))
    assert "Note: not UTF-8: read as Mac Roman, which is a guess" in said(run("import-people", december, file))
    document = json.loads(said(run("import-people", december, file, "--json")))
    assert document["format"] == 2
    assert "Mac Roman" in document["notes"][0]


def test_people_are_imported_once_and_their_columns_mapped_once(run: Run, december: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Wer?,Postfach\nAda,\nBob,bob\n")
    assert "no column tells who a person is" in refused(run("import-people", december, file))
    file.write_text("Wer?,Postfach\nAda,ada@x.org\nBob,bob\n")
    text = said(run("import-people", december, file, "--map", "Postfach=email", "--map", "Wer?=name"))
    assert text.startswith("1 added, 0 changed, 0 unchanged, 1 rejected;")
    assert 'line 3: not an e-mail address: "bob"' in text
    file.write_text("Wer?,Postfach\nAda L.,ada@x.org\nEve,eve@x.org\n")
    document = json.loads(said(run("import-people", december, file, "--json")))
    assert (document["added"], document["changed"], document["rejected"]) == (1, 1, [])
    people = json.loads(said(run("people", december, "--json")))["people"]
    assert [(person["name"], person["email"]) for person in people] == [("Ada L.", "ada@x.org"), ("Eve", "eve@x.org")]


def test_people_can_be_added_and_forgotten_by_hand(run: Run, december: str) -> None:
    assert said(run("add-person", december, "--name", "Ada", "--github", "@Ada-L")) == "Added.\n"
    assert said(run("add-person", december, "--email", "ada@x.org", "--github", "ada-l")) == "There already: changed.\n"
    listed = said(run("people", december))
    assert listed.splitlines()[0].split() == ["registered", "Ada", "ada@x.org", "@ada-l"]
    assert listed.endswith("1 registered, 0 waiting, 0 cancelled\n")
    assert said(run("forget-person", "ada@x.org")).startswith("Deleted 1 registration.")
    assert 'nobody is registered as "ada@x.org"' in refused(run("forget-person", "ada@x.org"))


def test_a_wide_name_does_not_move_the_columns_after_it(run: Run, december: str) -> None:
    said(run("add-person", december, "--name", "Ada", "--email", "ada@x.org"))
    said(run("add-person", december, "--name", "山田太郎", "--email", "taro@x.org"))
    ada, taro = said(run("people", december)).splitlines()[:2]
    assert (_cells_before_email(ada), _cells_before_email(taro)) == (42, 42)


def _cells_before_email(line: str) -> int:
    """East Asian signs take two cells of a terminal each."""
    before = line[: re.search(r"\S+@", line).start()]  # type: ignore[union-attr]
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in before)


def test_expected_attendance_comes_from_the_workshops_before(run: Run, december: str, tmp_path: Path) -> None:
    said(run("new", "November", "--start", "2026-11-03 16:00"))
    file = tmp_path / "november.csv"
    file.write_text("email,attended\n" + "".join(f"p{at}@x.org,{'yes' if at < 6 else 'no'}\n" for at in range(10)))
    said(run("import-people", "November", file))
    file.write_text("email\n" + "".join(f"p{at}@x.org\n" for at in range(20)))
    said(run("import-people", december, file))
    expected = json.loads(said(run("expect", december, "--keep", "--json")))["expected"]
    assert (expected["registered_count"], expected["likely"]) == (20, 12)
    assert expected["basis"].startswith("6 of 10 came to 1 earlier workshop")


def test_a_message_is_printed_written_and_noted_as_sent_by_a_person(run: Run, december: str, tmp_path: Path) -> None:
    printed = said(run("message", december, "agenda"))
    assert "Europe/London: Thursday 3 December, 16:00 to 17:15 GMT" in printed
    file = tmp_path / "agenda.md"
    assert said(run("message", december, "agenda", "-o", file)) == f"Wrote {file}\n"
    assert file.read_text() == printed
    assert "sent" not in said(run("message", december))
    assert said(run("message", december, "agenda", "--sent-by", "Ben")) == 'Noted: Ben sent "agenda".\n'
    assert said(run("message", december)).splitlines()[0].startswith("agenda                sent by Ben, ")


def test_a_fault_in_a_teams_template_names_its_line_and_nothing_is_noted(
    run: Run, december: str, tmp_path: Path
) -> None:
    own = tmp_path / "messages" / "agenda.md.jinja"
    own.write_text("Hello\n{{ titel }}\n")
    assert f"{own}: line 2: 'titel' is undefined" in refused(run("message", december, "agenda", "--sent-by", "Ben"))
    assert "sent" not in said(run("message", december))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("slots", "--zone", "Mars/Base"), 'unknown time zone "Mars/Base"'),
        (("people", "January"), 'no workshop "January"'),
        (("import-people", "December", "/nowhere.csv"), "cannot read /nowhere.csv"),
        (("import-people", "December", "x.csv", "--map", "email"), "expected COLUMN=FIELD"),
        (("add-person", "December", "--name", "Ada"), "neither an e-mail address nor a GitHub login"),
        (("message", "December", "farewell"), 'no message "farewell"'),
        (("message", "December", "--sent-by", "Ben"), "expected the NAME of a message"),
        (("message", "December", "agenda", "--sent-by", " "), "expected the name of the person"),
    ],
)
def test_wrong_use_is_one_line_that_says_what_to_do(
    run: Run, december: str, words: tuple[str, ...], problem: str
) -> None:
    assert problem in refused(run(*words))
