"""What a check found, and what it says to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workshop_tui.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Remedy:
    text: str
    """One or two sentences that a person can act on."""
    command: str | None = None
    """A command to copy, complete with context and namespace; None where no command helps."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged subject."""

    subject: str
    """What was judged, as a person names it: a host, an image, a node, a key's alias."""
    outcome: Outcome
    message: str
    """One line; never holds a secret."""
    region: str | None = None
    evidence: tuple[tuple[str, str], ...] = ()
    """A small table: (name, value) in reading order."""
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One run of one check."""

    check_id: str
    title: str
    outcome: Outcome
    """The worst of the findings."""
    findings: tuple[Finding, ...]
    judged_at: datetime
    duration_s: float
    """Wall seconds from asking the sources to the judgement."""
    summary: str = ""
    """The worst finding's message; what a list shows."""
