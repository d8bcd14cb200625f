"""Messages to participants: a template and the workshop's facts become Markdown. Nothing is sent."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workshop_tui.errors import UserError
from workshop_tui.model.guide import Guide
from workshop_tui.model.workshop import Workshop
from workshop_tui.planning.slots import zone_of
from workshop_tui.printable import own_words
from workshop_tui.redaction import mask
from workshop_tui.settings.settings import Links


def message_facts(workshop: Workshop, guide: Guide, timezones: Sequence[str], links: Links) -> dict[str, Any]:
    """What a template may name; empty where the settings say nothing. Raises `UserError` for an unknown zone."""
    local = workshop.starts_at.astimezone(zone_of(workshop.timezone))
    return {
        "title": " ".join(workshop.title.split()),
        "date": f"{local:%A} {local.day} {local:%B %Y}",
        "minutes": workshop.duration // timedelta(minutes=1),
        "expected_people": workshop.expected_people,
        "times": [_time(workshop, zone) for zone in dict.fromkeys([workshop.timezone, *timezones])],
        "agenda": _agenda(workshop, guide),
        "platform_url": str(links.platform or ""),
        "join_url": str(links.join or ""),
        "registration_url": str(links.registration or ""),
        "materials_url": str(links.materials or ""),
        "feedback_url": str(links.feedback or ""),
        "contact": links.contact,
    }


def render_message(path: Path, facts: Mapping[str, Any]) -> str:
    """Markdown that ends with one line end; secrets are masked.

    Raises `UserError` with file and line: unreadable, not a template, a name that is no fact.
    """
    try:
        source = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{path}: expected UTF-8 text; line {line} is not") from None
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
    try:
        code = environment.compile(source, name=path.name, filename=str(path))
        text = jinja2.Template.from_code(environment, code, {}).render(facts)
    except jinja2.TemplateSyntaxError as error:
        raise UserError(f"{path}: line {error.lineno}: {error.message}") from None
    except jinja2.UndefinedError as error:
        raise UserError(f"{path}: {_line_of(error, path)}{error.message}; it may name {', '.join(facts)}") from None
    except Exception as error:  # noqa: BLE001  # a template can raise whatever Python can
        raise UserError(f"{path}: {_line_of(error, path)}{type(error).__name__}: {error}") from None
    return mask(own_words(text.strip("\n") + "\n"))


def _line_of(error: BaseException, path: Path) -> str:
    """`line 3: `, or nothing where the error has no line in the template."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"line {lines[-1]}: " if lines else ""


def _time(workshop: Workshop, timezone: str) -> dict[str, str]:
    zone = zone_of(timezone)
    starts_at, ends_at = workshop.starts_at.astimezone(zone), workshop.ends_at.astimezone(zone)
    return {
        "zone": timezone,
        "date": f"{starts_at:%A} {starts_at.day} {starts_at:%B}",
        "start": f"{starts_at:%H:%M}",
        "end": f"{ends_at:%H:%M}",
        "abbreviation": f"{starts_at:%Z}",
    }


def _agenda(workshop: Workshop, guide: Guide) -> list[dict[str, object]]:
    """The run of show over the workshop's length; `offset` is the planned time since the start, `0:05`."""
    spare = workshop.duration // timedelta(minutes=1) - sum(cue.minutes for cue in guide.cues)
    parts: list[dict[str, object]] = []
    begin = 0
    for cue in guide.cues:
        more = max(0, min(spare, cue.longest_minutes - cue.minutes))
        spare -= more
        minutes = cue.minutes + more
        offset = f"{begin // 60}:{begin % 60:02}"
        parts.append({"offset": offset, "minutes": minutes, "title": cue.title, "points": list(cue.bullets)})
        begin += minutes
    return parts
