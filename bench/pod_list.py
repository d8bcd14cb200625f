"""Listing 5,000 pods into our model, beside the same list through the official client's models.

    python bench/pod_list.py [--pods 5000] [--rounds 3]

A loopback server answers both with the same pages. Each client runs in a process of its own, which measures the
time from the first request to the last value and the memory that this took. A further process measures the longest
that the event loop was held (in CPU time of its thread, so that other processes do not count): that takes a task that
never rests, which would spoil the other figures. The floor is what it takes to receive the bytes and to find where
each pod ends, without looking at any: nobody who reads this JSON in Python can be faster.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
from aiohttp import web

PAGE = 100
"""As large as we ask for; the official client gets the same pages."""
NAMESPACE = "coder-ws"
CONTEXT = "bench"


def pod(number: int) -> dict[str, object]:
    """About 5.8 KB, as large as a workspace's pod is with its injected volumes, environment and managed fields."""
    name = f"coder-person-{number:05}-workshop-6d5f7c9b8-{number % 97:05}"
    labels = {
        "app.kubernetes.io/name": "coder-workspace",
        "app.kubernetes.io/instance": f"coder-workspace-{number}",
        "app.kubernetes.io/part-of": "coder",
        "com.coder.user.username": f"person-{number}",
        "com.coder.user.id": f"00000000-0000-4000-8000-{number:012}",
        "com.coder.workspace.name": "workshop",
        "com.coder.workspace.id": f"00000000-0000-4000-9000-{number:012}",
    }
    managed = [
        {
            "manager": manager,
            "operation": "Update",
            "apiVersion": "v1",
            "time": "2026-12-01T12:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {f"f:field-{i}": {f"f:part-{j}": {} for j in range(6)} for i in range(9)},
        }
        for manager in ("coder-provisioner", "kubelet")
    ]
    container = {
        "name": "dev",
        "image": "registry.example.test/workshop/goose:2026-11",
        "imagePullPolicy": "Always",
        "command": ["sh", "-c", "coder agent " * 20],
        "env": [{"name": f"VARIABLE_{i}", "value": f"value of variable {i}"} for i in range(20)],
        "resources": {
            "requests": {"cpu": "2", "memory": "4Gi", "ephemeral-storage": "8Gi"},
            "limits": {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "30Gi"},
        },
        "volumeMounts": [{"name": f"volume-{i}", "mountPath": f"/mnt/{i}", "readOnly": True} for i in range(6)],
        "securityContext": {"runAsUser": 1000, "allowPrivilegeEscalation": False},
    }
    conditions = [
        {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": "2026-12-01T12:00:00Z"}
        for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ]
    status = {
        "name": "dev",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": container["image"],
        "imageID": "registry.example.test/workshop/goose@sha256:" + "9f3c" * 16,
        "containerID": "containerd://" + "ab" * 32,
        "state": {"running": {"startedAt": "2026-12-01T12:01:00Z"}},
        "lastState": {},
    }
    return {
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "uid": f"00000000-0000-4000-a000-{number:012}",
            "resourceVersion": str(1000 + number),
            "creationTimestamp": "2026-12-01T12:00:00Z",
            "labels": labels,
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ReplicaSet",
                    "name": name[:-6],
                    "uid": f"b{number}",
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
            "managedFields": managed,
        },
        "spec": {
            "nodeName": f"ip-10-0-{number % 100}-7.us-east-2.compute.internal",
            "containers": [container],
            "volumes": [{"name": f"volume-{i}", "configMap": {"name": f"map-{i}"}} for i in range(6)],
            "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
            "restartPolicy": "Always",
        },
        "status": {
            "phase": "Running",
            "conditions": conditions,
            "containerStatuses": [status],
            "hostIP": "10.0.1.7",
            "podIP": "10.1.2.3",
            "startTime": "2026-12-01T12:00:10Z",
            "qosClass": "Burstable",
        },
    }


def pages(count: int) -> list[bytes]:
    items = [json.dumps(pod(number)) for number in range(count)]
    made = []
    for start in range(0, count, PAGE):
        following = str(start + PAGE) if start + PAGE < count else ""
        head = json.dumps({"resourceVersion": "99999", **({"continue": following} if following else {})})
        body = ",".join(items[start : start + PAGE])
        made.append(f'{{"kind":"PodList","apiVersion":"v1","metadata":{head},"items":[{body}]}}'.encode())
    return made


async def serve(count: int) -> None:
    made = pages(count)

    async def listed(request: web.Request) -> web.StreamResponse:
        if "watch" in request.query:
            response = web.StreamResponse()
            await response.prepare(request)
            await asyncio.sleep(3600)
            return response
        body = made[int(request.query.get("continue") or 0) // PAGE]
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get(f"/api/v1/namespaces/{NAMESPACE}/pods", listed)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], sum(map(len, made)), flush=True)
    await asyncio.sleep(3600)


class Held:
    """The longest CPU time between two turns of the loop."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        async def turn() -> None:
            while True:
                before_s = time.thread_time()
                await asyncio.sleep(0)
                self.longest_s = max(self.longest_s, time.thread_time() - before_s)

        task = asyncio.create_task(turn())
        try:
            yield
        finally:
            task.cancel()


async def ours(config: str, *, watch: bool = False) -> dict[str, float]:
    from workshop_tui.cli.gc_tuning import relax_gc
    from workshop_tui.clients.kubernetes import Cluster
    from workshop_tui.clients.kubernetes_wire import PodWire
    from workshop_tui.collectors.pods import PodsSource
    from workshop_tui.errors import SourceError
    from workshop_tui.settings.region import Region

    region = Region.model_validate(
        {
            "name": "ohio",
            "role": "proxy",
            "namespaces": {"server": NAMESPACE, "provisioners": [], "workspaces": [NAMESPACE]},
        }
    )
    cluster = Cluster(config, CONTEXT)
    with contextlib.suppress(SourceError):
        await cluster.list_all("/api/v1/nothing-is-here", PodWire)  # loads the library and connects
    held = Held()
    relax_gc()
    async with held.watched() if watch else contextlib.nullcontext():
        before = _memory()
        await asyncio.sleep(0.01)
        held.longest_s = 0.0
        began, cpu = time.perf_counter(), time.process_time()
        stream = PodsSource(cluster, region).stream()
        found = await anext(stream)
        took, used = time.perf_counter() - began, time.process_time() - cpu
    figures = {
        "count": len(found),
        "s": took,
        "cpu_s": used,
        "mib": _memory() - before,
        "held_ms": held.longest_s * 1000,
    }
    await stream.aclose()
    await cluster.close()
    return figures


async def official(config: str) -> dict[str, float]:
    from kubernetes.aio import client
    from kubernetes.aio import config as configuration

    await configuration.load_kube_config(config_file=config, context=CONTEXT)
    async with client.ApiClient() as connection:
        api = client.CoreV1Api(connection)
        with contextlib.suppress(client.ApiException):
            await api.list_namespaced_pod("nothing-is-here")  # connects
        before = _memory()
        began, cpu = time.perf_counter(), time.process_time()
        found: list[object] = []
        token = None
        while True:
            page = await api.list_namespaced_pod(NAMESPACE, limit=PAGE, **({"_continue": token} if token else {}))
            found += page.items
            token = page.metadata._continue
            if not token:
                break
        took, used = time.perf_counter() - began, time.process_time() - cpu
    return {"count": len(found), "s": took, "cpu_s": used, "mib": _memory() - before}


async def floor(config: str) -> dict[str, float]:
    import aiohttp

    class Untouched(msgspec.Struct):
        metadata: dict[str, str]
        items: list[msgspec.Raw]

    server = _server_of(config)
    decoder = msgspec.json.Decoder(Untouched)
    count, token = 0, ""
    async with aiohttp.ClientSession() as session:
        address = f"{server}/api/v1/namespaces/{NAMESPACE}/pods"
        (await session.get(f"{server}/api/v1/nothing-is-here")).release()  # connects
        before = _memory()
        began, cpu = time.perf_counter(), time.process_time()
        while True:
            async with session.get(address, params={"limit": PAGE, "continue": token}) as response:
                page = decoder.decode(await response.read())
            count += len(page.items)
            token = page.metadata.get("continue", "")
            if not token:
                break
        took, used = time.perf_counter() - began, time.process_time() - cpu
    return {"count": count, "s": took, "cpu_s": used, "mib": _memory() - before}


def _server_of(config: str) -> str:
    return json.loads(Path(config).read_text())["clusters"][0]["cluster"]["server"]


def _memory() -> float:
    """MiB: the highest that the process has been."""
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _client(which: str, config: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--client", which, "--kubeconfig", config], check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pods", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client")
    parser.add_argument("--kubeconfig")
    parser.add_argument("--serve", action="store_true")
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.pods))
    if arguments.client:
        config = arguments.kubeconfig
        clients = {"ours": ours, "watched": partial(ours, watch=True), "official": official, "floor": floor}
        print(json.dumps(asyncio.run(clients[arguments.client](config))))
        return
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", "--pods", str(arguments.pods)], stdout=subprocess.PIPE, text=True
    )
    try:
        port, size = map(int, (server.stdout or sys.stdin).readline().split())
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder, "kubeconfig")
            config.write_text(json.dumps(kubeconfig(port)))
            rounds = [
                [_client(which, str(config)) for which in ("ours", "official", "floor", "watched")]
                for _ in range(arguments.rounds)
            ]
    finally:
        server.kill()
    print(f"{arguments.pods} pods, {size / 1e6:.0f} MB of JSON, {arguments.rounds} rounds, medians")
    for name, unit, goal in (("s", "s", ""), ("cpu_s", "s of CPU", " (goal: 60x)"), ("mib", "MiB", " (goal: 10x)")):
        ours_median, theirs = (statistics.median(one[i][name] for one in rounds) for i in (0, 1))
        print(f"ours {ours_median:.2f} official {theirs:.2f} {unit}: {theirs / ours_median:.0f}x{goal}")
    least, theirs = (statistics.median(one[i]["cpu_s"] for one in rounds) for i in (2, 1))
    print(f"floor {least:.2f} official {theirs:.2f} s of CPU: {theirs / least:.0f}x is the most that is possible here")
    held = statistics.median(watched["held_ms"] for *_, watched in rounds)
    print(f"the event loop is held for at most {held:.1f} ms (goal: 16 ms)")


def kubeconfig(port: int) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "bench", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "bench", "user": {"token": "bench"}}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": "bench", "user": "bench"}}],
    }


if __name__ == "__main__":
    main()
