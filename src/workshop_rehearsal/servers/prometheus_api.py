"""A small part of Prometheus' HTTP API, over what it scraped from the world (`series/`) in the last hour.

Queries are really worked out (`promql/`); subqueries, `@`, native histograms and the rarer functions are refused.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from workshop_rehearsal.duration import duration_s
from workshop_rehearsal.servers import stamp
from workshop_rehearsal.servers.alerting import Alerting
from workshop_rehearsal.servers.api_traffic import ApiTraffic
from workshop_rehearsal.servers.promql.evaluation import Evaluation
from workshop_rehearsal.servers.promql.failure import BadDataError, ExecutionError
from workshop_rehearsal.servers.promql.parsing import parse
from workshop_rehearsal.servers.promql.sample import Sample
from workshop_rehearsal.servers.promql.signature import type_of
from workshop_rehearsal.servers.promql.value_functions import Value
from workshop_rehearsal.servers.series.scraping import Scraping
from workshop_rehearsal.world.world import World

MAX_POINTS = 11_000
_SECONDS = re.compile(r"\d+(?:\.\d+)?")


class PrometheusApi:
    def __init__(
        self, world: World, traffic: ApiTraffic, collected_file: Path, *, stretches_kept: int = 1_500_000
    ) -> None:
        self._world = world
        self.scraping = Scraping(world, traffic, stretches_kept=stretches_kept, collected_file=collected_file)
        self._alerting = Alerting(world, self.scraping)

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
            node = parse(given.get("query", ""))
            if type_of(node) == "range":
                raise BadDataError("a range is worked out with a function like rate() only")
            at = _time(given["time"]) if given.get("time") else self._world.now.timestamp()
            value = Evaluation(self.scraping.stores).at(node, at)
        except (BadDataError, ExecutionError) as error:
            return _failed(error)
        return _success(_instant(value, at))

    async def _query_range(self, request: web.Request) -> web.Response:
        try:
            given = await _parameters(request)
            node = parse(given.get("query", ""))
            if type_of(node) not in ("scalar", "vector"):
                raise BadDataError("invalid expression type for range query, must be Scalar or instant Vector")
            start, end = _time(given.get("start", "")), _time(given.get("end", ""))
            step = _step_s(given.get("step", ""))
            if end < start:
                raise BadDataError('invalid parameter "end": end timestamp must not be before start time')
            if (end - start) / step > MAX_POINTS:
                raise BadDataError("exceeded maximum resolution of 11,000 points per timeseries.")
            evaluation = Evaluation(self.scraping.stores)
            series: dict[tuple[tuple[str, str], ...], list[list[float | str]]] = {}
            for number in range(int((end - start) / step) + 1):
                at = start + number * step
                value = evaluation.at(node, at)
                for one in value if isinstance(value, list) else [Sample({}, float(value))]:
                    series.setdefault(tuple(sorted(one.labels.items())), []).append([at, _text(one.value)])
        except (BadDataError, ExecutionError) as error:
            return _failed(error)
        result = [{"metric": dict(labels), "values": values} for labels, values in series.items()]
        return _success({"resultType": "matrix", "result": result})

    async def _targets(self, request: web.Request) -> web.Response:
        found = Evaluation(self.scraping.stores).at(parse("up"), self._world.now.timestamp())
        ups = found if isinstance(found, list) and request.query.get("state") != "dropped" else []
        active = [self._target(one) for one in ups]
        return _success({"activeTargets": active, "droppedTargets": []})

    def _target(self, up: Sample) -> dict[str, Any]:
        return {
            "labels": {name: value for name, value in up.labels.items() if name != "__name__"},
            "discoveredLabels": {},
            "scrapePool": up.labels["job"],
            "scrapeUrl": f"http://{up.labels['instance']}/metrics",
            "lastError": "" if up.value else "connection refused",
            "lastScrape": stamp.microseconds(datetime.fromtimestamp(self.scraping.newest or 0.0, UTC)),
            "lastScrapeDuration": 0.012,
            "health": "up" if up.value else "down",
            "scrapeInterval": "15s",
            "scrapeTimeout": "10s",
        }

    async def _rules(self, request: web.Request) -> web.Response:
        return _success({"groups": [] if request.query.get("type") == "record" else self._alerting.groups()})

    async def _alerts(self, _: web.Request) -> web.Response:
        return _success({"alerts": self._alerting.alerts()})


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


def _step_s(text: str) -> float:
    """Seconds, or a duration."""
    try:
        seconds = float(text) if _SECONDS.fullmatch(text) else duration_s(text)
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        raise BadDataError(f'cannot parse "{text}" to a valid duration')
    return seconds


def _instant(value: Value, at: float) -> dict[str, Any]:
    if isinstance(value, list):
        result = [{"metric": one.labels, "value": [at, _text(one.value)]} for one in value]
        return {"resultType": "vector", "result": result}
    if isinstance(value, str):
        return {"resultType": "string", "result": [at, value]}
    return {"resultType": "scalar", "result": [at, _text(value)]}


def _text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))


def _success(data: object) -> web.Response:
    return web.json_response({"status": "success", "data": data})


def _failed(error: BadDataError | ExecutionError) -> web.Response:
    type_, status = ("bad_data", 400) if isinstance(error, BadDataError) else ("execution", 422)
    return web.json_response({"status": "error", "errorType": type_, "error": str(error)}, status=status)


async def _ready(_: web.Request) -> web.Response:
    return web.Response(text="Prometheus Server is Ready.\n")


async def _build_info(_: web.Request) -> web.Response:
    return _success({"version": "3.13.2", "revision": "rehearsal", "branch": "HEAD", "goVersion": "go1.25"})
