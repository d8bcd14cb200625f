"""The memory of the whole process, as the system counts it, while a server answers with too much."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fakes.kube_config import write_kubeconfig

MOST_COST_BYTES = 64 * 2**20
LIST = b'{"metadata":{"resourceVersion":"1"},"items":[]}'
EVENT = b'{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"2"}}}\n'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ZEROS = bytes(2**20)
BOMB = gzip.compress(bytes(2**26), 9, mtime=0)
"""64 MiB in 64 KiB."""


def plain(body: bytes, more: bytes = b"") -> Iterator[bytes]:
    yield OK + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def flood(head: bytes, buffer: bytes, total_bytes: int) -> Iterator[bytes]:
    yield OK + head + b"\r\n"
    for _ in range(total_bytes // len(buffer)):
        yield buffer


def headers_without_end() -> Iterator[bytes]:
    yield OK
    for number in range(2_000_000):
        yield b"X-%d: y\r\n" % number


def filled(head: bytes, unit: bytes, tail: bytes, size: int) -> bytes:
    return head + b",".join([unit] * ((size - len(head) - len(tail)) // (len(unit) + 1))) + tail


def event(pod: bytes) -> bytes:
    return b'{"type":"ADDED","object":' + pod + b"}\n"


def labelled(count: int) -> bytes:
    return b'{"metadata":{"name":"a","labels":{' + b",".join(b'"%x":"%x"' % (at, at) for at in range(count)) + b"}}}"


STATUSES = b'{"metadata":{"name":"a"},"status":{"containerStatuses":['
GZIP = b"Content-Encoding: gzip\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
FLOODS = {
    "/gzip-in-gzip": lambda: plain(gzip.compress(BOMB, mtime=0), b"Content-Encoding: gzip, gzip\r\n"),
    "/bomb": lambda: plain(BOMB * 64, GZIP),
    "/plain": lambda: flood(b"Content-Length: %d\r\n" % 2**31, ZEROS, 2**31),
    "/tiny-chunks": lambda: flood(CHUNKED, b"1\r\nx\r\n" * 10_000, 2**31),
    "/headers": headers_without_end,
}
BODIES = {
    "/objects": lambda: plain(filled(b'{"items":[', b'{"metadata":{}}', b"]}", 7 * 2**20)),
    "/nothings": lambda: plain(filled(b'{"items":[', b"{}", b"]}", 7 * 2**20)),
    "/labels": lambda: plain(b'{"items":[' + labelled(450_000) + b"]}"),
}
EVENTS = {"/containers": lambda: plain(event(filled(STATUSES, b"{}", b"]}}", 7 * 2**19)))}
LARGE = {
    "/many-labels": lambda: plain(b'{"items":[' + labelled(280_000) + b"]}"),
    "/wide-text": lambda: plain(
        '{"items":[{"metadata":{"name":"\N{GRINNING FACE}'.encode() + b"x" * 7 * 2**20 + b'"}}]}'
    ),
}
LARGE_EVENTS = {"/event-of-labels": lambda: plain(event(labelled(200_000)))}
ANSWERS = FLOODS | BODIES | EVENTS | LARGE | LARGE_EVENTS


def serve_one(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        while request := connection.recv(2**16):
            target = request.split(b" ", 2)[1].decode()
            path = target.partition("?")[0]
            ordinary = EVENT if "watch=true" in target else LIST
            for piece in plain(ordinary) if path == "/ordinary" else ANSWERS[path]():
                connection.sendall(piece)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """It answers in threads: one that is slow to read holds no other up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.settimeout(20)
                    threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    accepting.join(5)


@pytest.mark.parametrize("way", ["http", "list", "watch"])
def test_no_answer_costs_more_than_64_mib(way: str, server: str, tmp_path: Path) -> None:
    large = LARGE_EVENTS if way == "watch" else LARGE
    refused = FLOODS | (EVENTS if way == "watch" else BODIES)
    kubeconfig = write_kubeconfig(tmp_path, f"http://{server}")
    asker = [sys.executable, "-m", "fakes.asker", way, server, kubeconfig, "/ordinary", *large, *refused]
    done = subprocess.run(asker, cwd="tests", stdout=subprocess.PIPE, check=True, timeout=60)
    found = json.loads(done.stdout)
    answers = {path: answer for path, (answer, _) in found.items()}
    costs = {path: peak_bytes - found["/ordinary"][1] for path, (_, peak_bytes) in found.items()}
    assert {path for path, answer in answers.items() if answer == "fine"} == {"/ordinary", *large}
    assert {path for path, answer in answers.items() if answer.startswith("malformed: ")} == {*refused}
    assert {path: cost for path, cost in costs.items() if cost >= MOST_COST_BYTES} == {}
    assert max(costs.values()) > 2**20, "the peak is not measured"
