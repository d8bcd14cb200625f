"""The list of rows, alone in an app."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from fakes.driving import screen_text, until_text
from workshop_tui.app.themes import DEFAULT_VARIABLES
from workshop_tui.present.cell import Column, Row, Tone, cell
from workshop_tui.widgets.cell_list import CellList
from workshop_tui.widgets.row_list import RowList

COLUMNS = (Column(3), Column(8, flexible=True), Column(5, right=True, drop_below=30))


class ListApp(App[None]):
    CSS = ".framed { border: round white; padding: 1 2; height: 12; }"

    def __init__(self, rows: RowList | None = None) -> None:
        super().__init__()
        self.list = rows or RowList(COLUMNS, empty="nothing here")
        self.moved: list[str] = []
        self.chosen: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULT_VARIABLES

    def compose(self) -> ComposeResult:
        yield self.list

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


async def test_a_cursor_whose_row_is_gone_stays_on_its_line_or_takes_the_last() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows("ana", "bo", "cleo", "dan"))
        app.rows.cursor_key = "bo"
        app.rows.update_rows(rows("ana", "cleo", "dan"))
        await pilot.pause()
        assert app.rows.cursor_key == "cleo"
        app.rows.cursor_key = "dan"
        app.rows.update_rows(rows("ana", "cleo"))
        await pilot.pause()
        assert app.rows.cursor_key == "cleo"
        assert app.moved[-1] == "cleo"


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


NAMES = [f"person {number:02}" for number in range(40)]


def cursor_in_view(app: ListApp) -> bool:
    return any(str(app.rows.cursor_key) in line for line in app.lines())


async def test_rows_that_are_not_on_the_screen_are_not_painted() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows(*NAMES))
        await pilot.pause()
        painted: list[int] = []
        app.rows.refresh_line = painted.append  # type: ignore[method-assign]
        app.rows.update_rows(rows(*NAMES, said="said otherwise"))
        assert painted == list(range(1, 10))


async def test_a_cursor_in_view_stays_in_view_when_rows_come_above_it_and_no_other_is_fetched() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows(*NAMES[20:]))
        app.rows.cursor_key = NAMES[22]
        app.rows.update_rows(rows(*NAMES))
        await pilot.pause()
        assert cursor_in_view(app)
        app.rows.scroll_home(animate=False)
        await pilot.pause()
        app.rows.update_rows(rows(*NAMES[1:]))
        await pilot.pause()
        assert app.rows.scroll_offset.y == 0


async def test_the_heading_of_the_columns_stays_on_top_and_hides_no_row_that_is_chosen() -> None:
    app = ListApp(RowList(COLUMNS, fixed_heading=True))
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows(*NAMES))
        app.rows.focus()
        for key in ["end", *["up"] * 39, *["down"] * 20, "pageup", "pagedown", "home"]:
            await pilot.press(key)
            await pilot.pause()
            assert "A heading that spans" in app.lines()[0]
            assert cursor_in_view(app), key
        assert app.rows.scroll_offset.y == 0


async def test_a_fixed_heading_that_changes_is_painted_again_while_the_rows_are_scrolled() -> None:
    app = ListApp(RowList(COLUMNS, fixed_heading=True))
    async with app.run_test(size=(60, 10)) as pilot:
        before = rows(*NAMES)
        app.rows.update_rows(before)
        app.rows.cursor_key = NAMES[30]
        await pilot.pause()
        app.rows.update_rows([Row("#first", (cell("Another heading"),), heading=True), *before[1:]])
        await until_text(pilot, "Another heading")


async def test_headings_of_sections_scroll_with_their_rows() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.rows.update_rows(rows(*NAMES))
        app.rows.focus()
        await pilot.press("end")
        await pilot.pause()
        assert "A heading that spans" not in app.lines()[0]


async def click(pilot: Pilot[None], text: str) -> None:
    """On the first letter of this text."""
    y, line = next((y, line) for y, line in enumerate(screen_text(pilot).splitlines()) if text in line)
    await pilot.click(offset=(line.index(text), y))
    await pilot.pause()


async def test_a_click_chooses_the_row_under_the_mouse_also_inside_a_frame() -> None:
    framed = RowList(COLUMNS, fixed_heading=True)
    framed.add_class("framed")
    app = ListApp(framed)
    async with app.run_test(size=(60, 14)) as pilot:
        app.rows.update_rows(rows(*NAMES))
        await pilot.pause()
        await click(pilot, NAMES[3])
        assert app.rows.cursor_key == NAMES[3]
        app.rows.cursor_key = NAMES[30]
        await pilot.pause()
        await click(pilot, NAMES[28])
        assert app.rows.cursor_key == NAMES[28]
        await click(pilot, "A heading")
        assert (app.rows.cursor_key, app.chosen) == (NAMES[28], [])
        await click(pilot, NAMES[28])
        assert app.chosen == [NAMES[28]]


async def test_a_click_on_a_cell_inside_a_frame_goes_to_its_column() -> None:
    framed = CellList((Column(10), Column(10), Column(10)))
    framed.add_class("framed")
    steps: list[int] = []

    class Cells(ListApp):
        def on_cell_list_across(self, message: CellList.Across) -> None:
            steps.append(message.step)

    app = Cells(framed)
    async with app.run_test(size=(60, 14)) as pilot:
        framed.update_rows([Row("ana", (cell("ana"), cell("first"), cell("second")))])
        await pilot.pause()
        await click(pilot, "first")
        assert steps == []
        await click(pilot, "second")
        assert steps == [1]
