from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.present.cell import Column, cell, one_line
from workshop_tui.present.layout import GAP, column_widths
from workshop_tui.present.sparkline import sparkline


@given(st.text())
def test_outside_text_never_moves_the_cursor_or_breaks_a_line(text: str) -> None:
    shown = one_line(text)
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert not any(category(sign) in ("Cc", "Zl", "Zp", "Cs") for sign in shown)


def test_brackets_and_emoji_stay_as_they_are() -> None:
    assert cell("[bold]ana[/] 🎉").text == "[bold]ana[/] 🎉"


@given(
    st.lists(
        st.builds(Column, width=st.integers(1, 20), flexible=st.booleans(), drop_below=st.integers(0, 100)),
        min_size=1,
        max_size=6,
    ),
    st.integers(20, 200),
)
def test_columns_fill_the_width_exactly_where_one_is_flexible_and_there_is_room(
    columns: list[Column], width: int
) -> None:
    widths = column_widths(columns, width)
    shown = [(column, size) for column, size in zip(columns, widths, strict=True) if column.drop_below <= width]
    assert all(size > 0 for _, size in shown)
    least = sum(column.width for column, _ in shown) + GAP * (len(shown) - 1)
    if shown and any(column.flexible for column, _ in shown) and least <= width:
        assert sum(size for _, size in shown) + GAP * (len(shown) - 1) == width


@pytest.mark.parametrize(
    ("values", "width", "shown"),
    [([], 3, "   "), ([1, None, 1], 3, "█ █"), ([0, 1, 2], 2, "▅█"), ([0, 0], 2, "▁▁")],
)
def test_a_series_shows_its_newest_values_and_its_gaps(values: list[float | None], width: int, shown: str) -> None:
    assert sparkline(values, width) == shown


@given(st.lists(st.none() | st.floats(0, 1), max_size=50), st.integers(0, 40))
def test_a_sparkline_is_exactly_as_wide_as_asked(values: list[float | None], width: int) -> None:
    assert len(sparkline(values, width, ceiling=1.0)) == width
