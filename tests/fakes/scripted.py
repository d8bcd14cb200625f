"""Sources that say what a test tells them, instead of asking a platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workshop_tui.model.source import SourceKind


@dataclass
class ScriptedSource:
    """A polled source; `says` returns its items or raises `SourceError`."""

    kind: SourceKind[Any]
    says: Callable[[], object]
    region: str | None = None
    interval_s: float = 0.2
    timeout_s: float = 1.0

    async def collect(self) -> object:
        return self.says()
