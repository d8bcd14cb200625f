"""All checks together beside the slowest single source, and beside asking one thing after another by hand.

    python bench/checks.py [--nodes 100] [--people 600] [--rtt 80ms]

First figure: one process asks every source alone, then all at once; the goal is 1.2x the slowest one.
Second figure, with `kubectl` and `curl` on the machine: the whole command `check`, process start included, beside the
same questions asked by hand one after another; the goal is 10x faster at a round trip of 80 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workshop_tui.cli.opening import clock_of
from workshop_tui.collectors.assembly import assemble
from workshop_tui.model.source import SourceKey
from workshop_tui.observing.collect_once import collect_once
from workshop_tui.settings.file import load_settings
from workshop_tui.settings.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--rtt", default="80ms")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "settings.toml")
        options = ["--nodes", arguments.nodes, "--people", arguments.people, "--rtt", arguments.rtt, "--at", "T+20m"]
        platform = subprocess.Popen(
            [*_PROGRAM, "platform", "--write-config", str(config), "--scenario", "calm", *map(str, options)],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not config.exists():
                time.sleep(0.1)
            settings = load_settings(config, os.environ)
            assert settings is not None
            asyncio.run(_beside_the_slowest(settings, arguments.rounds))
            _beside_hands(settings, config, arguments.rounds)
        finally:
            platform.terminate()
            platform.wait()


_PROGRAM = [sys.executable, "-m", "workshop_tui"]


async def _beside_the_slowest(settings: Settings, rounds: int) -> None:
    assembly, clock = assemble(settings), clock_of(settings)
    keys = [SourceKey(source.kind.name, source.region) for source in assembly.sources]
    try:
        await collect_once(assembly.sources, keys, clock)  # connects and signs in
        alone: dict[SourceKey, float] = {}
        together: list[float] = []
        for _ in range(rounds):
            for key in keys:
                began = time.perf_counter()
                await collect_once(assembly.sources, [key], clock)
                alone[key] = min(alone.get(key, 99.0), time.perf_counter() - began)
            began = time.perf_counter()
            readings = await collect_once(assembly.sources, keys, clock)
            together.append(time.perf_counter() - began)
    finally:
        await assembly.close()
    failed = [f"{key}: {reading.error}" for key, reading in readings.items() if reading.error]
    slowest = max(alone, key=lambda key: alone[key])
    print(f"{len(keys)} sources, {len(failed)} failed {'; '.join(failed[:3])}")
    print(f"slowest alone    {alone[slowest]:.2f} s  {slowest.kind} {slowest.region or ''}")
    print(f"one by one       {sum(alone.values()):.2f} s")
    print(f"all at once      {min(together):.2f} s  ratio {min(together) / alone[slowest]:.2f} (goal: 1.2)")


def _beside_hands(settings: Settings, config: Path, rounds: int) -> None:
    if not (shutil.which("kubectl") and shutil.which("curl")):
        print("by hand          kubectl or curl is not on this machine")
        return
    by_hand = min(_timed(lambda: _run_all(_by_hand(settings))) for _ in range(rounds))
    check = [*_PROGRAM, "--config", str(config), "--db", str(config.with_name("none.db")), "check"]
    ours = min(_timed(lambda: subprocess.run(check, stdout=subprocess.DEVNULL, check=False)) for _ in range(rounds))
    count = len(_by_hand(settings))
    print(f"by hand          {by_hand:.2f} s  {count} commands one after another")
    print(f"check            {ours:.2f} s  {by_hand / ours:.1f}x faster (goal: 10x)")


def _timed(action: object) -> float:
    began = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - began


def _by_hand(settings: Settings) -> list[list[str]]:
    """What a person types for the same questions: pods, nodes, storage of each node, events, quotas, names."""
    commands: list[list[str]] = []
    for region in settings.region:
        kubectl = ["kubectl", "--kubeconfig", settings.kubernetes.kubeconfig or "", "--context", region.context or ""]
        spaces = region.namespaces
        names = subprocess.run([*kubectl, "get", "nodes", "-o", "name"], capture_output=True, text=True, check=True)
        commands += [
            [*kubectl, "get", "nodes", "-o", "wide"],
            [*kubectl, "get", "nodepools"],
            [*kubectl, "-n", spaces.server, "get", "pods", "-o", "jsonpath={..imageID}"],
            [*kubectl, "-n", spaces.server, "get", "deployments"],
            [*kubectl, "-n", spaces.server, "get", "cronjobs"],
            *([*kubectl, "-n", name, "get", "pods", "-o", "wide"] for name in spaces.workspaces),
            *([*kubectl, "-n", name, "get", "events"] for name in spaces.workspaces),
            *([*kubectl, "-n", name, "get", "resourcequotas"] for name in spaces.workspaces),
        ]
        commands += [
            [*kubectl, "get", "--raw", f"/api/v1/{node.replace('node/', 'nodes/')}/proxy/stats/summary"]
            for node in names.stdout.split()
        ]
        authority = ["--cacert", settings.network.ca_file or ""]
        for host in (region.domain, (region.wildcard or "").replace("*", "workshop-probe")):
            address = ["--resolve", f"{host}:{region.https_port}:127.0.0.1"]
            commands.append(["curl", "-sS", *authority, *address, f"https://{host}:{region.https_port}/healthz"])
    return commands


def _run_all(commands: list[list[str]]) -> None:
    for command in commands:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
