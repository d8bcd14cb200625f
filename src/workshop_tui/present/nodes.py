"""The nodes of a region as bars, the fullest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from workshop_tui.model.number import number_text
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.region_detail import NodeView
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age
from workshop_tui.present.number import size
from workshop_tui.present.outcome import symbol, tone

_BAR = 20
COLUMNS = (
    Column(18, flexible=True),
    Column(_BAR + 6),
    Column(10, right=True),
    Column(10, right=True, drop_below=76),
    Column(6, right=True),
    Column(10, right=True, drop_below=100),
    Column(10, right=True, drop_below=112),
    Column(16, flexible=True, drop_below=128),
    Column(6, right=True),
)
_SOON = timedelta(minutes=30)
_PARTS = " ▏▎▍▌▋▊▉█"


def heading() -> Row:
    titles = ("Node", "Storage used", "full in", "free", "people", "CPU asked", "mem asked", "pool", "age")
    return Row("#head", tuple(cell(title, Tone.MUTED) for title in titles), heading=True)


def node_rows(nodes: Sequence[NodeView], now: datetime, words: tuple[str, ...] = ()) -> list[Row]:
    rows = [_row(node, now) for node in nodes]
    return [row for row in rows if all(any(word in one.text.lower() for one in row.cells) for word in words)]


def bar(share: float | None, width: int = _BAR) -> str:
    """Eighths of a block; empty for what is unknown."""
    if share is None:
        return " " * width
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (_PARTS[part] if part else "")).ljust(width)


def short_name(node: str) -> str:
    """Without the domain that all nodes of a cloud share."""
    host, _, domain = node.partition(".")
    return host if domain and not host.isdigit() else node


def _row(node: NodeView, now: datetime) -> Row:
    share = node.used_share
    name = cell(f"{symbol(node.outcome)} ", tone(node.outcome)) + cell(short_name(node.name))
    for wrong, word in ((node.disk_pressure, "DiskPressure"), (node.ready is False, "not ready")):
        if wrong:
            name += cell(f" {word}", Tone.FAIL)
    if node.unschedulable:
        name += cell(" cordoned", Tone.MUTED)
    used = cell(bar(share), tone(node.outcome)) + cell(f" {number_text(share, 'share'):>5}", tone(node.outcome))
    if node.outcome is Outcome.UNKNOWN:
        used = cell("? does not tell", Tone.UNKNOWN)
    return Row(
        node.name,
        (
            name,
            used,
            _full_in(node),
            cell(size(node.available_bytes) if node.available_bytes is not None else "", Tone.MUTED),
            cell(str(node.workspace_count)),
            _share(node.cpu_requested_cores, node.cpu_cores),
            _share(node.memory_requested_bytes, node.memory_bytes),
            cell(node.pool, Tone.MUTED),
            cell(age(node.measured_at, now) if node.measured_at else "", Tone.MUTED),
        ),
    )


def _full_in(node: NodeView) -> Cell:
    if node.full_in is None:
        return Cell()
    minutes = node.full_in / timedelta(minutes=1)
    if minutes > 24 * 60:
        return cell("> 1 d", Tone.MUTED)
    text = f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
    return cell(text, Tone.FAIL if node.full_in <= _SOON else Tone.PLAIN)


def _share(asked: float, of: float | None) -> Cell:
    if not of:
        return cell("?", Tone.UNKNOWN)
    share = asked / of
    return cell(number_text(share, "share"), Tone.WARN if share >= 0.95 else Tone.PLAIN)
