from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from fakes.certificates import server_context
from fakes.http_clients import ORDINARY, QUESTIONS, SECRET, Impatient, opened, settings_for
from fakes.loopback import Answer, Asked, Says, connections, loopback
from workshop_tui import clients
from workshop_tui.clients.failure import of_exception, of_status
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

ECHO = f'{{"error": "{SECRET}", "message": "{SECRET}"'.encode()
PAGE = f"<!doctype html><title>Sign in</title>{SECRET}".encode()


async def endless() -> AsyncGenerator[bytes, None]:
    yield b'{"a": "'
    while True:
        yield b"x" * 2**20


def says(status: int, body: bytes = b"", **headers: str) -> Callable[[], Says]:
    return lambda: Says(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


HOSTILE: dict[str, tuple[Callable[[], Says | None], ErrorKind, str]] = {
    "hangs": (lambda: None, ErrorKind.TIMEOUT, "did not answer in time"),
    "hangs in the middle": (lambda: Says(200, b'{"a"', hangs=True), ErrorKind.TIMEOUT, "did not answer in time"),
    "cut in the middle": (lambda: Says(200, ECHO, cut=True), ErrorKind.UNREACHABLE, "cannot be reached"),
    "a web page": (says(200, PAGE), ErrorKind.MALFORMED, "web page: check the address"),
    "half a JSON": (says(200, ECHO), ErrorKind.MALFORMED, "does not answer as expected"),
    "no bytes": (says(200), ErrorKind.MALFORMED, "half an answer, or not JSON"),
    "no UTF-8": (says(200, b'"\xff\xfe"'), ErrorKind.MALFORMED, "does not answer as expected"),
    "another JSON": (says(200, b"5"), ErrorKind.MALFORMED, "does not answer as expected"),
    "without end": (lambda: Says(200, stream=endless()), ErrorKind.MALFORMED, "more than 8 MiB"),
    "null": (says(200, b" null\n"), ErrorKind.MALFORMED, "null, which states nothing"),
    "no content": (says(204), ErrorKind.MALFORMED, "does not answer as expected"),
    "301": (says(301, PAGE, Location="/elsewhere"), ErrorKind.MALFORMED, "(301): check the address"),
    "401": (says(401, PAGE), ErrorKind.UNAUTHORIZED, "renew the token or key"),
    "403": (says(403, PAGE), ErrorKind.FORBIDDEN, "the token lacks a right"),
    "404": (says(404, PAGE), ErrorKind.NOT_FOUND, "check the address and the token's rights"),
    "429": (says(429, PAGE), ErrorKind.RATE_LIMITED, "limits the rate"),
    "500": (says(500, PAGE), ErrorKind.UNREACHABLE, "answers with 500: look at its logs"),
    "502": (says(502, ECHO), ErrorKind.UNREACHABLE, "answers with 502: look at its logs"),
}


HASTY = Impatient(Settings())


async def failed(
    question: str, answer: Answer, directory: Path, network: Network = ORDINARY
) -> tuple[SourceError, list[Asked]]:
    kind, ask = QUESTIONS[question]
    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory)
        async with opened(kind, settings, network) as client:
            with pytest.raises(SourceError) as caught:
                await ask(client)
        return caught.value, server.asked


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_each_hostile_answer_is_one_line_that_says_what_to_do(hostile: str, tmp_path: Path) -> None:
    answer, kind, words = HOSTILE[hostile]
    network = HASTY if kind is ErrorKind.TIMEOUT else ORDINARY
    error, asked = await failed("Coder's version", lambda _: answer(), tmp_path, network)
    assert error.kind is kind
    assert words in error.message
    assert "\n" not in error.message
    assert SECRET not in error.message
    assert not any(request.target.startswith("/elsewhere") for request in asked)


STAGES = {
    "fetched": (Says(200, ECHO, cut=True), ErrorKind.UNREACHABLE, "cannot be reached"),
    "its status judged": (Says(429, PAGE, {"Retry-After": "17"}), ErrorKind.RATE_LIMITED, "asks to wait 17 s"),
    "decoded": (Says(200, ECHO), ErrorKind.MALFORMED, "does not answer as expected"),
    "decoded whatever it is": (Says(200, b"null"), ErrorKind.MALFORMED, "null, which states nothing"),
}
"""What each question hands on to `json_request`: an answer that fails there."""


@pytest.mark.parametrize("question", QUESTIONS)
async def test_each_question_is_fetched_judged_and_decoded_by_the_one_function(question: str, tmp_path: Path) -> None:
    kind, ask = QUESTIONS[question]
    stage = ""
    async with (
        loopback(lambda _: STAGES[stage][0]) as server,
        opened(kind, settings_for(f"http://{server.host}", tmp_path), ORDINARY) as client,
    ):
        for stage, (_, failure, words) in STAGES.items():
            with pytest.raises(SourceError) as caught:
                await ask(client)
            assert (caught.value.kind, words in caught.value.message) == (failure, True), stage
            assert SECRET not in caught.value.message


def test_no_client_asks_past_the_one_function() -> None:
    """But a route's probe, which says how far it came; clusters are asked by the official library."""
    asks = set()
    for file in Path(str(clients.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if re.search(r"\b_?client\.(stream|request|send|get|post|put|patch|delete|head)$", called):
                asks.add(file.name)
    assert asks == {"json_request.py", "route.py"}


EACH_CLIENT = {kind: question for question, (kind, _) in reversed(QUESTIONS.items())}.values()
"""One question of each."""


@pytest.mark.parametrize("question", EACH_CLIENT)
async def test_a_certificate_that_nobody_trusts_ends_before_any_secret_is_sent(question: str, tmp_path: Path) -> None:
    kind, ask = QUESTIONS[question]
    context = server_context(trustme.CA().issue_cert("127.0.0.1"))
    async with loopback(lambda _: Says(), context) as server:
        settings = settings_for(f"https://{server.host}", tmp_path)
        async with opened(kind, settings, ORDINARY) as client:
            with pytest.raises(SourceError, match=r"does not trust: name it in network\.ca_file") as caught:
                await ask(client)
    assert caught.value.kind is ErrorKind.TLS
    assert server.asked == []


async def test_a_server_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    kind, ask = QUESTIONS["Coder's version"]
    async with loopback(lambda _: Says()) as server:
        pass
    settings = settings_for(f"http://{server.host}", tmp_path)
    async with opened(kind, settings, ORDINARY) as client:
        with pytest.raises(SourceError, match="refuses connections") as caught:
            await ask(client)
    assert caught.value.kind is ErrorKind.UNREACHABLE


async def test_what_speaks_no_http_is_unreachable(tmp_path: Path) -> None:
    kind, ask = QUESTIONS["Coder's version"]

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        await reader.read()

    async with connections(greet) as port:
        settings = settings_for(f"http://127.0.0.1:{port}", tmp_path)
        async with opened(kind, settings, ORDINARY) as client:
            with pytest.raises(SourceError, match="cannot be reached") as caught:
                await ask(client)
    assert caught.value.kind is ErrorKind.UNREACHABLE


async def test_how_long_to_wait_comes_from_the_server(tmp_path: Path) -> None:
    error, _ = await failed("Coder's version", lambda _: Says(429, PAGE, {"Retry-After": "17"}), tmp_path)
    assert (error.kind, error.retry_after_s) == (ErrorKind.RATE_LIMITED, 17)
    assert error.message.endswith("limits the rate, asks to wait 17 s")


def test_a_date_to_wait_for_is_read_too() -> None:
    in_two_minutes = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    error = of_status(429, "Coder", retry_after=in_two_minutes)
    assert error is not None
    assert error.retry_after_s == pytest.approx(120, abs=3)


@pytest.mark.parametrize(
    ("retry_after", "wait_s"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("-5", 0),
        ("0.5", 0.5),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2015 07:28:00", 0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 3600),
        ("99999999", 3600),
        ("inf", 3600),
    ],
)
def test_a_mad_wait_blinds_for_an_hour_at_most(retry_after: str | None, wait_s: float | None) -> None:
    error = of_status(429, "Coder", retry_after=retry_after)
    assert error is not None
    assert error.retry_after_s == wait_s


@given(st.text(max_size=40) | st.text("0123456789 ,:GMTJanMonFri+-.", max_size=40))
def test_no_text_where_a_wait_should_be_breaks_anything(retry_after: str) -> None:
    error = of_status(429, "Coder", retry_after=retry_after)
    assert error is not None
    assert error.retry_after_s is None or 0 <= error.retry_after_s <= 3600


@given(st.integers(100, 599))
def test_every_status_but_success_is_an_error_of_some_kind(status: int) -> None:
    error = of_status(status, "Coder")
    assert (error is None) == (200 <= status < 300)


def test_an_error_of_ours_inside_another_keeps_its_words() -> None:
    ours = SourceError(ErrorKind.NOT_CONFIGURED, "set coder.url")
    outer = RuntimeError("wrapped")
    outer.__cause__ = ours
    assert of_exception(outer, "Coder") is ours


def test_causes_that_turn_in_a_circle_end() -> None:
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    assert of_exception(first, "Coder").message == "Coder cannot be reached (RuntimeError)"


async def test_a_secret_that_no_header_may_hold_is_named_and_not_shown(tmp_path: Path) -> None:
    settings = settings_for("http://127.0.0.1:9", tmp_path)
    (tmp_path / "secret").write_text("first-line\nsecond-línea", encoding="utf-8")
    kind, ask = QUESTIONS["Coder's version"]
    async with opened(kind, settings, Network(settings)) as client:
        with pytest.raises(SourceError, match="no header may hold: store it again") as caught:
            await ask(client)
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    assert "line" not in caught.value.message
