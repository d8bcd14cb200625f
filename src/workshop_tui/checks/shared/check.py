"""What a check is: facts in, findings out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.settings import Settings

Judge = Callable[[Facts, Settings], Iterable[Finding]]

_SECTIONS = ("What", "Why", "Fix")


@dataclass(frozen=True, slots=True)
class Check:
    """Pure: it sees only usable readings, and says nothing of those that are missing."""

    id: str
    """Stable, kebab case."""
    title: str
    """States what is true when it passes."""
    needs: tuple[SourceKind[Any], ...]
    judge: Judge
    helps: tuple[SourceKind[Any], ...] = ()
    """Sources that it can do without: where one is missing, that part alone is unknown or not applicable."""
    recorded: bool = False
    """It judges what is recorded of the workshop and needs no source. While nothing is recorded it says
    `not-applicable`, and a person decides the item."""
    documentation: dict[str, str] = field(default_factory=dict, hash=False)
    """What, Why and Fix, from the module that defines it."""


def documented(docstring: str | None) -> dict[str, str]:
    """The sections `What:`, `Why:` and `Fix:` of a check's module. Raises `ValueError` when one is missing."""
    text = inspect.cleandoc(docstring or "")
    found = re.split(r"^(What|Why|Fix): *", text, flags=re.MULTILINE)
    sections = {name: " ".join(body.split()) for name, body in zip(found[1::2], found[2::2], strict=True)}
    missing = [name for name in _SECTIONS if not sections.get(name)]
    if missing:
        raise ValueError(f"the check's docstring has no {', '.join(missing)}")
    return sections
