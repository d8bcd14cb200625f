"""A region's detail and the state of the sources as small blobs: column by column, since columns compress well."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from workshop_tui.model.outcome import Outcome
from workshop_tui.model.recording import PlatformFrame
from workshop_tui.model.region_detail import NodeView, RegionDetail, WorkspaceView
from workshop_tui.store.columns import clean, clean_tree

View = TypeVar("View", NodeView, WorkspaceView)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LEVEL = 9


Names = tuple[str, ...]
"""What of a workspace stays the same from minute to minute."""

_NAMES = ("owner", "name", "node", "namespace", "pod", "template")
_FRESH_SHARE = 0.2
"""With more new workspaces than this a frame stands alone."""


class _Columns(msgspec.Struct, array_like=True):
    region: str
    taken_at: int | None
    """Milliseconds since 1970, as every time here."""
    unknown: list[str]
    nodes: dict[str, list[Any]]
    """Field name -> its value in each row."""
    names: dict[str, list[str]]
    """Of the workspaces that the base does not have."""
    order: list[int]
    """Of each workspace, the place of its names: among the base's, then among those here."""
    workspaces: dict[str, list[Any]]
    """All other fields."""


@dataclass(frozen=True, slots=True)
class Encoded:
    blob: bytes
    names: dict[Names, int] | None
    """What later frames may refer to; None: this one refers to its base."""


def encode_region(detail: RegionDetail, base: Mapping[Names, int] | None = None) -> Encoded:
    """Takes milliseconds for a thousand workspaces; times are kept to the millisecond. Known secrets are masked.

    `base`: the names in an earlier frame of the region, which this one may refer to.
    """
    named = [tuple(clean(getattr(row, name)) for name in _NAMES) for row in detail.workspaces]
    fresh = list(dict.fromkeys(names for names in named if base is None or names not in base))
    if base is not None and len(fresh) > _FRESH_SHARE * len(base):
        base, fresh = None, list(dict.fromkeys(named))
    places = {**(base or {}), **{names: len(base or ()) + index for index, names in enumerate(fresh)}}
    columns = _Columns(
        clean(detail.region),
        _number(detail.taken_at),
        [clean(line) for line in detail.unknown],
        _columns(NodeView, detail.nodes),
        {name: [names[index] for names in fresh] for index, name in enumerate(_NAMES)},
        [places[names] for names in named],
        _columns(WorkspaceView, detail.workspaces, without=_NAMES),
    )
    blob = zlib.compress(msgspec.msgpack.encode(columns), _LEVEL)
    return Encoded(blob, places if base is None else None)


def decode_region(blob: bytes, base: bytes | None = None) -> RegionDetail:
    """Fields that the program knows and the frame does not hold have their default."""
    columns = _decode(blob)
    known = [names for each in (base, blob) if each is not None for names in _named(_decode(each))]
    names = {name: [known[place][index] for place in columns.order] for index, name in enumerate(_NAMES)}
    return RegionDetail(
        columns.region,
        _time(columns.taken_at),
        _rows(NodeView, columns.nodes),
        _rows(WorkspaceView, {**names, **columns.workspaces}),
        tuple(columns.unknown),
    )


def _named(columns: _Columns) -> list[Names]:
    return list(zip(*(columns.names[name] for name in _NAMES), strict=True))


def _decode(blob: bytes) -> _Columns:
    return msgspec.msgpack.decode(zlib.decompress(blob), type=_Columns)


def encode_platform(frame: PlatformFrame) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(clean_tree(msgspec.to_builtins(frame))), _LEVEL)


def decode_platform(blob: bytes) -> PlatformFrame:
    return msgspec.convert(msgspec.msgpack.decode(zlib.decompress(blob)), PlatformFrame)


def _columns(view: type[View], rows: Sequence[View], without: Collection[str] = ()) -> dict[str, list[Any]]:
    names = [part.name for part in fields(view) if part.name not in without]
    return {name: [_plain(getattr(row, name)) for row in rows] for name in names}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _number(value)
    if isinstance(value, timedelta):
        return value // _MILLISECOND
    return clean(str(value)) if isinstance(value, str) else value


def _number(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MILLISECOND


def _rows(view: type[View], columns: dict[str, list[Any]]) -> tuple[View, ...]:
    known = [part.name for part in fields(view) if part.name in columns]
    lists = [[_BACK[name](value) for value in columns[name]] if name in _BACK else columns[name] for name in known]
    return tuple(view(**dict(zip(known, row, strict=True))) for row in zip(*lists, strict=True))


def _time(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + number * _MILLISECOND


def _span(number: int | None) -> timedelta | None:
    return None if number is None else number * _MILLISECOND


_BACK: dict[str, Callable[[Any], Any]] = {
    "outcome": Outcome,
    "since": _time,
    "measured_at": _time,
    "full_in": _span,
}
