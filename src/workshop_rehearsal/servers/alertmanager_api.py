"""Alertmanager's API v2, as far as its state and posted alerts go; it runs alone and is silent about nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from workshop_rehearsal.servers import stamp
from workshop_rehearsal.world.world import World

RECEIVER = "workshop-team"
VERSION = "0.34.0"
RESOLVE_TIMEOUT = timedelta(minutes=5)
_FILTER = re.compile(r'\s*(\w+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"\s]*)\s*')


@dataclass
class _Alert:
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    updated_at: datetime
    generator_url: str


class AlertmanagerApi:
    def __init__(self, world: World) -> None:
        self._world = world
        self._began_at = world.now
        self._alerts: dict[tuple[tuple[str, str], ...], _Alert] = {}
        """By labels, which are an alert's identity."""

    def application(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(middlewares=[*middlewares])
        app.router.add_get("/-/ready", _fine)
        app.router.add_get("/-/healthy", _fine)
        app.router.add_get("/api/v2/status", self._status)
        app.router.add_get("/api/v2/receivers", _receivers)
        app.router.add_get("/api/v2/silences", _silences)
        app.router.add_get("/api/v2/alerts", self._list)
        app.router.add_post("/api/v2/alerts", self._post)
        return app

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "cluster": {"status": "disabled", "peers": []},
                "config": {"original": f"route:\n  receiver: {RECEIVER}\nreceivers:\n- name: {RECEIVER}\n"},
                "uptime": stamp.microseconds(self._began_at),
                "versionInfo": {
                    "version": VERSION,
                    "revision": "rehearsal",
                    "branch": "HEAD",
                    "buildUser": "rehearsal",
                    "buildDate": "20260822-00:00:00",
                    "goVersion": "go1.25",
                },
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        try:
            tests = [_filter(text) for text in request.query.getall("filter", [])]
        except (ValueError, re.error) as error:
            return web.json_response(str(error), status=400)
        now = self._world.now
        wanted = request.query.get("active", "true") != "false"
        receiver = request.query.get("receiver", ".*")
        alive = [alert for alert in self._alerts.values() if alert.ends_at > now] if wanted else []
        if not re.fullmatch(receiver, RECEIVER):
            alive = []
        return web.json_response([_shown(alert) for alert in alive if all(test(alert.labels) for test in tests)])

    async def _post(self, request: web.Request) -> web.Response:
        try:
            given = await request.json()
            alerts = [_parsed(one, self._world.now) for one in given]
        except (json.JSONDecodeError, UnicodeDecodeError, TypeError, ValueError, KeyError, AttributeError) as error:
            return web.json_response(f"bad alert: {type(error).__name__}: {error}", status=400)
        now = self._world.now
        self._alerts = {labels: alert for labels, alert in self._alerts.items() if alert.ends_at > now}
        for alert in alerts:
            self._alerts[tuple(sorted(alert.labels.items()))] = alert
        return web.Response()


def _parsed(given: Mapping[str, Any], now: datetime) -> _Alert:
    labels = {str(name): str(value) for name, value in given["labels"].items() if value != ""}
    if not labels:
        raise ValueError("at least one label pair required")
    ends_at = _moment(given.get("endsAt")) or now + RESOLVE_TIMEOUT
    starts_at = _moment(given.get("startsAt")) or min(now, ends_at)
    if ends_at < starts_at:
        raise ValueError("start time must be before end time")
    return _Alert(labels, dict(given.get("annotations") or {}), starts_at, ends_at, now, given.get("generatorURL", ""))


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f'parsing time "{text}": no zone')
    return moment.astimezone(UTC)


def _shown(alert: _Alert) -> dict[str, Any]:
    text = json.dumps(sorted(alert.labels.items()))
    return {
        "labels": alert.labels,
        "annotations": alert.annotations,
        "startsAt": stamp.microseconds(alert.starts_at),
        "endsAt": stamp.microseconds(alert.ends_at),
        "updatedAt": stamp.microseconds(alert.updated_at),
        "fingerprint": hashlib.sha256(text.encode()).hexdigest()[:16],
        "generatorURL": alert.generator_url,
        "receivers": [{"name": RECEIVER}],
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
    }


def _filter(text: str) -> Callable[[Mapping[str, str]], bool]:
    """Raises `ValueError` or `re.error` for what is no matcher."""
    found = _FILTER.fullmatch(text)
    if found is None:
        raise ValueError(f"bad matcher format: {text}")
    name, operator, value = found.groups()
    if value.startswith('"'):
        value = json.loads(value)
    pattern = re.compile(value if "~" in operator else re.escape(value))
    return lambda labels: (pattern.fullmatch(labels.get(name, "")) is not None) is not operator.startswith("!")


async def _receivers(_: web.Request) -> web.Response:
    return web.json_response([{"name": RECEIVER}])


async def _silences(_: web.Request) -> web.Response:
    return web.json_response([])


async def _fine(_: web.Request) -> web.Response:
    return web.Response(text="OK")
