"""A process of its own that asks a server on loopback, and tells what became of it and what memory it took."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from contextlib import aclosing
from pathlib import Path

from fakes.kube_config import CONTEXT
from workshop_tui.clients.json_request import fetch_json
from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import ObjectsWire, PodWire
from workshop_tui.clients.network import Network
from workshop_tui.errors import SourceError
from workshop_tui.settings.settings import Settings


async def ask(way: str, host: str, path: str, kubeconfig: str) -> None:
    """`way`: http, list or watch."""
    if way == "http":
        async with Network(Settings()).client() as client:
            await fetch_json(client, f"http://{host}{path}", ObjectsWire, "the server")
        return
    cluster = Cluster(kubeconfig, CONTEXT)
    try:
        if way == "list":
            await cluster.list_all(path, PodWire)
        else:
            async with aclosing(cluster.watch(path, PodWire, "1")) as changes:
                async for _ in changes:
                    break
    finally:
        await cluster.close()


def told(way: str, host: str, path: str, kubeconfig: str) -> str:
    try:
        asyncio.run(ask(way, host, path, kubeconfig))
    except SourceError as error:
        return f"{error.kind.value}: {error.message}"
    return "fine"


def peak_bytes() -> int:
    """Of this process since it began. Linux counts that of its parent in `ru_maxrss` as well."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """For each path, in turn: what became of it, and the peak since the process began."""
    way, host, kubeconfig, *paths = sys.argv[1:]
    found = {path: [told(way, host, path, kubeconfig), peak_bytes()] for path in paths}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
