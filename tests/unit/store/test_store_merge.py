from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.store.merge import END, Version, merge

AT = datetime(2026, 12, 3, 12, tzinfo=UTC)


def merged(base: str, stored: str, written: str) -> str:
    return merge(base, Version(stored, "Ann", AT), Version(written, "Bob", AT))


@pytest.mark.parametrize(
    ("base", "stored", "written", "expected"),
    [
        ("a\nb\nc", "a\nb\nc", "a\nb\nC", "a\nb\nC"),
        ("a\nb\nc", "A\nb\nc", "a\nb\nc", "A\nb\nc"),
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb\nc", "A\nb\nc", "A\nb\nc", "A\nb\nc"),
        ("a\nb\nc", "b\nc", "a\nb\nc\nd", "b\nc\nd"),
        ("a\nb\n", "A\nb\n", "a\nb\nc\n", "A\nb\nc\n"),
        ("", "", "words", "words"),
        ("words", "words", "", ""),
    ],
)
def test_changes_that_do_not_meet_are_all_made(base, stored, written, expected):
    assert merged(base, stored, written) == expected


@pytest.mark.parametrize(
    ("base", "stored", "written"),
    [
        ("", "ours", "theirs"),
        ("a", "ours", "theirs"),
        ("a", "ours", "theirs\nand more"),
        ("a\nb", "ours\nb", "theirs\nb"),
    ],
)
def test_changes_that_meet_stand_one_after_the_other_and_are_signed(base, stored, written):
    lines = merged(base, stored, written).split("\n")
    assert lines[:2] == ["[Ann wrote at 2026-12-03 12:00:00 UTC:]", "ours"]
    assert lines[2:4] == ["[Bob wrote at 2026-12-03 12:00:00 UTC:]", "theirs"]
    assert END in lines


def test_a_rewritten_line_stays_beside_its_removal():
    assert "rewritten" in merged("a\nb\nc", "a\nc", "a\nrewritten\nc").split("\n")


def test_nobody_and_odd_names_make_one_line():
    text = merge("", Version("ours", "", None), Version("theirs", "Bob\nthe  builder", AT))
    assert text.split("\n")[0] == "[somebody wrote:]"
    assert "[Bob the builder wrote at 2026-12-03 12:00:00 UTC:]" in text.split("\n")


texts = st.lists(st.sampled_from(["a", "b", "c", "d", "", "long line", "a "]), max_size=12).map("\n".join)


def words(text: str) -> Counter[str]:
    """How often each line stands there that says something."""
    return Counter(line for line in text.split("\n") if line)


@given(base=texts, stored=texts, written=texts)
def test_no_line_that_anybody_wrote_is_lost(base, stored, written):
    """As often as a person added a line to what both began from, so often at least it is in the merged text."""
    result = words(merged(base, stored, written))
    for text in (stored, written):
        for line, added in (words(text) - words(base)).items():
            assert result[line] >= added


@given(base=texts, stored=texts, written=texts)
def test_every_line_comes_from_somebody(base, stored, written):
    known = {line for text in (base, stored, written) for line in text.split("\n")}
    signatures = {Version("", name, AT).signature for name in ("Ann", "Bob")} | {END}
    assert set(merged(base, stored, written).split("\n")) <= known | signatures


@given(base=texts, one=texts, other=texts)
def test_whoever_is_first_the_same_lines_remain(base, one, other):
    one_first, other_first = words(merged(base, one, other)), words(merged(base, other, one))
    assert one_first == other_first


anything = st.text(st.sampled_from("ab \n\r\tüあ😀\u2028\x85"), max_size=30)


@given(base=anything, text=anything)
def test_a_change_of_one_side_alone_is_taken_to_the_letter(base, text):
    """Line ends of either kind, a missing last one and separators of other scripts included."""
    assert merged(base, base, text) == text
    assert merged(base, text, base) == text
    assert merged(base, text, text) == text


def numbered(count: int, number) -> str:
    return "".join(f"{number(at)}\n" for at in range(count))


@pytest.mark.parametrize(
    ("base", "one", "other"),
    [
        ("x\n" * 500_000, "x\n" * 499_999 + "y", "z\n" + "x\n" * 499_999),
        (
            numbered(150_000, lambda at: at),
            numbered(150_000, lambda at: at if at % 2 else -at),
            numbered(150_000, lambda at: at if at % 3 else ~at),
        ),
        (
            numbered(300_000, lambda at: at % 200),
            numbered(300_000, lambda at: at % 199),
            numbered(300_000, lambda at: at % 198),
        ),
    ],
    ids=["one line again and again", "every second line changed", "two hundred lines in turns"],
)
@pytest.mark.timeout(20)
def test_a_megabyte_of_any_kind_merges_in_seconds(base, one, other):
    result = words(merged(base, one, other))
    for text in (one, other):
        for line, added in (words(text) - words(base)).items():
            assert result[line] >= added
