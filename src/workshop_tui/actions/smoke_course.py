"""How one region's smoke test goes: its stages with seconds, what failed, and who hears of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import SmokeGap, SmokeProgress, SmokeRun

Tell = Callable[[SmokeProgress], None]


class Course:
    """`speed`: simulated seconds for each real one."""

    def __init__(self, region: str, workspace: str, speed: float, tell: Tell) -> None:
        self.region = region
        self.workspace = workspace
        self._speed = speed
        self._tell = tell
        self._stages: list[tuple[str, float]] = []
        self._gaps: list[SmokeGap] = []
        self._errors: list[str] = []
        self.stage = ""
        self._since_s = time.monotonic()

    @property
    def failed(self) -> bool:
        return bool(self._errors)

    def enter(self, stage: str, words: str = "") -> None:
        self.stage, self._since_s = stage, time.monotonic()
        self.say(words or stage)

    def passed(self) -> None:
        """The stage that it is in."""
        self._stages.append((self.stage, (time.monotonic() - self._since_s) * self._speed))

    def missed(self, outcome: Outcome, reason: str) -> None:
        """The stage that it is in was not passed."""
        self._gaps.append(SmokeGap(self.stage, outcome, reason))
        if outcome is Outcome.FAIL:
            self._errors.append(reason)

    @contextmanager
    def within(self, stage: str, words: str = "") -> Iterator[None]:
        """Passed when it ends without an error."""
        self.enter(stage, words)
        yield
        self.passed()

    def end(self, words: str = "") -> None:
        self.stage = ""
        self.say(words or "; ".join(self._errors) or "passed")

    def say(self, words: str) -> None:
        self._tell(
            SmokeProgress(
                self.region,
                self.workspace,
                self.stage,
                words,
                tuple(self._stages),
                tuple(self._gaps),
                "; ".join(self._errors),
            )
        )

    def run(self, began_at: datetime, person: str) -> SmokeRun:
        return SmokeRun(
            self.region,
            self.workspace,
            began_at,
            person,
            tuple(self._stages),
            "; ".join(self._errors),
            tuple(self._gaps),
        )
