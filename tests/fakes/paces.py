"""The pace of tests that wait for what a person would see."""

from __future__ import annotations

from workshop_tui.observing.pace import Pace

QUICK = Pace(
    tick_s=0.5,
    gather_s=0.01,
    measure_s=0.05,
    judge_s=0.1,
    write_s=0.1,
    poll_s=0.1,
    move_s=0.05,
    detail_s=0.02,
    strip_s=0.25,
    autosave_s=0.02,
    autosave_latest_s=0.035,
    autosave_again_s=0.15,
)
"""Ten to twenty times as fast as usual; what costs time though nothing changed is slower than that.

Textual's pilot takes the process for busy when it works more than a twentieth of the time, and waits before each key.
"""
