"""The control room beside a bare Textual app: first text, last known data, memory, idle cost of the live room.

    python bench/control_room.py [--rounds 5]

Starts a rehearsal platform of its own, lets one control room record some data, and then times fresh starts.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from terminal import Figures, measure

BARE = [sys.executable, str(Path(__file__).with_name("bare_app.py"))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--idle-s", type=float, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config, database = Path(folder, "settings.toml"), Path(folder, "workshops.db")
        program = [sys.executable, "-m", "workshop_tui", "--config", str(config), "--db", str(database)]
        platform = subprocess.Popen(
            [sys.executable, "-m", "workshop_tui", "platform", "--write-config", str(config), "--scenario", "calm"],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not config.exists():
                time.sleep(0.1)
            subprocess.run(
                [*program, "workshops", "new", "Bench", "--start", "2099-01-01 10:00"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            measure(program, "Go/No-Go", settle_s=8)  # records results to be the last known
            bare: list[Figures] = []
            ours: list[Figures] = []
            for _ in range(arguments.rounds):
                bare.append(measure(BARE, "row 20"))
                ours.append(measure(program, "◉"))
            idle_bare = measure(BARE, "row 20", settle_s=arguments.idle_s)
            idle_ours = measure(program, "◉", keys="2", settle_s=arguments.idle_s)
        finally:
            platform.terminate()
            platform.wait()
    first, last = _median(ours, "first_text_s"), _median(ours, "marker_s")
    bare_first, bare_marker = _median(bare, "first_text_s"), _median(bare, "marker_s")
    print(f"first text       {first:.2f} s  bare {bare_first:.2f} s  ratio {first / bare_first:.2f} (goal: 1.5)")
    print(f"last known data  {last:.2f} s  bare {bare_marker:.2f} s  ratio {last / bare_marker:.2f} (goal: 3)")
    print(f"memory           {idle_ours.memory_mib:.0f} MiB  bare {idle_bare.memory_mib:.0f} MiB (goal: under 130)")
    print(f"idle             {idle_ours.idle_share:.2%} of a core  bare {idle_bare.idle_share:.2%} (goal: under 2 %)")


def _median(figures: list[Figures], name: str) -> float:
    return statistics.median(getattr(figure, name) for figure in figures)


if __name__ == "__main__":
    main()
