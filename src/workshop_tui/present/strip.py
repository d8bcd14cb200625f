"""The status strip: two lines on top of every room."""

from __future__ import annotations

from datetime import timedelta

from workshop_tui.model.attention import RegionHealth, StripView
from workshop_tui.model.decision import Verdict
from workshop_tui.present.cell import Cell, Tone, cell
from workshop_tui.present.duration import age, clock_pair, countdown, short
from workshop_tui.present.outcome import symbol, tone
from workshop_tui.present.platform_changes import left_cell

_SPACE = cell("  ")
_LEAST_TITLE = 12
_LEAST_MESSAGE = 24


def first_line(view: StripView, width: int) -> Cell:
    """Loses the clocks, then the title's tail, then the regions' names, before it loses a status."""
    mode_tone = Tone.REPLAY if view.mode == "REPLAY" else Tone.REHEARSAL
    mode = cell(f" {view.mode} ", mode_tone) + cell(" ") if view.mode else Cell()
    workshop = view.workshop
    title = workshop.title if workshop else "No workshop yet"
    when, verdict = _phase(view), _verdict(view)
    both = clock_pair(view.now, workshop.timezone if workshop else "UTC")
    clocks = (cell(both, Tone.MUTED), cell(both.split(" UTC")[0][-5:] + " UTC", Tone.MUTED), Cell())
    named, short_named = _regions(view.regions, view, names=True), _regions(view.regions, view, names=False)
    for clock in clocks:
        line = _join(mode + cell(title, Tone.STRONG), when, clock, verdict, named)
        if len(line.text) <= width:
            return line
    for regions in (named, short_named, _signs(view.regions)):
        rest = _join(when, verdict, regions)
        room = width - len(mode.text) - len(rest.text) - len(_SPACE.text)
        if room >= _LEAST_TITLE:
            return mode + _join(cell(title[: room - 1] + "…", Tone.STRONG), rest)
        if room >= -len(_SPACE.text):
            return mode + rest
    return mode + rest


def second_line(view: StripView, width: int = 200) -> Cell:
    """Empty when nothing needs eyes; the subject gives way to the message, and its tail to what is open."""
    if view.trouble:
        return cell("✗ ", Tone.FAIL) + cell(view.trouble, Tone.FAIL)
    tail = _open(view) + left_cell(view.changes_left_count)
    recorded = cell(f"   recorded by {view.recorded_by}", Tone.MUTED) if view.recorded_by else Cell()
    look = view.look_here
    if look is None:
        return tail + recorded
    most = max(24, width * 2 // 5)
    subject = look.subject if len(look.subject) <= most else look.subject[: most - 1].rstrip() + "…"
    line = (
        cell("l", Tone.STRONG)
        + cell(" LOOK HERE ", Tone.ACCENT)
        + cell(f" {symbol(look.outcome)} {subject}", tone(look.outcome))
    )
    if not look.message:
        return line + tail + recorded
    said = f" — {look.message}"
    room = width - len(line.text) - len(tail.text)
    if tail.text and _LEAST_MESSAGE <= room < len(said):
        said = said[: room - 1].rstrip(" ,·…") + "…"
    return line + cell(said) + tail + recorded


def _open(view: StripView) -> Cell:
    """How many alerts and incidents are open."""
    counts = ((view.open_alert_count, "alert"), (view.open_incident_count, "open incident"))
    said = [f"{count} {what}{'s' if count > 1 else ''}" for count, what in counts if count]
    return cell("   " + " · ".join(said), Tone.WARN) if said else Cell()


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
    if view.verdict is Verdict.NO_GO:
        plural = "s" if view.blocker_count != 1 else ""
        line = cell(f"✗ NO-GO {view.blocker_count} blocker{plural}", Tone.FAIL)
    elif view.open_item_count:
        line = cell(f"! GO, {view.open_item_count} open", Tone.WARN)
    else:
        line = cell("✓ GO", Tone.PASS)
    if view.decision is not None and view.decision.verdict is not view.verdict:
        signed = "GO" if view.decision.verdict is Verdict.GO else "NO-GO"
        line += cell(f" (signed {signed} by {view.decision.signed_by})", Tone.WAIVED)
    elif view.decision is not None:
        line += cell(f" signed {view.decision.signed_by}", Tone.MUTED)
    return line


def _signs(regions: tuple[RegionHealth, ...]) -> Cell:
    """One sign each, in the order of the settings."""
    line = Cell()
    for region in regions:
        line += cell(*_sign(region))
    return line


def _sign(region: RegionHealth) -> tuple[str, Tone]:
    if not region.total:
        return "–", Tone.MUTED
    if region.blind:
        return "○", Tone.FAIL
    return ("◐", Tone.WARN) if region.failing else ("●", Tone.PASS)


def _regions(regions: tuple[RegionHealth, ...], view: StripView, *, names: bool) -> Cell:
    line = Cell()
    for region in regions:
        sign, kind = _sign(region)
        name = region.name if names else region.name[:3]
        late = ""
        if region.failing:
            late = " " + (age(region.oldest_at, view.now) if region.oldest_at else "no data")
        line = _join(line, cell(name + " ") + cell(sign + late, kind))
    return line
