from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from workshop_tui.errors import UserError
from workshop_tui.guide.loader import load_guide
from workshop_tui.guide.message_files import message_file, message_names
from workshop_tui.model.workshop import Workshop
from workshop_tui.report.messages import message_facts, render_message
from workshop_tui.settings.settings import Links

NAMES = ("agenda", "announcement", "registration-form", "reminder")
LINKS = Links.model_validate(
    {
        "platform": "https://platform.test",
        "join": "https://meet.test/x",
        "registration": "https://form.test",
        "materials": "https://materials.test",
        "contact": "#workshops",
    }
)


def facts(workshop: Workshop, links: Links = LINKS) -> dict[str, Any]:
    return message_facts(workshop, load_guide(None), ("America/New_York", "Europe/London"), links)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("links", [Links(), LINKS], ids=["without links", "with links"])
def test_every_default_message_names_title_and_date_and_leaves_no_gap(
    name: str, links: Links, workshop: Workshop
) -> None:
    text = render_message(message_file(name, None), facts(workshop, links))
    assert text.startswith("# ")
    assert "December" in text.splitlines()[0]
    assert "Thursday 3 December 2026" in text
    assert "{" not in text
    assert "None" not in text
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_there_is_a_default_message_for_every_occasion() -> None:
    assert message_names(None) == NAMES


@pytest.mark.parametrize("name", ["announcement", "agenda", "reminder"])
def test_the_time_is_told_in_each_zone(name: str, workshop: Workshop) -> None:
    text = render_message(message_file(name, None), facts(workshop))
    assert "Europe/Berlin: Thursday 3 December, 16:00 to 17:15 CET" in text
    assert "America/New_York: Thursday 3 December, 10:00 to 11:15 EST" in text
    assert "https://meet.test/x" in text


def test_the_agenda_is_the_guides_run_of_show(workshop: Workshop) -> None:
    text = render_message(message_file("agenda", None), facts(workshop))
    assert [line for line in text.splitlines() if line.startswith("| ")][2:] == [
        "| 0:00 | 5 | Introduction |",
        "| 0:05 | 10 | Onboarding |",
        "| 0:15 | 50 | Hands-on Exercise |",
        "| 1:05 | 10 | Feedback Collection |",
    ]


@pytest.mark.parametrize(("minutes", "exercise"), [(60, 40), (65, 40), (80, 55), (90, 60)])
def test_the_exercise_takes_the_time_that_is_left(workshop: Workshop, minutes: int, exercise: int) -> None:
    longer = replace(workshop, duration=timedelta(minutes=minutes))
    assert facts(longer)["agenda"][2]["minutes"] == exercise


def test_the_forms_questions_are_titles_that_the_import_recognises(workshop: Workshop) -> None:
    text = render_message(message_file("registration-form", None), facts(workshop))
    assert all(f"**{title}**" in text for title in ("Email address", "Full name", "GitHub username"))


def test_a_teams_own_template_goes_before_the_default_one(tmp_path: Path, workshop: Workshop) -> None:
    (tmp_path / "agenda.md.jinja").write_text("\ufeffOurs: {{ title }} in {{ minutes }} min\n\n", encoding="utf-8")
    (tmp_path / "thanks.md.jinja").write_text("Thank you")
    assert message_names(tmp_path) == tuple(sorted((*NAMES, "thanks")))
    assert render_message(message_file("agenda", tmp_path), facts(workshop)) == "Ours: December in 75 min\n"
    assert message_file("reminder", tmp_path) == message_file("reminder", None)


@pytest.mark.parametrize(
    ("template", "line", "said"),
    [
        ("fine\n{{ titel }}", 2, "'titel' is undefined; it may name title, date"),
        ("fine\n\n{% for part in agenda %}\n{{ part.nothing.more }}\n{% endfor %}", 4, "has no attribute 'nothing'"),
        ("{% if title %}\nfine", 1, "Unexpected end of template"),
        ("fine\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
        ("a\nb\n{{ title.__class__.__mro__ }}", 3, "unsafe"),
        ("{% include '/etc/passwd' %}", 1, "no loader"),
    ],
)
def test_an_error_in_a_template_names_file_and_line(
    tmp_path: Path, workshop: Workshop, template: str, line: int, said: str
) -> None:
    path = tmp_path / "agenda.md.jinja"
    path.write_text(template)
    with pytest.raises(UserError) as caught:
        render_message(path, facts(workshop))
    assert str(caught.value).startswith(f"{path}: line {line}: ")
    assert said in str(caught.value)


def test_a_template_that_is_not_text_names_its_line(tmp_path: Path, workshop: Workshop) -> None:
    (tmp_path / "a.md.jinja").write_bytes(b"fine\n\xff\n")
    with pytest.raises(UserError, match="line 2 is not"):
        render_message(tmp_path / "a.md.jinja", facts(workshop))


def test_a_missing_folder_and_a_missing_name_say_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UserError, match='no message "farewell"; there are: agenda, announcement'):
        message_file("farewell", tmp_path)
    with pytest.raises(UserError, match=r"messages_directory: cannot read .*nowhere"):
        message_names(tmp_path / "nowhere")


def test_a_name_never_leaves_the_folder(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "outside.md.jinja").write_text("outside")
    with pytest.raises(UserError, match="no message"):
        message_file("../outside", tmp_path / "own")


def test_a_secret_is_masked_in_a_message(tmp_path: Path, workshop: Workshop) -> None:
    (tmp_path / "a.md.jinja").write_text("key sk-abcdefghijkl1234")
    assert "sk-abc" not in render_message(tmp_path / "a.md.jinja", facts(workshop))


def test_a_session_over_midnight_has_each_zones_own_day(workshop: Workshop) -> None:
    late = Workshop(1, "Late", workshop.starts_at, timedelta(minutes=75), 9, "Asia/Tokyo", workshop.created_at)
    times = {time["zone"]: time["date"] for time in facts(late)["times"]}
    assert times == {
        "Asia/Tokyo": "Friday 4 December",
        "America/New_York": "Thursday 3 December",
        "Europe/London": "Thursday 3 December",
    }
