"""An Alertmanager on loopback that keeps what is posted and says of it what a test wants."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass
class FakeAlertmanager:
    url: str = ""
    posted: list[dict[str, Any]] = field(default_factory=list)
    post_status: int = 200
    post_body: bytes = b""
    lists: bool = True
    receivers: tuple[str, ...] = ("team",)
    status: dict[str, Any] = field(default_factory=lambda: {"state": "active"})
    answers: dict[str, Any] = field(default_factory=dict)
    """By path, of anything else that is asked."""
    refusals: dict[str, int] = field(default_factory=dict)
    """Path -> status."""

    def alive(self) -> list[dict[str, Any]]:
        """As posted last, of each set of labels."""
        newest = {json.dumps(alert["labels"], sort_keys=True): alert for alert in self.posted}
        now = datetime.now(UTC)
        return [alert for alert in newest.values() if datetime.fromisoformat(alert["endsAt"]) > now]


@contextmanager
def fake_alertmanager() -> Iterator[FakeAlertmanager]:
    state = FakeAlertmanager()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in state.refusals:
                self._answer(state.refusals[path], b"no")
            elif path == "/api/v2/alerts":
                receivers = [{"name": name} for name in state.receivers]
                found = [{**alert, "status": state.status, "receivers": receivers} for alert in state.alive()]
                self._answer(200, json.dumps(found if state.lists else []).encode())
            elif path in state.answers:
                self._answer(200, json.dumps(state.answers[path]).encode())
            else:
                self._answer(404, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if state.post_status == 200:
                state.posted += json.loads(body)
            self._answer(state.post_status, state.post_body)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
