"""What goes wrong on the way for a while, at somebody's request: `POST /fault` of the control API."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from workshop_rehearsal.servers.kubernetes_status import failure
from workshop_rehearsal.servers.kubernetes_target import read_target
from workshop_rehearsal.servers.object_store import ObjectStore
from workshop_rehearsal.world.objects import Kind

SOURCES = ("kubernetes", "kubelet", "coder", "routes", "gateway", "prometheus")
WATCH_KINDS = ("cut-watches", "expire-watches", "flood")
ANSWERED = {
    "status-as-list": ("list", "page"),
    "busy-lists": ("list", "page"),
    "busy-pages": ("page",),
    "busy-watches": ("watch",),
}
"""What the API server answers instead, by the requests that it meets."""
HANDLED = {
    "lost-rows": "coder",
    "lost-bridge": "coder",
    "other-tags": "coder",
    "device-sign-in": "coder",
    "script-timeouts": "coder",
    "sub-agents": "coder",
    "spent-budget": "gateway",
    "spent-budget-older": "gateway",
    "lost-database": "gateway",
    "lost-database-older": "gateway",
    "denying-webhook": "kubernetes",
    "lost-nodes": "kubernetes",
    "full-image-disks": "kubelet",
}
"""What the server itself plays while it lasts, by its source."""
KINDS = ("hang", "refuse", "garbage", "slow", *WATCH_KINDS, *ANSWERED, *HANDLED)
RETRY_AFTER_S = 1
Switch = Callable[[str, bool], None]
"""Changes a region's world when the fault begins (True) and when it ends."""
LONGEST_S = 600.0
SLOW_S = 3.0
FLOOD_PER_S = 10_000
_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Fault:
    region: str
    """Empty: every region."""
    source: str
    kind: str
    ends_s: float
    """On the event loop's clock."""


class Faults:
    def __init__(self, stores: Mapping[str, ObjectStore], switches: Mapping[str, Switch]) -> None:
        self._stores = stores
        self._switches = switches
        """By kind."""
        self._faults: list[Fault] = []
        self._floods: set[asyncio.Task[None]] = set()
        self._watches: dict[int, tuple[str, web.Request]] = {}
        """Those that are open, with their regions."""

    def start(self, region: str, source: str, kind: str, for_s: float) -> None:
        """Raises `ValueError` for what there is not."""
        of_another = kind in (*WATCH_KINDS, *ANSWERED) and source != "kubernetes"
        if source not in SOURCES or kind not in KINDS or of_another or HANDLED.get(kind, source) != source:
            raise ValueError(
                f"expected a source of {', '.join(SOURCES)} and a kind of {', '.join(KINDS)}; watches are of kubernetes"
            )
        if (region and region not in self._stores) or not 0 < for_s <= LONGEST_S:
            raise ValueError(f"expected a region of {', '.join(self._stores)} and for_s up to {LONGEST_S:.0f}")
        fault = Fault(region, source, kind, asyncio.get_running_loop().time() + for_s)
        self._faults.append(fault)
        stores = [store for name, store in self._stores.items() if region in ("", name)]
        if kind in self._switches:
            for name in self._stores:
                if region in ("", name):
                    self._switch(name, kind)
                    asyncio.get_running_loop().call_later(for_s + _STEP_S, self._switch, name, kind)
        if kind == "cut-watches":
            for name, request in list(self._watches.values()):
                if region in ("", name):
                    _abort(request)
        elif kind == "expire-watches":
            for store in stores:
                store.expire()
        elif kind == "flood":
            for store in stores:
                task = asyncio.create_task(_flood(store, fault))
                self._floods.add(task)
                task.add_done_callback(self._floods.discard)

    def has(self, source: str, kind: str, region: str = "") -> bool:
        """Whether the server of that source plays it now."""
        now = asyncio.get_running_loop().time()
        return any(
            (fault.source, fault.kind) == (source, kind) and fault.ends_s > now and fault.region in ("", region)
            for fault in self._faults
        )

    def _switch(self, region: str, kind: str) -> None:
        """On or off, as faults that last say now."""
        self._switches[kind](region, self.has(HANDLED[kind], kind, region))

    def stop(self) -> None:
        self._faults.clear()
        for task in self._floods:
            task.cancel()

    def on_the_way(self, region: str, server: str) -> Middleware:
        """`server` is the one that listens: `kubernetes` answers for kubelets too, `https` for Coder and routes."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            asks = _asks(request) if server == "kubernetes" else ""
            fault = self._current(region, _source(server, request.path), asks)
            if fault is not None and (answer := await _suffer(fault, request)) is not None:
                return answer
            if asks != "watch":
                return await handler(request)
            self._watches[id(request)] = (region, request)
            try:
                return await handler(request)
            finally:
                del self._watches[id(request)]

        return middleware

    def _current(self, region: str, source: str, asks: str) -> Fault | None:
        now = asyncio.get_running_loop().time()
        self._faults = [fault for fault in self._faults if fault.ends_s > now]
        for fault in self._faults:
            meets = {"cut-watches": ("watch",), **ANSWERED}.get(fault.kind, ())
            touches = fault.kind not in (*WATCH_KINDS, *ANSWERED, *HANDLED) or asks in meets
            if touches and fault.source == source and fault.region in ("", region):
                return fault
        return None


def _asks(request: web.Request) -> str:
    """`watch`, the first `list` or a later `page`; empty for anything else of the API server."""
    if request.query.get("watch") in ("true", "1"):
        return "watch"
    target = read_target(request.path) if request.method == "GET" else None
    if target is None or target.name is not None:
        return ""
    return "page" if request.query.get("continue") else "list"


def _source(server: str, path: str) -> str:
    if server == "https":
        return "coder" if path.startswith("/api/v2/") else "routes"
    return "kubelet" if path.endswith("/proxy/stats/summary") else server


async def _suffer(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    """None: the request is answered after all."""
    if fault.kind == "slow":
        await asyncio.sleep(SLOW_S)
        return None
    if fault.kind == "garbage":
        return web.Response(body=b'{"items": [{"metadata": \xff\xfe', content_type="application/json")
    if fault.kind == "status-as-list":
        answer = failure(500, "InternalError", "Internal error occurred: etcdserver: request timed out")
        answer.set_status(200)
        return answer
    if fault.kind in ANSWERED:
        answer = failure(429, "TooManyRequests", "too many requests, please try again later.")
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    if fault.kind == "hang":
        await asyncio.sleep(max(0.0, fault.ends_s - asyncio.get_running_loop().time()))
    _abort(request)
    return web.Response(status=503)


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _flood(store: ObjectStore, fault: Fault) -> None:
    loop = asyncio.get_running_loop()
    while loop.time() < fault.ends_s:
        began = loop.time()
        store.touch(Kind.PODS, int(FLOOD_PER_S * _STEP_S))
        await asyncio.sleep(max(0.0, _STEP_S - (loop.time() - began)))
