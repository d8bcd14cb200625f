"""Workspaces as rows, the worst first, and one of them in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from workshop_tui.model.coder import Workspace
from workshop_tui.model.kubernetes import ImagePull, PodFailure
from workshop_tui.model.number import size
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.region_detail import WorkspaceView
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age, local_time
from workshop_tui.present.nodes import short_name
from workshop_tui.present.outcome import symbol, tone
from workshop_tui.present.region import why_unknown

COLUMNS = (
    Column(15),
    Column(12, flexible=True, weight=2),
    Column(12, flexible=True),
    Column(14, flexible=True, drop_below=124),
    Column(16, flexible=True, drop_below=104),
    Column(6, right=True),
    Column(9, right=True, drop_below=84),
    Column(16, flexible=True, weight=3),
)
"""Names and reasons keep room: what else is told of it comes only where there is more than enough."""


def key_of(view: WorkspaceView) -> str:
    """Stays when its pod is replaced."""
    return f"{view.owner}/{view.name}" if view.owner or view.name else view.pod


def heading() -> Row:
    titles = ("State", "Person", "Workspace", "Template", "Node", "since", "storage", "Why")
    return Row("#head", tuple(cell(title, Tone.MUTED) for title in titles), heading=True)


def workspace_rows(views: Iterable[WorkspaceView], now: datetime, words: tuple[str, ...] = ()) -> list[Row]:
    rows = [_row(view, age(view.since, now) if view.since else "") for view in views]
    return [row for row in rows if all(any(word in one.text.lower() for one in row.cells) for word in words)]


@lru_cache(maxsize=4096)
def _row(view: WorkspaceView, since: str) -> Row:
    """Remembered: of a region's two thousand a few change in a second."""
    why = view.reason
    if view.restarts:
        why = f"{view.restarts} restart{'s' if view.restarts > 1 else ''}" + (f": {why}" if why else "")
    return Row(
        key_of(view),
        (
            cell(f"{symbol(view.outcome)} {view.state}", tone(view.outcome)),
            cell(view.owner or "?"),
            cell(view.name),
            cell(view.template, Tone.MUTED),
            cell(short_name(view.node), Tone.MUTED),
            cell(since, Tone.MUTED),
            cell(size(view.storage_used_bytes) if view.storage_used_bytes is not None else "", Tone.MUTED),
            cell(why),
        ),
    )


def workspace_lines(
    view: WorkspaceView,
    coder: Workspace | None,
    told: Sequence[ImagePull | PodFailure] | None,
    now: datetime,
    timezone: str,
    absent: str = "not known here",
    *,
    unknown: Sequence[str] = (),
    last_seen_at: datetime | None = None,
) -> list[Cell]:
    """`coder`: its build as Coder knows it; `told`: what events said of its pod, oldest first.

    `absent` says why either is None; `unknown`: what cannot be known of its region now; `last_seen_at`: when it was
    last there, if it is not there now.
    """
    why = why_unknown(unknown)
    state = cell(f"{symbol(view.outcome)} {view.state}", tone(view.outcome))
    state += cell(f"  {view.reason}" if view.reason else "")
    if why and view.outcome is Outcome.UNKNOWN:
        state += cell(f"  {why}", Tone.UNKNOWN)
    lines = [
        state if last_seen_at is None else _not_there(last_seen_at, why, now, timezone),
        _fact("person", view.owner or "nobody is named"),
        _fact("template", view.template or "?"),
        _fact("pod", f"{view.namespace}/{view.pod}" if view.pod else "none"),
        _fact("node", view.node or "none"),
        _fact("restarts", str(view.restarts)),
        _fact("storage", size(view.storage_used_bytes) if view.storage_used_bytes is not None else "not told"),
        Cell(),
        cell("Build", Tone.STRONG),
    ]
    lines += _stages(coder, now) if coder else [cell(f"  ? Coder's side of it: {absent}", Tone.UNKNOWN)]
    if coder is not None:
        lines += [Cell(), cell("Agents", Tone.STRONG)]
        lines += [cell(f"  {agent.name}  {agent.status}  {agent.lifecycle}") for agent in coder.agents] or [
            cell("  none yet", Tone.MUTED)
        ]
    lines += [Cell(), cell("Events of its pod", Tone.STRONG)]
    for one in reversed(told or ()):
        if isinstance(one, ImagePull):
            words, at, said = f"pulled {one.image} in {one.seconds:.0f} s", one.finished_at, Tone.PLAIN
        else:
            words, at, said = f"{one.reason}: {one.message}", one.at, Tone.WARN
        lines.append(cell(f"  {local_time(at, timezone, '%H:%M:%S')}  ", Tone.MUTED) + cell(words, said))
    if told is None:
        lines.append(cell(f"  ? {absent}", Tone.UNKNOWN))
    elif not told:
        lines.append(cell("  none that tells anything", Tone.MUTED))
    return lines


def _not_there(last_seen_at: datetime, why: str, now: datetime, timezone: str) -> Cell:
    seen = f"last seen {local_time(last_seen_at, timezone, '%H:%M:%S')}"
    if why:
        return cell("? is not seen now; ", Tone.UNKNOWN) + cell(f"{seen}; {why}")
    if last_seen_at > now:  # a replay went back
        return cell("– is not there yet; ", Tone.WARN) + cell(seen)
    return cell("– is gone; ", Tone.WARN) + cell(f"{seen}, {age(last_seen_at, now)} ago")


def _stages(coder: Workspace, now: datetime) -> list[Cell]:
    """Each with how long it took, or takes so far."""
    connected = [agent.first_connected_at for agent in coder.agents]
    marks: list[tuple[str, datetime | None]] = [
        ("queued", coder.created_at),
        ("provisioning", coder.job_started_at),
        ("agent connects", coder.job_completed_at),
        ("start-up script", max((at for at in connected if at is not None), default=None) if all(connected) else None),
        ("ready", coder.ready_at),
    ]
    lines = []
    for i, ((stage, began_at), (_, ended_at)) in enumerate(pairwise(marks)):
        if began_at is None:
            passed = any(at is not None for _, at in marks[i + 1 :])
            lines.append(cell(f"  {stage:<16}", Tone.MUTED) + cell("not told" if passed else "not yet", Tone.MUTED))
        elif ended_at is not None:
            lines.append(cell(f"  {stage:<16}") + cell(f"{max(0.0, (ended_at - began_at).total_seconds()):.0f} s"))
        else:
            place = f", {coder.queue_position} of {coder.queue_size}" if stage == "queued" and coder.queue_size else ""
            lines.append(cell(f"  {stage:<16}") + cell(f"for {age(began_at, now)}{place}", Tone.ACCENT))
    if coder.job_error:
        lines.append(cell(f"  {coder.job_error}", Tone.FAIL))
    return lines


def _fact(name: str, value: str) -> Cell:
    return cell(f"{name:<10}", Tone.MUTED) + cell(value)
