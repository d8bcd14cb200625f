"""How often what goes on by itself is done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Real seconds between two rounds of the work that nobody asks for, and how long typed text may wait for the disk.

    One value goes to the runtime and the app, which hand plain numbers down.
    """

    tick_s: float = 5.0
    """All checks, all measures and all ages: data grows old without anything arriving. What failed is tried again."""
    gather_s: float = 0.1
    """Changed sources, to those who look at them."""
    measure_s: float = 1.0
    """Values of what changed: a platform under load changes all the time, and nobody reads faster than this."""
    judge_s: float = 2.0
    """Checks of what changed."""
    write_s: float = 2.0
    """Batches of the recording."""
    poll_s: float = 0.4
    """A look for what other windows wrote."""
    move_s: float = 0.25
    """A frame of what moves while a person looks on: a replay that plays, a smoke test that runs."""
    detail_s: float = 0.4
    """What stands behind a region's numbers, which is made only while it is looked at."""
    strip_s: float = 1.0
    """The strip, and dialogs that show one thing as it is now."""
    autosave_s: float = 0.4
    """After the last key."""
    autosave_latest_s: float = 0.7
    """After the first key that is not saved."""
    autosave_again_s: float = 3.0
    """After a save that failed."""


USUAL = Pace()
