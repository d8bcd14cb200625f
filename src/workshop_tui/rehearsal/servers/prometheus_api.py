"""A small part of Prometheus' HTTP API.

It reads few expressions (`prometheus_expression.py`). Ranges reach back to the moment at which the platform began to
serve, as far as its memory allows.
"""

from __future__ import annotations

import re
from collections import deque
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from workshop_tui.rehearsal.servers import stamp
from workshop_tui.rehearsal.servers.prometheus_expression import BadDataError, parse_expression
from workshop_tui.rehearsal.servers.series import Sample, scrape
from workshop_tui.rehearsal.world.world import World

SCRAPE_EVERY_S = 15.0
LOOKBACK_S = 300.0
MAX_POINTS = 11_000
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_UNIT_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, None: 1}


class PrometheusApi:
    def __init__(self, world: World, *, samples_kept: int = 300_000) -> None:
        self._world = world
        self._samples_kept = samples_kept
        self._scrapes: deque[tuple[float, list[Sample]]] = deque()
        """Unix time and what was scraped."""
        self.held = 0
        """Samples in memory."""

    def observe(self) -> None:
        """Scrape if it is time to."""
        now = self._world.now.timestamp()
        if not self._scrapes or now - self._scrapes[-1][0] >= SCRAPE_EVERY_S:
            samples = scrape(self._world)
            self._scrapes.append((now, samples))
            self.held += len(samples)
            while self.held > self._samples_kept and len(self._scrapes) > 1:
                self.held -= len(self._scrapes.popleft()[1])

    def application(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(middlewares=[*middlewares])
        app.router.add_get("/-/ready", _ready)
        app.router.add_get("/-/healthy", _ready)
        for method in ("GET", "POST"):
            app.router.add_route(method, "/api/v1/query", self._query)
            app.router.add_route(method, "/api/v1/query_range", self._query_range)
        app.router.add_get("/api/v1/targets", self._targets)
        app.router.add_get("/api/v1/rules", self._rules)
        app.router.add_get("/api/v1/alerts", self._alerts)
        app.router.add_get("/api/v1/status/buildinfo", _build_info)
        return app

    async def _query(self, request: web.Request) -> web.Response:
        try:
            given = await _parameters(request)
            evaluate = parse_expression(given.get("query", ""))
            now = self._world.now.timestamp()
            at = _time(given["time"]) if given.get("time") else now
            scraped, samples = (now, scrape(self._world)) if at >= now else self._at(at)
        except BadDataError as error:
            return _bad_data(error)
        result = [{"metric": one.labels, "value": [at, _text(one.value)]} for one in evaluate(samples, scraped)]
        return _success({"resultType": "vector", "result": result})

    async def _query_range(self, request: web.Request) -> web.Response:
        try:
            given = await _parameters(request)
            evaluate = parse_expression(given.get("query", ""))
            start, end = _time(given.get("start", "")), _time(given.get("end", ""))
            step = _duration_s(given.get("step", ""))
            if end < start:
                raise BadDataError('invalid parameter "end": end timestamp must not be before start time')
            if (end - start) / step > MAX_POINTS:
                raise BadDataError("exceeded maximum resolution of 11,000 points per timeseries.")
        except BadDataError as error:
            return _bad_data(error)
        series: dict[tuple[tuple[str, str], ...], list[list[float | str]]] = {}
        for number in range(int((end - start) / step) + 1):
            at = start + number * step
            scraped, samples = self._at(at)
            for one in evaluate(samples, scraped):
                series.setdefault(tuple(sorted(one.labels.items())), []).append([at, _text(one.value)])
        result = [{"metric": dict(labels), "values": values} for labels, values in series.items()]
        return _success({"resultType": "matrix", "result": result})

    def _at(self, at: float) -> tuple[float, list[Sample]]:
        """The last scrape at or before the moment and when it was, not older than Prometheus looks back."""
        for scraped, samples in reversed(self._scrapes):
            if scraped <= at:
                return scraped, samples if at - scraped <= LOOKBACK_S else []
        return at, []

    async def _targets(self, request: web.Request) -> web.Response:
        active = (
            []
            if request.query.get("state") == "dropped"
            else [
                {
                    "labels": {name: value for name, value in one.labels.items() if name != "__name__"},
                    "discoveredLabels": {},
                    "scrapePool": one.labels["job"],
                    "scrapeUrl": f"http://{one.labels['instance']}/metrics",
                    "lastError": "" if one.value else "connection refused",
                    "lastScrape": stamp.microseconds(self._world.now),
                    "lastScrapeDuration": 0.012,
                    "health": "up" if one.value else "down",
                    "scrapeInterval": "15s",
                    "scrapeTimeout": "10s",
                }
                for one in scrape(self._world)
                if one.labels["__name__"] == "up"
            ]
        )
        return _success({"activeTargets": active, "droppedTargets": []})

    async def _rules(self, request: web.Request) -> web.Response:
        wanted = () if request.query.get("type") == "record" else self._alert_rules()
        rules = [self._rule(*rule) for rule in wanted]
        groups = [{"name": "workshop", "file": "workshop.yaml", "interval": 15, "rules": rules}] if rules else []
        return _success({"groups": groups})

    async def _alerts(self, _: web.Request) -> web.Response:
        return _success({"alerts": [alert for rule in self._alert_rules() for alert in self._rule(*rule)["alerts"]]})

    def _alert_rules(self) -> list[tuple[str, str, bool]]:
        """Name, expression, and whether it fires; a scenario without monitoring has none."""
        if not self._world.scenario.monitoring.alerts:
            return []
        world = self._world
        now_s = world.timeline.now_s
        nodes = [node for region in world.regions.values() for node in region.cluster.nodes.values()]
        fullest = max(node.used_share(now_s) for node in nodes)
        key_days = (world.gateway.key.expires_s - now_s) / 86_400
        lost = sum(pod.reason == "Evicted" for region in world.regions.values() for pod in region.cluster.pods.values())
        return [
            ("EphemeralStorageHigh", "max(node storage used share) > 0.85", fullest > 0.85),
            ("WorkspaceFailures", "evicted workspace pods > 0", lost > 0),
            ("GatewayKeyExpires", "gateway key validity < 7d", key_days < 7),
        ]

    def _rule(self, name: str, expression: str, fires: bool) -> dict[str, Any]:
        alert = {
            "labels": {"alertname": name, "severity": "critical"},
            "annotations": {},
            "state": "firing",
            "activeAt": stamp.microseconds(self._world.now),
            "value": "1e+00",
        }
        return {
            "type": "alerting",
            "name": name,
            "query": expression,
            "duration": 0,
            "labels": {"severity": "critical"},
            "annotations": {},
            "health": "ok",
            "state": "firing" if fires else "inactive",
            "alerts": [alert] if fires else [],
        }


async def _parameters(request: web.Request) -> dict[str, str]:
    form = await request.post() if request.method == "POST" else {}
    return {**request.query, **{name: value for name, value in form.items() if isinstance(value, str)}}


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise BadDataError(f'cannot parse "{text}" to a valid timestamp') from None


def _duration_s(text: str) -> float:
    match = _DURATION.fullmatch(text)
    seconds = float(match[1]) * _UNIT_S[match[2]] if match else 0.0
    if seconds <= 0:
        raise BadDataError(f'cannot parse "{text}" to a valid duration')
    return seconds


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _success(data: object) -> web.Response:
    return web.json_response({"status": "success", "data": data})


def _bad_data(error: BadDataError) -> web.Response:
    return web.json_response({"status": "error", "errorType": "bad_data", "error": str(error)}, status=400)


async def _ready(_: web.Request) -> web.Response:
    return web.Response(text="Prometheus Server is Ready.\n")


async def _build_info(_: web.Request) -> web.Response:
    return _success({"version": "3.13.2", "revision": "rehearsal", "branch": "HEAD", "goVersion": "go1.25"})
