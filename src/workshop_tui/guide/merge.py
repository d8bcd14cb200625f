"""A team's file laid over the default guide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workshop_tui.settings.toml_file import key_path, suggestion

_BY_ID = ("phase", "item")

Places = dict[str, dict[int, int | None]]


@dataclass(slots=True)
class Merged:
    document: dict[str, Any]
    places: Places = field(default_factory=dict)
    """For `phase` and `item`: where an entry stands in the team's file; None for one of the default's."""
    problems: list[str] = field(default_factory=list)


def merge(default: Mapping[str, Any], own: Mapping[str, Any]) -> Merged:
    """`phase` and `item` by id: what an entry says replaces, what it does not say stays, a new id is added.

    A new item stands at the end, or behind the item that it names as `after`; `remove` drops phases and items. Every
    other key replaces the default's.
    """
    merged = Merged({**default, **{key: value for key, value in own.items() if key not in (*_BY_ID, "remove")}})
    for key in _BY_ID:
        entries = own.get(key, [])
        merged.problems += _shape(key, entries, own)
        if not merged.problems:
            _lay_over(merged, key, default[key], entries)
    if not merged.problems:
        _remove(merged, own.get("remove", []))
    return merged


def _shape(key: str, entries: object, own: Mapping[str, Any]) -> list[str]:
    if not isinstance(entries, list):
        return [f"{key}: expected entries that begin with [[{key}]]"]
    problems = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            problems.append(f"{key_path((key, index), own)}: expected a table")
        elif not isinstance(entry.get("id"), str):
            problems.append(f"{key_path((key, index, 'id'), own)}: expected text in quotes")
    return problems


def _lay_over(merged: Merged, key: str, default: list[dict[str, Any]], own: list[dict[str, Any]]) -> None:
    entries = [dict(entry) for entry in default]
    sources: dict[str, int] = {}
    for index, entry in enumerate(own):
        said = dict(entry)
        after = said.pop("after", None) if key == "item" else None
        at = _position(entries, said["id"])
        if at is None:
            entries.append(said)
        else:
            entries[at] = {**entries[at], **said}
        sources[said["id"]] = index
        if after is not None:
            _move(merged, entries, said["id"], after, key_path((key, index, "after"), {key: own}))
    merged.document[key] = entries
    merged.places[key] = {at: sources.get(entry["id"]) for at, entry in enumerate(entries)}


def _move(merged: Merged, entries: list[dict[str, Any]], entry_id: str, after: object, place: str) -> None:
    ids = {entry["id"] for entry in entries} - {entry_id}
    if after not in ids:
        merged.problems.append(f"{place}: there is no such item{suggestion(str(after), ids)}")
        return
    moved = next(entry for entry in entries if entry["id"] == entry_id)
    entries.remove(moved)
    entries.insert(next(at for at, entry in enumerate(entries) if entry["id"] == after) + 1, moved)


def _position(entries: list[dict[str, Any]], entry_id: str) -> int | None:
    return next((at for at, entry in enumerate(entries) if entry["id"] == entry_id), None)


def _remove(merged: Merged, wanted: object) -> None:
    if not isinstance(wanted, list) or not all(isinstance(entry_id, str) for entry_id in wanted):
        merged.problems.append('remove: expected a list of ids, e.g. ["registration-form"]')
        return
    known = {entry["id"] for key in _BY_ID for entry in merged.document[key]}
    merged.problems += [
        f'remove: there is no item or phase "{entry_id}"{suggestion(entry_id, known)}'
        for entry_id in wanted
        if entry_id not in known
    ]
    for key in _BY_ID:
        kept = [
            (entry, merged.places[key][at])
            for at, entry in enumerate(merged.document[key])
            if entry["id"] not in wanted
        ]
        merged.document[key] = [entry for entry, _ in kept]
        merged.places[key] = {at: place for at, (_, place) in enumerate(kept)}
