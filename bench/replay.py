"""How long a replay takes to open and to jump, beside opening the same rooms' data with nothing recorded.

    python bench/replay.py [--minutes 90] [--changes 50]

The recording is made first (that takes a minute or two). The baselines are of the same run: the same opening on a file
where the workshop has a few readings, and reading the whole file once. The goal is 0.5 s for opening and each jump.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fakes.recordings import BusyPlatform
from recording import START, record
from workshop_tui.cli.replay_command import open_replay
from workshop_tui.model.clock import Clock
from workshop_tui.session.replayed import Replay
from workshop_tui.store.store import Store

_JUMPS = 40


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=90)
    parser.add_argument("--changes", type=int, default=50, help="A second.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder, "large.db"), Path(folder, "small.db")
        lasts = timedelta(minutes=arguments.minutes)
        asyncio.run(record(large, BusyPlatform(), lasts, arguments.changes))
        asyncio.run(record(small, BusyPlatform(3, 3), timedelta(seconds=4), 1))
        began = time.perf_counter()
        size = len(large.read_bytes())
        read_s = time.perf_counter() - began
        empty_s, _ = asyncio.run(_measured(small))
        open_s, jumps_s = asyncio.run(_measured(large))
    jumps_s.sort()
    p95_s = jumps_s[int(len(jumps_s) * 0.95)]
    print(f"file             {size / 1e6:.1f} MB, read once in {read_s:.3f} s")
    print(f"nothing recorded {empty_s:.3f} s to open")
    print(f"opening          {open_s:.3f} s  ratio {open_s / empty_s:.1f} (goal: 0.5 s)")
    print(f"jumps            median {statistics.median(jumps_s):.3f} s, p95 {p95_s:.3f} s  ratio {p95_s / empty_s:.1f}")


async def _measured(path: Path) -> tuple[float, list[float]]:
    """Seconds to open (the best of three), and of each jump to anywhere."""
    store = await Store.open(path, clock=Clock())
    (workshop,) = await store.workshops.all()
    await store.close()
    opened_s = []
    for _ in range(3):
        began = time.perf_counter()
        replay = await open_replay(path, None, workshop, START)
        opened_s.append(time.perf_counter() - began)
        if len(opened_s) < 3:
            await replay.close()
    assert isinstance(replay, Replay)
    somewhere = random.Random(1)  # noqa: S311  # the same moments every time
    jumps_s = []
    for _ in range(_JUMPS):
        replay.playback.jump(START + workshop.duration * somewhere.random())
        began = time.perf_counter()
        await replay.show()
        jumps_s.append(time.perf_counter() - began)
    await replay.close()
    return min(opened_s), jumps_s


if __name__ == "__main__":
    main()
