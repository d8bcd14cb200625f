"""The guide from its files: the default one, or a team's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workshop_tui.errors import UserError
from workshop_tui.guide.merge import Places, merge
from workshop_tui.guide.schema import GuideEntries
from workshop_tui.model.guide import Guide
from workshop_tui.model.incident import Severity
from workshop_tui.settings.thresholds import Thresholds
from workshop_tui.settings.toml_file import Location, key_path, problems_of, read_toml, suggestion, wrong

_FOLDER = Path(__file__).parent
DEFAULT_FILES = ("checklist.toml", "session.toml", "runbook.toml", "retrospective.toml")


def load_guide(path: Path | None, thresholds: Thresholds | None = None) -> Guide:
    """The team's guide, or the default one for None; `{thresholds.NAME}` in its texts is that limit in words.

    A file that begins with `extends = "default"` changes the default guide, any other replaces it wholly. Raises
    `UserError` with a line for each thing that is wrong (ten at most): file, key, what was expected.
    """
    if path is None:
        return _default(thresholds or Thresholds())
    own = read_toml(path)
    problems = _twice(own)
    places: Places = {}
    document = own
    if own.get("extends") == "default":
        merged = merge(_default_document(), own)
        document, places = merged.document, merged.places
        problems += merged.problems
    elif "extends" in own:
        problems.append('extends: expected "default"; without it the file replaces the whole guide')
    elif "remove" in own:
        problems.append('remove: expected only in a file with extends = "default"')
    if problems:
        raise _wrong(path, problems)
    return _parse(document, places, path, thresholds or Thresholds())


@cache
def _default(thresholds: Thresholds) -> Guide:
    return _parse(_default_document(), {}, None, thresholds)


def _default_document() -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name in DEFAULT_FILES:
        document |= read_toml(_FOLDER / name)
    return document


def _parse(document: Mapping[str, Any], places: Places, path: Path | None, thresholds: Thresholds) -> Guide:
    origin = "default" if path is None else str(path)
    try:
        document = _filled(document, thresholds)
    except ValueError as error:
        raise _wrong(origin, [str(error)]) from None

    def place(location: Location) -> str:
        return key_path(location, document, places.get(str(location[0])))

    try:
        entries = GuideEntries.model_validate(document)
    except ValidationError as error:
        raise _wrong(origin, problems_of(error, GuideEntries, place)) from None
    problems = _unknown_phases(entries, places, document) + _missing_severities(entries)
    if problems:
        raise _wrong(origin, problems)
    return entries.build(origin)


def _filled(value: Any, thresholds: Thresholds) -> Any:  # noqa: ANN401  # what a TOML file may hold
    if isinstance(value, str):
        return thresholds.fill(value)
    if isinstance(value, Mapping):
        return {key: _filled(part, thresholds) for key, part in value.items()}
    return [_filled(part, thresholds) for part in value] if isinstance(value, list) else value


def _wrong(path: Path | str, problems: list[str]) -> UserError:
    return wrong([f"{path}: {problem}" for problem in problems])


def _twice(document: Mapping[str, Any]) -> list[str]:
    problems = []
    for key, entries in document.items():
        if not isinstance(entries, list):
            continue
        ids = [entry.get("id") for entry in entries if isinstance(entry, dict)]
        counted = Counter(entry_id for entry_id in ids if isinstance(entry_id, str))
        problems += [f'{key}: {count} entries have the id "{name}"' for name, count in counted.items() if count > 1]
    return problems


def _unknown_phases(entries: GuideEntries, places: Places, document: Mapping[str, Any]) -> list[str]:
    known = {phase.id for phase in entries.phase}
    return [
        f"{key_path(('item', at, 'phase'), document, places.get('item'))}: "
        f'there is no phase "{item.phase}"{suggestion(item.phase, known)}'
        for at, item in enumerate(entries.item)
        if item.phase not in known
    ]


def _missing_severities(entries: GuideEntries) -> list[str]:
    there = {severity.id for severity in entries.severity}
    return [f'severity: expected one with the id "{severity}"' for severity in Severity if severity not in there]
