from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from workshop_tui.errors import UserError
from workshop_tui.guide.loader import load_guide
from workshop_tui.model.guide import Guide

WHOLE = """
title = "Ours"

[[phase]]
id = "early"
title = "Early"
label = "Early"
due = "T-5d"

[[item]]
id = "cake"
phase = "early"
section = "Kitchen"
title = "Bake a cake"

[[severity]]
id = "P1"
meaning = "bad"
[[severity]]
id = "P0"
meaning = "worst"
[[severity]]
id = "P2"
meaning = "so so"
[[severity]]
id = "P3"
meaning = "nothing"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "guide.toml"


def loaded(file: Path, text: str) -> Guide:
    file.write_text(text, encoding="utf-8")
    return load_guide(file)


def problems(file: Path, text: str) -> list[str]:
    """The error's lines without the file's name, which each must carry."""
    with pytest.raises(UserError) as caught:
        loaded(file, text)
    lines = str(caught.value).splitlines()
    named = [line for line in lines if line.startswith(f"{file}: ")]
    assert len(named) >= len(lines) - 1
    return [line.removeprefix(f"{file}: ") for line in lines]


def extending(text: str) -> str:
    return f'extends = "default"\n{text}'


def test_a_teams_own_file_replaces_the_guide_wholly(file: Path) -> None:
    guide = loaded(file, WHOLE)
    assert guide.title == "Ours"
    assert guide.origin == str(file)
    assert [item.id for item in guide.items] == ["cake"]
    assert guide.items[0].due == timedelta(days=-5)
    assert guide.cues == guide.runbook == guide.metrics == guide.retrospective == ()
    assert [name for name, _ in guide.severities] == ["P0", "P1", "P2", "P3"]


def test_a_file_that_only_extends_changes_nothing_but_the_origin(file: Path) -> None:
    guide, default = loaded(file, extending("")), load_guide(None)
    assert guide.items == default.items
    assert guide.retrospective == default.retrospective
    assert guide.origin == str(file)


def test_an_override_keeps_what_it_does_not_say(file: Path) -> None:
    guide = loaded(file, extending('[[item]]\nid = "smoke-tests"\ndue = "T-1d"\n'))
    before, now = load_guide(None).item("smoke-tests"), guide.item("smoke-tests")
    assert now.due == timedelta(days=-1)
    assert (now.title, now.details, now.help) == (before.title, before.details, before.help)
    assert [item.id for item in guide.items] == [item.id for item in load_guide(None).items]


def test_a_check_is_tied_to_an_item_by_data_alone(file: Path) -> None:
    guide = loaded(file, extending('[[item]]\nid = "node-storage"\nsensed_by = ["nodes-have-storage"]\n'))
    assert guide.item("node-storage").sensed_by == ("nodes-have-storage",)


def test_a_new_item_stands_at_the_end_or_behind_the_one_it_names(file: Path) -> None:
    new = '[[item]]\nid = "{}"\nphase = "T-2d"\nsection = "Ours"\ntitle = "New"\n'
    guide = loaded(file, extending(new.format("last") + new.format("second") + 'after = "gateway-key"\n'))
    ids = [item.id for item in guide.items]
    assert ids[-1] == "last"
    assert ids[ids.index("gateway-key") + 1] == "second"
    assert len(ids) == 43


def test_a_moved_item_keeps_its_words(file: Path) -> None:
    guide = loaded(file, extending('[[item]]\nid = "smoke-tests"\nafter = "gateway-key"\n'))
    ids = [item.id for item in guide.items]
    assert ids[ids.index("gateway-key") + 1] == "smoke-tests"
    assert sorted(guide.items, key=lambda item: item.id) == sorted(load_guide(None).items, key=lambda item: item.id)


def test_removed_items_are_gone_and_nothing_else(file: Path) -> None:
    guide = loaded(file, extending('remove = ["registration-form", "agenda"]\n'))
    default = [item.id for item in load_guide(None).items]
    assert [item.id for item in guide.items] == [
        name for name in default if name not in ("registration-form", "agenda")
    ]


def test_a_team_adds_a_phase_and_moves_an_items_due_with_it(file: Path) -> None:
    guide = loaded(
        file,
        extending(
            '[[phase]]\nid = "T-14d"\ntitle = "T-14 days"\nlabel = "T-14 d"\ndue = "T-14d"\n'
            '[[item]]\nid = "announcement"\nphase = "T-14d"\n'
        ),
    )
    assert guide.item("announcement").due == timedelta(days=-14)


def test_cues_and_other_lists_are_replaced_as_a_whole(file: Path) -> None:
    guide = loaded(file, extending('key_metrics = []\n[[cue]]\nid = "all"\ntitle = "All of it"\nminutes = 90\n'))
    assert [(cue.id, cue.minutes, cue.longest_minutes) for cue in guide.cues] == [("all", 90, 90)]
    assert guide.key_metrics == ()
    assert len(guide.metrics) == 13


def test_words_of_people_come_through_whatever_they_contain(file: Path) -> None:
    title = "Ünïcode [b]not markup[/b] {not_a_fact} 50 %"
    assert loaded(file, extending(f'[[item]]\nid = "agenda"\ntitle = "{title}"\n')).item("agenda").title == title


ITEM = '[[item]]\nid = "smoke-tests"\n'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            ITEM + 'due = "T-2 days"',
            'item[1] "smoke-tests".due: expected an offset like T-2d, T-24h, T+48h or live',
        ),
        (ITEM + "due = 2", 'item[1] "smoke-tests".due: expected an offset like T-2d, T-24h, T+48h or live'),
        (ITEM + "title = 3", 'item[1] "smoke-tests".title: expected text in quotes'),
        (ITEM + 'title = " "', 'item[1] "smoke-tests".title: expected text, not nothing'),
        (ITEM + 'title = "a\\nb"', 'item[1] "smoke-tests".title: expected one line of printable text'),
        (ITEM + 'titel = "a"', 'item[1] "smoke-tests".titel: unknown key; did you mean "title"?'),
        (ITEM + 'phase = "T-2"', 'item[1] "smoke-tests".phase: there is no phase "T-2"; did you mean "T-2d"?'),
        (ITEM + 'sensed_by = "x"', 'item[1] "smoke-tests".sensed_by: expected a list in [ ]'),
        (
            ITEM + 'sensed_by = ["Not kebab"]',
            'item[1] "smoke-tests".sensed_by[1]: expected a kebab-case id, e.g. "smoke-tests"',
        ),
        (ITEM + "details = [1]", 'item[1] "smoke-tests".details[1]: expected a table'),
        (ITEM + 'after = "smoke-test"', 'item[1] "smoke-tests".after: there is no such item'),
        (ITEM + 'after = "gateway"', 'item[1] "smoke-tests".after: there is no such item; did you mean "gateway-key"?'),
        ('[[item]]\nid = "new"', 'item[1] "new".phase is missing'),
        ("[[item]]\ntitle = 'no id'", "item[1].id: expected text in quotes"),
        ("[item]\nid = 'x'", "item: expected entries that begin with [[item]]"),
        ('item = ["x"]', "item[1]: expected a table"),
        (ITEM + ITEM, 'item: 2 entries have the id "smoke-tests"'),
        ('remove = ["smoke-test"]', 'remove: there is no item or phase "smoke-test"; did you mean "smoke-tests"?'),
        ('remove = "smoke-tests"', 'remove: expected a list of ids, e.g. ["registration-form"]'),
        ('remove = ["T-24h"]', 'item "reminder".phase: there is no phase "T-24h"; did you mean "T-2d"?'),
        ('[[phase]]\nid = "T-2d"\nlabel = "far too long"', 'phase[1] "T-2d".label: expected at most 8 characters'),
        (
            '[[cue]]\nid = "a"\ntitle = "A"\nminutes = 0',
            'cue[1] "a".minutes: expected a number greater than or equal to 1',
        ),
        (
            '[[cue]]\nid = "a"\ntitle = "A"\nminutes = 9\nlongest_minutes = 5',
            'cue[1] "a": expected longest_minutes not under minutes',
        ),
        ('[[severity]]\nid = "P0"\nmeaning = "only one"', 'severity: expected one with the id "P1"'),
        ('[[severity]]\nid = "P9"\nmeaning = "x"', "severity[1] \"P9\".id: expected 'P0', 'P1', 'P2' or 'P3'"),
        ("[[cues]]", 'cues: unknown key; did you mean "cue"?'),
        ("title = ''", "title: expected text, not nothing"),
    ],
)
def test_a_wrong_line_is_named_with_what_was_expected(file: Path, text: str, wanted: str) -> None:
    found = problems(file, extending(text))
    assert any(line.startswith(wanted) for line in found), found


def test_only_wrong_lines_are_named(file: Path) -> None:
    assert len(problems(file, extending(ITEM + 'due = "soon"\n[[item]]\nid = "agenda"\ntitle = "fine"'))) == 1


def test_an_entry_is_named_by_its_place_in_the_teams_file(file: Path) -> None:
    fine = '[[item]]\nid = "agenda"\ntitle = "A"\n[[item]]\nid = "reminder"\ntitle = "B"\n'
    found = problems(file, extending(fine + ITEM + "due = 1"))
    assert found == ['item[3] "smoke-tests".due: expected an offset like T-2d, T-24h, T+48h or live']


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('extends = "other"', 'extends: expected "default"; without it the file replaces the whole guide'),
        ('title = "x"\nremove = ["agenda"]', 'remove: expected only in a file with extends = "default"'),
        ("", "title is missing"),
        ("", "phase is missing"),
        ("", "item is missing"),
        ("", "severity is missing"),
    ],
)
def test_a_file_that_replaces_must_say_all(file: Path, text: str, wanted: str) -> None:
    assert wanted in problems(file, text)


def test_ten_problems_are_listed_and_the_rest_counted(file: Path) -> None:
    entries = "".join(f'[[item]]\nid = "new-{n}"\nphase = "T-2d"\nsection = "s"\n' for n in range(14))
    found = problems(file, extending(entries))
    assert len(found) == 11
    assert found[-1] == "and 4 more problems"


def test_a_syntax_error_is_named_with_line_and_column(file: Path) -> None:
    (found,) = problems(file, 'title = "x"\nphase = = 3\n')
    assert found.startswith("not TOML: ")
    assert "line 2, column 9" in found


def test_a_file_that_is_not_text_is_named_with_its_line(file: Path) -> None:
    file.write_bytes(b'title = "x"\n# \xff\n')
    with pytest.raises(UserError, match="expected UTF-8 text; line 2 is not"):
        load_guide(file)


def test_a_missing_guide_file_is_an_error(file: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*guide\.toml: No such file or directory"):
        load_guide(file)


def test_a_folder_is_not_a_guide(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Is a directory"):
        load_guide(tmp_path)


def test_a_bom_of_a_windows_editor_does_no_harm(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
    assert load_guide(file).title == "Ours"


def test_a_card_of_two_lines_or_ten_is_refused(file: Path) -> None:
    for count in (2, 10):
        lines = "".join(f'[[card]]\nid = "line-{number}"\ntitle = "Line {number}"\n' for number in range(count))
        (found,) = problems(file, extending(lines))
        assert found == f"card: expected five to nine lines, found {count}"
