"""What the live half costs under load: 3 regions, 300 nodes, 2,000 pods, 50 changes a second; then 200 pods and 20,000.

    python bench/live.py [--seconds 40] [--pods 200,2000,20000]

Each load is a rehearsal platform of its own. `workshop-tui record` watches it without a screen, and the control room
with one; the CPU of that process alone is counted, after it has listed everything. A bare Textual app idles beside it,
since a core is worth more on one machine than on another. Keys are pressed in the live room and in that app by turns.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from terminal import Terminal

BARE = [sys.executable, str(Path(__file__).with_name("bare_app.py"))]
PROGRAM = [sys.executable, "-m", "workshop_tui"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--pods", default="200,2000,20000")
    parser.add_argument("--settle-s", type=float, default=30)
    parser.add_argument("--keys", type=int, default=60)
    arguments = parser.parse_args()
    shares = {}
    for pods in map(int, arguments.pods.split(",")):
        with tempfile.TemporaryDirectory() as folder, _platform(Path(folder), pods) as config:
            database = Path(folder, "workshops.db")
            settle_s = arguments.settle_s * (1 + pods / 10_000)
            shares[pods], bare = _recording_share(config, database, arguments.seconds, settle_s)
            told = f"{shares[pods]:.1%} of a core, {shares[pods] / bare:.1f}x of an idle bare app ({bare:.1%})"
            print(f"{pods:>6} pods  record: {told} (goal: 5%, or 5.6x)", flush=True)
            if pods == 2000:
                _keys(config, database, arguments.keys, settle_s)
    least, most = min(shares), max(shares)
    if least != most:
        print(f"{most} pods cost {shares[most] / shares[least]:.2f}x of {least} (goal: under 1.5x)")


class _platform:  # noqa: N801  # reads as a statement
    def __init__(self, folder: Path, pods: int) -> None:
        self._config = folder / "settings.toml"
        self._command = [*PROGRAM, "platform", "--scenario", "steady", "--at", "live", "--people", str(pods)]

    def __enter__(self) -> Path:
        command = [*self._command, "--write-config", str(self._config)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not self._config.exists():
            time.sleep(0.2)
        return self._config

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def _recording_share(config: Path, database: Path, seconds: float, settle_s: float) -> tuple[float, float]:
    """Of one core; the second is an idle bare Textual app in the same time.

    The goal was set where such an app takes 0.9 %.
    """
    options = ["--config", str(config), "--db", str(database)]
    minutes = (seconds + settle_s) / 60 + 1
    subprocess.run(
        [*PROGRAM, *options, "workshops", "new", "Bench", "--start", "2099-01-01 10:00"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    command = [*PROGRAM, *options, "record", "--for", f"{minutes:.0f}m"]
    recording = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        process = psutil.Process(recording.pid)
        with Terminal(BARE) as bare:
            bare.drain(settle_s)
            before, bare_before, since = _cpu_s(process), bare.cpu_s(), time.perf_counter()
            bare.drain(seconds)
            took_s = time.perf_counter() - since
            return (_cpu_s(process) - before) / took_s, (bare.cpu_s() - bare_before) / took_s
    finally:
        recording.terminate()
        recording.wait()


def _keys(config: Path, database: Path, count: int, settle_s: float) -> None:
    """From a key to the first byte that changes the screen, by turns."""
    program = [*PROGRAM, "--config", str(config), "--db", str(database)]
    with Terminal(program) as ours, Terminal(BARE) as bare:
        ours.wait_for("◉")
        ours.press("2")
        ours.wait_for("Workspaces ready")
        bare.wait_for("row 20")
        ours.drain(settle_s)
        cpu, since = ours.cpu_s(), time.perf_counter()
        times: dict[str, list[float]] = {"ours": [], "bare": []}
        for i in range(count):
            key = "\x1b[B" if i % 2 else "\x1b[A"
            times["ours"].append(ours.time_key(key))
            times["bare"].append(bare.time_key(key))
        share = (ours.cpu_s() - cpu) / (time.perf_counter() - since)
    for name, at, goal in (("p50", 0.5, "3x"), ("p99", 0.99, "5x")):
        mine, theirs = (_quantile(times[which], at) for which in ("ours", "bare"))
        took = f"{mine * 1000:.0f} ms, bare {theirs * 1000:.0f} ms"
        print(f"key to repaint {name}: {took}: {mine / theirs:.1f}x (goal: {goal})")
    print(f"the live room while keys are pressed: {share:.1%} of a core")


def _quantile(values: list[float], at: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[min(98, round(at * 100) - 1)]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
