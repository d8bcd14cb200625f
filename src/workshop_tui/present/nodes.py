"""The nodes of a region as bars, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from workshop_tui.model.number import number_text, size
from workshop_tui.model.region_detail import NodeView
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age
from workshop_tui.present.outcome import symbol, tone

_BAR = 10
COLUMNS = (
    Column(30, flexible=True),
    Column(_BAR + 6),
    Column(7, right=True),
    Column(8, right=True, drop_below=87),
    Column(10, right=True),
    Column(9, right=True, drop_below=98),
    Column(9, right=True, drop_below=109),
    Column(16, flexible=True, drop_below=127),
    Column(6, right=True),
)
"""A name of 15 with a wrong condition before it has room wherever its column has."""
_SOON = timedelta(minutes=30)
_PARTS = " ▏▎▍▌▋▊▉█"


def heading() -> Row:
    titles = ("Node", "Storage used", "full in", "free", "workspaces", "CPU asked", "mem asked", "pool", "age")
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
    name = cell(f"{symbol(node.outcome)} ", tone(node.outcome))
    for holds, word, said in (
        (node.ready is False, "not ready ", Tone.FAIL),
        (node.ready is None, "ready? ", Tone.UNKNOWN),
        (node.disk_pressure, "DiskPressure ", Tone.FAIL),
    ):
        if holds:
            name += cell(word, said)
    name += cell(short_name(node.name))
    if node.unschedulable:
        name += cell(" cordoned", Tone.MUTED)
    of_disk = Tone.PLAIN if node.ready is False else tone(node.outcome)
    used = cell(f"{bar(share)} {number_text(share, 'share'):>5}", of_disk)
    if share is None:
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
