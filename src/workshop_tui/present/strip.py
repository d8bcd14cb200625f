"""The status strip: two lines on top of every room."""

from __future__ import annotations

from datetime import timedelta

from workshop_tui.model.attention import RegionHealth, StripView
from workshop_tui.model.decision import Verdict
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import age, clock_pair, countdown, short
from workshop_tui.present.outcome import symbol, tone

_SPACE = cell("  ")


def first_line(view: StripView, width: int) -> Cell:
    """Loses the title's tail, then the regions' names, before it loses a status."""
    mode = cell(f" {view.mode} ", Tone.REHEARSAL) + cell(" ") if view.mode else Cell()
    workshop = view.workshop
    title = cell(workshop.title if workshop else "No workshop yet", Tone.STRONG)
    when = _phase(view)
    clock = cell(clock_pair(view.now, workshop.timezone if workshop else "UTC"), Tone.MUTED)
    verdict = _verdict(view)
    regions = _regions(view.regions, view, names=True)
    line = _join(mode + title, when, clock, verdict, regions)
    if len(line.text) <= width:
        return line
    short_clock = cell(clock.text.split(" UTC")[0][-5:] + " UTC", Tone.MUTED)
    regions = _regions(view.regions, view, names=len(view.regions) <= 3 and width >= 100)
    rest = _join(when, verdict, regions) if width < 100 else _join(when, short_clock, verdict, regions)
    room = width - len(mode.text) - len(rest.text) - 2
    name = title.text if len(title.text) <= room else title.text[: max(0, room - 1)] + "…"
    return _join(mode + cell(name if room > 3 else "", Tone.STRONG), rest)


def second_line(view: StripView) -> Cell:
    """Empty when nothing needs eyes."""
    if view.trouble:
        return cell("✗ ", Tone.FAIL) + cell(view.trouble, Tone.FAIL)
    tail = Cell()
    if view.open_incident_count:
        plural = "s" if view.open_incident_count > 1 else ""
        tail = cell(f"   {view.open_incident_count} open incident{plural}", Tone.WARN)
    look = view.look_here
    if look is None:
        return tail
    return (
        cell("LOOK HERE ", Tone.ACCENT)
        + cell(f" {symbol(look.outcome)} {look.subject}", tone(look.outcome))
        + cell(f" — {look.message}" if look.message else "")
        + tail
    )


def _join(*cells: Cell) -> Cell:
    line = Cell()
    for piece in cells:
        if piece.text:
            line = line + _SPACE + piece if line.text else piece
    return line


def _phase(view: StripView) -> Cell:
    workshop = view.workshop
    if workshop is None:
        return Cell()
    before = workshop.starts_at - view.now
    if before > timedelta():
        return cell("T-" + (short(before) if before >= timedelta(hours=1) else countdown(before)), Tone.ACCENT)
    left = workshop.ends_at - view.now
    if left > timedelta():
        return cell("LIVE ", Tone.ACCENT) + cell(f"{countdown(left)} left", Tone.STRONG)
    return cell(f"ended {short(left)} ago", Tone.MUTED)


def _verdict(view: StripView) -> Cell:
    if view.verdict is None:
        return Cell()
    go = view.verdict is Verdict.GO
    words = "GO" if go else "NO-GO"
    count = f" {view.blocker_count} blocker{'s' if view.blocker_count != 1 else ''}" if view.blocker_count else ""
    line = cell(("✓ " if go else "✗ ") + words, Tone.PASS if go else Tone.FAIL) + cell(count, Tone.FAIL)
    if view.decision is not None and view.decision.verdict is not view.verdict:
        signed = "GO" if view.decision.verdict is Verdict.GO else "NO-GO"
        line += cell(f" (signed {signed} by {view.decision.signed_by})", Tone.WAIVED)
    elif view.decision is not None:
        line += cell(f" signed {view.decision.signed_by}", Tone.MUTED)
    return line


def _regions(regions: tuple[RegionHealth, ...], view: StripView, *, names: bool) -> Cell:
    line = Cell()
    for region in regions:
        sign, kind = ("●", Tone.PASS) if not region.failing else ("◐", Tone.WARN)
        if region.blind:
            sign, kind = "○", Tone.FAIL
        if not region.total:
            sign, kind = "–", Tone.MUTED
        name = region.name if names else region.name[:3]
        late = ""
        if region.failing:
            late = " " + (age(region.oldest_at, view.now) if region.oldest_at else "no data")
        line = _join(line, cell(name + " ") + cell(sign + late, kind))
    return line
