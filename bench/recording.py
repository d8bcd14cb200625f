"""How large a recording of a busy workshop is, beside the same as lines of JSON.

    python bench/recording.py [--minutes 90] [--nodes 300] [--pods 2000] [--changes 50]

The baseline is made in the same run: each value and each minute's detail of each region as one JSON object a line, as a
program writes that keeps no store of its own. The goal is a whole recording under 20 MB. Sizes are the same every time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from workshop_tui.model.clock import Clock
from workshop_tui.store.recording import Batch
from workshop_tui.store.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fakes.recordings import BusyPlatform

START = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
_BATCH = timedelta(seconds=2)
_FRAME = timedelta(minutes=1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=90)
    parser.add_argument("--nodes", type=int, default=300)
    parser.add_argument("--pods", type=int, default=2000)
    parser.add_argument("--changes", type=int, default=50, help="A second.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        platform = BusyPlatform(arguments.nodes, arguments.pods)
        began = time.perf_counter()
        path = Path(folder, "recording.db")
        naive = asyncio.run(record(path, platform, timedelta(minutes=arguments.minutes), arguments.changes))
        took_s = time.perf_counter() - began
        stored = path.stat().st_size
    print(f"lines of JSON    {naive / 1e6:.1f} MB")
    print(f"recording        {stored / 1e6:.1f} MB  ratio {stored / naive:.3f} (goal: under 20 MB for 90 minutes)")
    print(f"written in       {took_s:.1f} s, the making of the numbers included")


async def record(path: Path, platform: BusyPlatform, lasts: timedelta, changes: int) -> int:
    """Bytes of the same as lines of JSON."""
    store = await Store.open(path, clock=Clock(wall=lambda: START))
    workshop = await store.workshops.create("Bench", START, lasts, 20, "UTC", "bench")
    naive = 0
    until, frame_at = START + _BATCH, START
    waiting = []
    for seen in platform.changes(START, lasts, changes):
        if seen.seen_at >= until:
            details = platform.details(seen.seen_at) if seen.seen_at >= frame_at else ()
            frame_at = frame_at + _FRAME if details else frame_at
            naive += sum(len(msgspec.json.encode(detail)) + 1 for detail in details)
            await store.recording.write(workshop.id, Batch(values=waiting, at=seen.seen_at, regions=details), "bench")
            waiting, until = [], until + _BATCH
        waiting.append(seen)
        naive += len(msgspec.json.encode(seen)) + 1
    await store.recording.write(workshop.id, Batch(values=waiting), "bench")
    await store.close()
    return naive


if __name__ == "__main__":
    main()
