"""An API server on loopback whose lists and watches a test scripts."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.kubernetes import Cluster, Limits

IMPATIENT = Limits(silence_s=0.5, sign_in_s=10, watch_s=0)


def pod(name: str, version: int = 1, **more: object) -> dict[str, object]:
    metadata = {"name": name, "namespace": "coder-ws", "uid": f"u-{name}", "resourceVersion": str(version)}
    return {"metadata": metadata, "spec": {}, "status": {"phase": "Running"}, **more}


def page(*items: object, version: int = 1, next_page: str | None = None) -> Says:
    metadata = {"resourceVersion": str(version), **({"continue": next_page} if next_page is not None else {})}
    return Says(200, json.dumps({"kind": "List", "metadata": metadata, "items": items}).encode())


def status(code: int, message: str = "", reason: str = "Expired", **headers: str) -> Says:
    body = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
    return Says(code, json.dumps(body).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def line(kind: str, wire: object) -> bytes:
    """One event of a watch."""
    return json.dumps({"type": kind, "object": wire}).encode() + b"\n"


def bookmark(version: int) -> bytes:
    return line("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": str(version)}})


def watch(*pieces: bytes, hangs: bool = False, cut: bool = False) -> Says:
    """Sends these pieces, then ends politely if it is not told otherwise."""

    async def stream() -> AsyncGenerator[bytes, None]:
        for piece in pieces:
            yield piece

    return Says(200, stream=stream(), hangs=hangs, cut=cut)


@dataclass
class Script:
    """What lists and watches answer, in turn; a watch after the last one is silent."""

    lists: list[Says | None] = field(default_factory=list)
    watches: list[Says | None] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Says | None:
        if "watch" in asked.query:
            return self.watches.pop(0) if self.watches else watch(hangs=True)
        return self.lists.pop(0)


@asynccontextmanager
async def cluster_of(
    answer: Callable[[Asked], Says | None],
    directory: Path,
    user: dict[str, object] | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[tuple[Cluster, list[Asked]]]:
    """A cluster's client, and what was asked."""
    async with loopback(answer) as server:
        kubeconfig = write_kubeconfig(directory, f"http://{server.host}", user)
        cluster = Cluster(kubeconfig, CONTEXT, limits=limits)
        try:
            yield cluster, server.asked
        finally:
            await cluster.close()
