"""Whether a message was sent, as a line."""

from __future__ import annotations

from workshop_tui.model.record import SentMessage
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import local_time


def sent_cell(sent: SentMessage | None, workshop: Workshop) -> Cell:
    if sent is None:
        return cell("not sent yet", Tone.MUTED)
    line = cell(f"sent by {sent.sent_by}, {local_time(sent.sent_at, workshop.timezone)}", Tone.PASS)
    if sent.starts_at != workshop.starts_at:
        told = local_time(sent.starts_at, workshop.timezone)
        line = cell(f"it told {told}: the workshop was moved since", Tone.FAIL)
    return line
