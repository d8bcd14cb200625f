"""The list of rows, alone in an app."""

from __future__ import annotations

from textual.app import App, ComposeResult

from workshop_tui.present.cell import Column, Row, Tone, cell
from workshop_tui.themes import DEFAULT_VARIABLES
from workshop_tui.widgets.row_list import RowList


class ListApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.moved: list[str] = []
        self.chosen: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

    def compose(self) -> ComposeResult:
        yield RowList((Column(3), Column(8, flexible=True), Column(5, right=True, drop_below=30)), empty="nothing here")

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        self.moved.append(message.key)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.chosen.append(message.key)

    @property
    def rows(self) -> RowList:
        return self.query_one(RowList)

    def lines(self) -> list[str]:
        return [self.rows.render_line(y).text for y in range(self.rows.size.height)]


def rows(*names: str, said: str = "text") -> list[Row]:
    heading = Row("#first", (cell("A heading that spans"),), heading=True)
    return [heading, *(Row(name, (cell("✓"), cell(f"{name} {said}"), cell("8 s", Tone.MUTED))) for name in names)]


async def test_the_cursor_begins_at_the_first_row_that_is_not_a_heading() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows("ana", "bo"))
        await pilot.pause()
        assert app.rows.cursor_key == "ana"


async def test_keys_move_over_headings_and_enter_chooses() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows([*rows("ana"), *rows("bo", "cleo")])
        app.rows.focus()
        await pilot.press("down", "j", "j", "k", "enter")
        assert app.chosen == ["bo"]
        await pilot.press("home", "enter", "end", "enter")
        assert app.chosen == ["bo", "ana", "cleo"]


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows("ana", "bo"))
        app.rows.cursor_key = "bo"
        app.rows.update_rows(rows("new", "ana", "bo", "cleo"))
        await pilot.pause()
        assert app.rows.cursor_key == "bo"
        app.rows.update_rows(rows("ana"))
        await pilot.pause()
        assert app.rows.cursor_key == "ana"


async def test_words_that_do_not_fit_end_in_an_ellipsis_and_numbers_stand_right() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.rows.update_rows(rows("ana", said="says more than the column can hold, much more"))
        await pilot.pause()
        line = app.lines()[1]
        assert "…" in line
        assert line.rstrip().endswith("8 s")
        assert len(line) == app.rows.scrollable_content_region.width


async def test_the_least_important_column_is_left_out_where_it_is_narrow() -> None:
    app = ListApp()
    async with app.run_test(size=(24, 10)) as pilot:
        app.rows.update_rows(rows("ana"))
        await pilot.pause()
        assert "8 s" not in app.lines()[1]


async def test_outside_text_with_brackets_emoji_and_wide_signs_keeps_the_line_whole() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.rows.update_rows(rows("[bold]名前名前名前名前名前[/] 🎉🎉🎉"))
        await pilot.pause()
        strip = app.rows.render_line(1)
        assert "[bold]" in strip.text
        assert strip.cell_length == app.rows.scrollable_content_region.width


async def test_an_empty_list_says_why() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.rows.update_rows([])
        await pilot.pause()
        assert "nothing here" in app.lines()[0]
        await pilot.press("down", "enter")
        assert app.chosen == []


async def test_only_the_rows_that_differ_are_painted_again() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows("ana", "bo", "cleo"))
        await pilot.pause()
        painted: list[int] = []
        refresh_line = app.rows.refresh_line
        app.rows.refresh_line = lambda y: (painted.append(y), refresh_line(y))[1]  # type: ignore[method-assign]
        new = rows("ana", "bo", "cleo")
        new[2] = Row("bo", (cell("✗"), cell("bo changed"), cell("")))
        app.rows.update_rows(new)
        assert painted == [2]
