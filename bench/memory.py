"""Whether the control room grows while rooms are switched: 1,000 people, 50 changes a second.

    python bench/memory.py --minutes 90 --switch-s 5 --settle-minutes 10     the goal: under 10 MiB of drift
    python bench/memory.py --minutes 10 --switch-s 0.5 --settle-minutes 2    the same number of switches, sooner

Prints the resident memory each minute; drift is from the end of the settling to the end, by the median of three
readings on either side. `--switch-s 0` leaves the live room open.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from terminal import Terminal

PROGRAM = [sys.executable, "-m", "workshop_tui"]
ROOMS = "1245"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--changes-per-s", type=float, default=50)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--settle-minutes", type=float, default=10)
    parser.add_argument("--switch-s", type=float, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config, database = Path(folder, "settings.toml"), Path(folder, "workshops.db")
        load = ["--people", str(arguments.people), "--changes-per-s", str(arguments.changes_per_s)]
        platform = subprocess.Popen(
            [*PROGRAM, "platform", "--scenario", "steady", "--at", "live", *load, "--write-config", str(config)],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not config.exists():
                time.sleep(0.2)
            readings = _played(config, database, arguments)
        finally:
            platform.terminate()
            platform.wait()
    settled = [mib for minute, mib in readings if minute >= arguments.settle_minutes]
    if len(settled) < 2:
        print("too short to tell a drift")
        return
    drift = statistics.median(settled[-3:]) - statistics.median(settled[:3])
    print(f"drift after {arguments.settle_minutes:g} minutes: {drift:+.1f} MiB (goal: under 10 MiB in 80 minutes)")


def _played(config: Path, database: Path, arguments: argparse.Namespace) -> list[tuple[int, float]]:
    """(minute, MiB), one each minute."""
    options = ["--config", str(config), "--db", str(database)]
    new = ["workshops", "new", "Bench", "--start", "2099-01-01 10:00"]
    subprocess.run([*PROGRAM, *options, *new], check=True, stdout=subprocess.DEVNULL)
    readings, rooms, switches = [], itertools.cycle(ROOMS), 0
    with Terminal([*PROGRAM, *options]) as program:
        program.wait_for("◉")
        program.press("2")
        program.wait_for("Workspaces ready")
        process = psutil.Process(program.pid)
        began_s = time.monotonic()
        for minute in range(1, round(arguments.minutes) + 1):
            while (left_s := began_s + minute * 60 - time.monotonic()) > 0:
                program.drain(min(left_s, arguments.switch_s or 60))
                if arguments.switch_s:
                    program.press(next(rooms))
                    switches += 1
            mib = process.memory_info().rss / 2**20
            readings.append((minute, mib))
            print(f"minute {minute:>3}: {mib:6.1f} MiB, {switches} switches", flush=True)
    return readings


if __name__ == "__main__":
    main()
