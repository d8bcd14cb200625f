"""What the control room's data keep of 20,000 pods that came and went again.

    python bench/pods_gone.py [--pods 20000] [--gone-s 20]

A loopback API server lists the pods and then deletes every one of them in the watch. A process of its own reads them as
the control room does, with all that the room loads, its garbage collector and its looks in quiet moments; its resident
memory is read before the list, at its most, and some seconds after the last pod is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from aiohttp import web

from pod_list import CONTEXT, NAMESPACE, PAGE, kubeconfig, pages, pod

GOAL_MIB = 200
EVENTS_AT_ONCE = 200


async def serve(count: int) -> None:
    made = pages(count)

    async def answer(request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            body = made[int(request.query.get("continue") or 0) // PAGE]
            return web.Response(body=body, content_type="application/json")
        response = web.StreamResponse()
        await response.prepare(request)
        if request.query["resourceVersion"] == "99999":
            await asyncio.sleep(2)  # while all of them are there
            for start in range(0, count, EVENTS_AT_ONCE):
                numbers = range(start, min(start + EVENTS_AT_ONCE, count))
                await response.write(b"".join(_deleted(number) for number in numbers))
        await asyncio.sleep(3600)
        return response

    app = web.Application()
    app.router.add_get(f"/api/v1/namespaces/{NAMESPACE}/pods", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(3600)


def _deleted(number: int) -> bytes:
    gone = pod(number)
    gone["metadata"]["resourceVersion"] = str(100_000 + number)  # type: ignore[index]
    return json.dumps({"type": "DELETED", "object": gone}).encode() + b"\n"


async def read(config: str, gone_s: float) -> None:
    import workshop_tui.app.control_room  # noqa: F401  # what the room has loaded
    from workshop_tui.cli.gc_tuning import collecting_when_quiet, relax_gc
    from workshop_tui.clients.kubernetes import Cluster
    from workshop_tui.collectors.pods import PodsSource
    from workshop_tui.settings.region import Region

    namespaces = {"server": NAMESPACE, "provisioners": [], "workspaces": [NAMESPACE]}
    region = Region.model_validate({"name": "ohio", "role": "proxy", "namespaces": namespaces})
    cluster = Cluster(config, CONTEXT)
    resident = [_resident_mib()]
    relax_gc()
    async with collecting_when_quiet():
        stream = PodsSource(cluster, region).stream()
        most = 0
        async for found in stream:
            most = max(most, len(found))
            if len(found) == most:
                resident[1:] = [_resident_mib()]
            if not found:
                break
        resident.append(_resident_mib())
        await asyncio.sleep(gone_s)
        resident.append(_resident_mib())
        await stream.aclose()
    await cluster.close()
    print(json.dumps({"most": most, "resident": resident}))


def _resident_mib() -> float:
    return psutil.Process().memory_info().rss / 2**20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pods", type=int, default=20_000)
    parser.add_argument("--gone-s", type=float, default=20)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--read")
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.pods))
    if arguments.read:
        asyncio.run(read(arguments.read, arguments.gone_s))
        return
    again = [sys.executable, __file__, "--pods", str(arguments.pods), "--gone-s", str(arguments.gone_s)]
    server = subprocess.Popen([*again, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        port = int((server.stdout or sys.stdin).readline())
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder, "kubeconfig")
            config.write_text(json.dumps(kubeconfig(port)))
            told = subprocess.run([*again, "--read", str(config)], check=True, stdout=subprocess.PIPE).stdout
    finally:
        server.kill()
    figures = json.loads(told)
    before, all_there, last_gone, later = figures["resident"]
    print(f"{figures['most']} pods listed: {before:.0f} MiB before, {all_there:.0f} MiB with all of them")
    print(f"all gone: {last_gone:.0f} MiB, {later:.0f} MiB {arguments.gone_s:g} s later (goal: under {GOAL_MIB} MiB)")


if __name__ == "__main__":
    main()
