"""Room 1: the guide's checklist, deciding itself where a machine can know."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from workshop_tui.model.checklist import Checklist, ItemView
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.topic import Topic
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.checklist import COLUMNS, checklist_rows, phase_tab
from workshop_tui.present.item_detail import item_lines, remedy_actions, remedy_command
from workshop_tui.screens.dialogs.action_choice import ask_for_action
from workshop_tui.screens.dialogs.capacity import CapacityPlan
from workshop_tui.screens.dialogs.card import Card
from workshop_tui.screens.dialogs.go_no_go import GoNoGo
from workshop_tui.screens.dialogs.hazards import Hazards
from workshop_tui.screens.dialogs.history import History
from workshop_tui.screens.dialogs.messages import Messages
from workshop_tui.screens.dialogs.note_editor import NoteEditor
from workshop_tui.screens.dialogs.smoke import SmokeTests
from workshop_tui.screens.offered import offered
from workshop_tui.screens.room import Room
from workshop_tui.widgets.detail_pane import DetailPane
from workshop_tui.widgets.row_list import RowList
from workshop_tui.widgets.tones import to_content


class ChecklistRoom(Room):
    CSS_PATH = "checklist.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "settle('done')", "done", id="checklist.done", tooltip="Mark done, or open again"),
        Binding(
            "w",
            "settle('not-needed')",
            "not needed",
            id="checklist.not-needed",
            tooltip="Not needed, with a reason; over a sensed item: waive it",
        ),
        Binding("d", "settle('deferred')", "defer", show=False, id="checklist.defer", tooltip="Defer, with a reason"),
        Binding("r", "rerun('item')", "run", id="checklist.run", tooltip="Ask again for this item"),
        Binding(
            "R",
            "rerun('phase')",
            "run phase",
            show=False,
            id="checklist.run-phase",
            tooltip="Ask again for all of this phase",
        ),
        Binding(
            "F",
            "rerun('failed')",
            "run failed",
            show=False,
            id="checklist.run-failed",
            tooltip="Ask again for all that fails or is unknown",
        ),
        Binding(
            "full_stop",
            "next_open",
            "next open",
            key_display=".",
            id="checklist.next-open",
            tooltip="Go to the next open item",
        ),
        Binding("o", "owner", "owner", show=False, id="checklist.owner", tooltip="Who takes care of it"),
        Binding("n", "note", "note", show=False, id="checklist.note", tooltip="Write a note"),
        Binding(
            "u", "undo", "undo", show=False, id="checklist.undo", tooltip="Undo the newest change of the checklist"
        ),
        Binding(
            "h", "history", "history", show=False, id="checklist.history", tooltip="Who changed this item, and when"
        ),
        Binding("c", "copy", "copy fix", show=False, id="checklist.copy", tooltip="Copy the command that mends it"),
        Binding(
            "a", "act", "do fix", show=False, id="checklist.act", tooltip="Scale or pause what mends it, after a yes"
        ),
        Binding(
            "m",
            "message",
            "message",
            show=False,
            id="checklist.message",
            tooltip="Read, copy and note as sent: the messages to participants",
        ),
        Binding("t", "card", "T-0 card", show=False, id="checklist.card", tooltip="Confirm the T-0 card line by line"),
        Binding("z", "hazards", "hazards", show=False, id="checklist.hazards", tooltip="What disturbs the window"),
        Binding(
            "p", "plan", "plan", show=False, id="checklist.plan", tooltip="What the expected people need and wait for"
        ),
        Binding(
            "s",
            "smoke",
            "smoke test",
            show=False,
            id="checklist.smoke",
            tooltip="Smoke test in every region; asks first",
        ),
        Binding("g", "decide", "Go/No-Go", id="checklist.decide", tooltip="Decide and sign Go or No-Go"),
        Binding(
            "right_square_bracket",
            "phase(1)",
            "next phase",
            show=False,
            key_display="]",
            id="checklist.next-phase",
            tooltip="Next phase",
        ),
        Binding(
            "left_square_bracket",
            "phase(-1)",
            "previous phase",
            show=False,
            key_display="[",
            id="checklist.previous-phase",
            tooltip="Previous phase",
        ),
        Binding("escape", "back", "back", show=False, id="checklist.back", tooltip="From the detail back to the list"),
    ]

    _stands_on_first: bool = True

    def compose_room(self) -> ComposeResult:
        yield Static(id="phases", markup=False)
        with Horizontal(id="body"):
            yield RowList(COLUMNS, id="items")
            yield DetailPane(id="detail")

    @property
    def _items(self) -> RowList:
        return self.query_one("#items", RowList)

    @property
    def _checklist(self) -> Checklist | None:
        return self.runtime.checklist if self.runtime else None

    @property
    def _chosen(self) -> ItemView | None:
        key = self._items.cursor_key
        return self._checklist.view(key) if self._checklist and key else None

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._items.focus()

    def show_changes(self, topics: frozenset[Topic]) -> None:
        if topics & {Topic.CHECKLIST, Topic.WORKSHOP, Topic.DECISIONS}:
            self._show_all()

    def show_time(self) -> None:
        self._show_all()

    def _show_all(self) -> None:
        runtime, checklist, record = self.runtime, self._checklist, self.record
        if runtime is None or checklist is None or record is None:
            return
        now, timezone = runtime.clock.now(), record.workshop.timezone
        if self._stands_on_first and (first := checklist.next_open()):
            self._stands_on_first = False
            self._items.cursor_key = None
            self._items.update_rows(checklist_rows(checklist, now, timezone))
            self._items.cursor_key = first.item.id
        else:
            self._items.update_rows(checklist_rows(checklist, now, timezone))
        self._show_phases()
        self._show_detail()

    def _show_phases(self) -> None:
        checklist, runtime, chosen = self._checklist, self.runtime, self._chosen
        if checklist is None or runtime is None:
            return
        line = Cell()
        for phase in checklist.phases:
            current = chosen is not None and chosen.item.phase == phase.phase.id
            tab = phase_tab(phase, runtime.clock.now())
            line += (
                (cell("▸", Tone.ACCENT) if current else cell(" ")) + tab + cell("  " if self.size.width >= 100 else "")
            )
        self.query_one("#phases", Static).update(to_content(line))

    def _show_detail(self, *, from_top: bool = False) -> None:
        if (view := self._chosen) and self.runtime and self.record:
            lines = item_lines(
                view,
                self.runtime.clock.now(),
                self.record.workshop.timezone,
                may_act=offered("act", self.runtime),
            )
            self.query_one("#detail", DetailPane).show(lines, from_top=from_top)

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._show_detail(from_top=True)
        self._show_phases()

    @on(RowList.Chosen)
    def _open_detail(self) -> None:
        self.add_class("-detail")
        self.query_one("#detail").focus()

    def action_back(self) -> None:
        self.remove_class("-detail")
        self._items.focus()

    def action_next_open(self) -> None:
        checklist = self._checklist
        if checklist and (view := checklist.next_open(self._items.cursor_key)):
            self._items.cursor_key = view.item.id
        else:
            self.notify("Nothing is open.", timeout=3)

    def action_phase(self, step: int) -> None:
        checklist, chosen = self._checklist, self._chosen
        if checklist is None or chosen is None:
            return
        phases = [phase for phase in checklist.phases if phase.items]
        at = next(i for i, phase in enumerate(phases) if phase.phase.id == chosen.item.phase)
        self._items.cursor_key = phases[(at + step) % len(phases)].items[0].item.id

    def action_settle(self, wanted: str) -> None:
        view = self._chosen
        if view is None:
            return
        status = ItemStatus(wanted)
        item_id = view.item.id
        if view.overridden or (not view.is_sensed and view.state.status is status):
            self.do(lambda record: record.set_status(item_id, ItemStatus.OPEN))
            return
        if view.sensed is Outcome.PASS:
            self.notify("It passes by itself: there is nothing to settle.", timeout=3)
            return
        if status is ItemStatus.DONE and not view.is_sensed:
            self.do(lambda record: record.set_status(item_id, ItemStatus.DONE))
            return
        titles = {
            ItemStatus.DONE: f"Settle over what is sensed ({view.sensed}): why?",
            ItemStatus.NOT_NEEDED: "Waive what is sensed: why?" if view.is_sensed else "Not needed: why?",
            ItemStatus.DEFERRED: "Defer: why, and until when?",
        }

        def decided(reason: str | None) -> None:
            if reason:
                self.do(lambda record: record.set_status(item_id, status, reason), draft=place)

        place = f"item.{item_id}.{status}"
        self.control_room.ask(titles[status], place, decided, hint=view.item.title, required=True)

    def action_owner(self) -> None:
        if view := self._chosen:
            item_id = view.item.id

            def decided(owner: str | None) -> None:
                if owner is not None:
                    self.do(lambda record: record.set_owner(item_id, owner), draft=place)

            place = f"item.{item_id}.owner"
            self.control_room.ask("Who takes care of it?", place, decided, value=view.state.owner, hint=view.item.title)

    def action_note(self) -> None:
        if (view := self._chosen) and self.record:
            item, drafts = view.item, self.control_room
            draft = drafts.text_draft(f"note.{item.id}")
            self.app.push_screen(
                NoteEditor(self.record, item.id, item.title, view.state.note, drafts, drafts.pace, draft)
            )

    def action_undo(self) -> None:
        record = self.record
        if record is None:
            return

        async def undo() -> None:
            entry = await record.undo()
            if entry is None:
                self.notify("Nothing is left to undo.", timeout=3)
            else:
                self._items.cursor_key = entry.subject
                stays = f"; {' and '.join(entry.left)} stays, since it was changed after" if entry.left else ""
                self.notify(f"Undone: {entry.subject}{stays}", timeout=5, markup=False)

        self.do(lambda _: undo())

    def action_history(self) -> None:
        if (view := self._chosen) and self.runtime and self.record:
            self.app.push_screen(History(self.runtime, view.item))

    def action_message(self) -> None:
        if self.runtime and self.record:
            self.app.push_screen(Messages(self.runtime, view.item.message if (view := self._chosen) else ""))

    def action_card(self) -> None:
        if self.runtime and self.record:
            self.app.push_screen(Card(self.runtime))

    def action_plan(self) -> None:
        if self.runtime and self.record:
            self.app.push_screen(CapacityPlan(self.runtime))

    def action_smoke(self) -> None:
        if self.runtime and self.record:
            self.app.push_screen(SmokeTests(self.runtime))

    def action_hazards(self) -> None:
        if self.runtime and self.record:
            self.app.push_screen(Hazards(self.runtime))

    def action_copy(self) -> None:
        command = remedy_command(view) if (view := self._chosen) else None
        if command is None:
            self.notify("This item offers no command.", timeout=3)
        else:
            self.app.copy_to_clipboard(command)
            self.notify(f"Copied: {command}", timeout=5, markup=False)

    def action_act(self) -> None:
        runtime, view = self.runtime, self._chosen
        if runtime is None or view is None:
            return
        actions = remedy_actions(view.results)
        if not actions:
            self.notify("Nothing here is mended by scaling or pausing.", timeout=3)
            return
        ask_for_action(self.app, runtime, actions, view.item.sensed_by)

    def action_decide(self) -> None:
        if self.runtime and self.record and self._checklist:
            rooms, place = self.control_room, "decision.reason"
            self.app.push_screen(
                GoNoGo(
                    self.runtime,
                    self.record,
                    self._checklist.readiness,
                    reason=rooms.draft(place),
                    keep_draft=lambda text: rooms.keep_draft(place, text),
                )
            )

    def action_rerun(self, what: str) -> None:
        runtime, checklist, chosen = self.runtime, self._checklist, self._chosen
        if runtime is None or checklist is None or chosen is None:
            return
        views = {
            "item": [chosen],
            "phase": [view for view in checklist.items if view.item.phase == chosen.item.phase],
            "failed": [view for view in checklist.items if view.sensed in (Outcome.FAIL, Outcome.UNKNOWN)],
        }[what]
        check_ids = list(
            dict.fromkeys(check_id for view in views for check_id in view.item.sensed_by if view.is_sensed)
        )
        if not check_ids:
            self.notify("Nothing here is sensed: a person decides.", timeout=3)
            return
        self.run_worker(runtime.rerun(check_ids), group="rerun")
