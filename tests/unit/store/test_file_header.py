"""What a file's first bytes tell of who wrote it last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.store.file_header import FileHeader, next_mark


def header(counter: int, mark: int, byte_count: int = 100) -> FileHeader:
    content = bytearray(100)
    content[24:28] = counter.to_bytes(4, "big")
    content[60:64] = (mark % 2**32).to_bytes(4, "big")
    return FileHeader(bytes(content[:byte_count]))


@pytest.mark.parametrize(
    ("before", "after", "follows"),
    [
        pytest.param(header(5, 700), header(5, 701), True, id="a transaction that SQLite did not count"),
        pytest.param(header(5, 700), header(9, 704), True, id="some transactions"),
        pytest.param(header(5, 700), header(6, 700), True, id="a window that marks nothing"),
        pytest.param(header(5, 0), header(6, 123_456_789), True, id="the first mark"),
        pytest.param(header(5, -1), header(5, 1), True, id="the marks begin anew"),
        pytest.param(header(2**32 - 1, 700), header(0, 701), True, id="SQLite's counter begins anew"),
        pytest.param(header(5, 700), header(5, 699), False, id="an older copy"),
        pytest.param(header(5, 700), header(4, 701), False, id="fewer changes"),
        pytest.param(header(5, 700), header(9, 123_456_789), False, id="another database"),
        pytest.param(header(5, 700), header(9, 0), False, id="another database without a mark"),
        pytest.param(header(5, 700), header(5, 701, 60), False, id="not even a header"),
        pytest.param(
            header(5, 700), FileHeader(b"no database, but some text of a hundred bytes" * 4), False, id="text"
        ),
    ],
)
def test_only_what_transactions_lead_to_follows(before: FileHeader, after: FileHeader, follows: bool) -> None:
    assert after.may_follow(before) is follows


@given(st.integers(-(2**31), 2**31 - 1).filter(bool))
def test_each_mark_follows_the_one_before_and_is_one_that_sqlite_takes(mark: int) -> None:
    following = next_mark(mark)
    assert following != 0
    assert -(2**31) <= following < 2**31
    assert header(1, following).may_follow(header(1, mark))
    assert not header(1, mark).may_follow(header(1, following))


def test_the_first_mark_is_drawn() -> None:
    marks = {next_mark(0) for _ in range(100)}
    assert len(marks) > 90
    assert all(0 < mark < 2**31 for mark in marks)
