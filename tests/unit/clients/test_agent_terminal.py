"""A command by the agent's terminal, against a websocket that behaves and ones that do not."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from fakes.certificates import server_context
from fakes.loopback import Asked
from fakes.name_server import NameServer, name_server
from fakes.websocket import TEXT, Talk, close_frame, frame, websocket
from workshop_tui.clients.agent_terminal import AgentTerminal, CommandEnd
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

TOKEN = "abcdefghij-ABCDEFGHIJ0123456789ab"
HOST = "ohio.example.test"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", TOKEN)


def marker_of(asked: Asked) -> str:
    found = re.search(r"wt-end-[0-9a-f]+", asked.query["command"])
    assert found
    return found[0]


def says(*pieces: bytes, end: bytes = b"") -> Talk:
    """`{marker}` stands for the marker; then it waits until the client leaves, or closes with `end`."""

    async def talk(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(frame(piece.replace(b"{marker}", marker_of(asked).encode())))
            await writer.drain()
        if end:
            writer.write(end)
            await writer.drain()
        await reader.read()

    return talk


async def run(
    url: str, timeout_s: float = 5, command: str = "curl -fsS http://gateway/health", **more: Any
) -> CommandEnd:
    settings = Settings.model_validate({"coder": {"url": url, "token": {"env": "TOKEN"}}, **more})
    return await AgentTerminal(settings, Network(settings)).run("agent-1", command, timeout_s)


async def refusal(url: str, timeout_s: float = 5, **more: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await run(url, timeout_s, **more)
    assert TOKEN not in caught.value.message
    assert "\n" not in caught.value.message
    return caught.value


async def test_the_exit_code_and_the_first_line_are_told() -> None:
    talk = says(b"\x1b[31mcurl: (22) 503\x1b[0m\r\nmore\r\n", b"\r\n{marker} 22\r\n")
    async with websocket(talk) as server:
        assert await run(f"http://{server.host}") == CommandEnd(22, "curl: (22) 503")
    (asked,) = server.asked
    assert asked.path == "/api/v2/workspaceagents/agent-1/pty"
    assert asked.headers["coder-session-token"] == TOKEN
    assert TOKEN not in asked.target
    assert re.fullmatch(r"[0-9a-f-]{36}", asked.query["reconnect"])
    assert (asked.query["height"], asked.query["width"]) == ("24", "200")


async def test_commands_share_one_reading_of_the_token(tmp_path: Path) -> None:
    script = f"open({str(tmp_path / 'runs')!r}, 'a').write('ran '); print({TOKEN!r})"
    token = {"command": [sys.executable, "-S", "-c", script]}
    async with websocket(says(b"\r\n{marker} 0\r\n")) as server:
        settings = Settings.model_validate({"coder": {"url": f"http://{server.host}", "token": token}})
        network = Network(settings)
        for _ in range(2):
            assert (await AgentTerminal(settings, network).run("agent-1", "true", 5)).exit_code == 0
    assert (tmp_path / "runs").read_text() == "ran "
    assert {asked.headers["coder-session-token"] for asked in server.asked} == {TOKEN}


async def test_the_command_is_one_word_for_any_shell_whatever_quotes_it_has() -> None:
    async with websocket(says(b"\r\n{marker} 0\r\n")) as server:
        end = await run(f"http://{server.host}", command='echo "it\'s" $HOME; false')
    assert end == CommandEnd(0, "")
    assert server.asked[0].query["command"].startswith("sh -c '")


async def test_an_exit_code_that_comes_in_pieces_is_not_cut_short() -> None:
    async with websocket(says(b"hello\r\n\r\n{mar".replace(b"{mar", b"{marker} 1"), b"27", b"\r\n")) as server:
        assert await run(f"http://{server.host}") == CommandEnd(127, "hello")


async def test_text_frames_and_a_flood_before_the_end_are_read_too() -> None:
    async def talk(asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame("é first\r\n".encode(), TEXT))
        for _ in range(100):
            writer.write(frame(b"x" * 60_000 + b"\r\n"))
            await writer.drain()
        writer.write(frame(f"\r\n{marker_of(asked)} 3\r\n".encode(), TEXT))
        await reader.read()

    async with websocket(talk) as server:
        assert await run(f"http://{server.host}") == CommandEnd(3, "é first")


async def test_what_it_prints_is_masked_and_one_line() -> None:
    talk = says(f"token {TOKEN}\x07 and\tsk-abcdefgh12345678\r\n".encode(), b"\r\n{marker} 1\r\n")
    async with websocket(talk) as server:
        end = await run(f"http://{server.host}")
    assert end.first_line == "token •••• and ••••"


async def test_a_terminal_that_hangs_is_given_up_with_what_it_said() -> None:
    async with websocket(says(b"connecting...\r\n")) as server:
        told = await refusal(f"http://{server.host}", timeout_s=2)
    assert told.kind is ErrorKind.TIMEOUT
    assert told.message == "the agent's terminal: the command did not end in 2 s, it said: connecting..."


async def test_a_handshake_that_never_ends_is_given_up() -> None:
    async def serve(_: Asked, reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await reader.read()

    async with websocket(serve, refusal=b"HTTP/1.1 101 Switching") as server:
        told = await refusal(f"http://{server.host}", timeout_s=0.3)
    assert told.kind in (ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE)


@pytest.mark.parametrize(
    ("talk", "kind", "said"),
    [
        (
            says(end=close_frame(1011, "dial workspace agent: context deadline exceeded")),
            ErrorKind.UNREACHABLE,
            "the agent's terminal closed before the command ended: dial workspace agent: context deadline exceeded",
        ),
        (
            says(b"sh: 1: Syntax error: Unterminated quoted string\r\n", end=close_frame(1000, "")),
            ErrorKind.UNREACHABLE,
            "the agent's terminal closed before the command ended: sh: 1: Syntax error: Unterminated quoted string",
        ),
        (
            says(end=close_frame(1000, "")),
            ErrorKind.UNREACHABLE,
            "the agent's terminal closed before the command ended: without a word",
        ),
        (says(end=b"\xff\xff garbage"), ErrorKind.MALFORMED, "the agent's terminal does not speak as a websocket does"),
    ],
)
async def test_a_terminal_that_closes_or_speaks_garbage_is_told(talk: Talk, kind: ErrorKind, said: str) -> None:
    async with websocket(talk) as server:
        told = await refusal(f"http://{server.host}")
    assert (told.kind, told.message) == (kind, said)


async def test_a_connection_that_is_cut_is_told() -> None:
    async def talk(_: Asked, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with websocket(talk) as server:
        told = await refusal(f"http://{server.host}")
    assert told.kind is ErrorKind.UNREACHABLE


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ErrorKind.UNAUTHORIZED),
        (404, ErrorKind.NOT_FOUND),
        (502, ErrorKind.UNREACHABLE),
        (200, ErrorKind.MALFORMED),
    ],
)
async def test_a_refused_handshake_is_told_by_its_status(status: int, kind: ErrorKind) -> None:
    answer = f"HTTP/1.1 {status} No\r\nContent-Length: 2\r\n\r\nno".encode()
    async with websocket(says(), refusal=answer) as server:
        assert (await refusal(f"http://{server.host}")).kind is kind


async def test_a_redirect_is_not_followed_so_that_the_token_stays() -> None:
    async with websocket(says(b"\r\n{marker} 0\r\n")) as other:
        answer = f"HTTP/1.1 302 Found\r\nLocation: http://{other.host}/\r\nContent-Length: 0\r\n\r\n".encode()
        async with websocket(says(), refusal=answer) as server:
            told = await refusal(f"http://{server.host}")
        assert other.asked == []
    assert "redirects elsewhere (302)" in told.message


async def test_nobody_there_is_told() -> None:
    async with websocket(says()) as server:
        pass
    told = await refusal(f"http://{server.host}")
    assert (told.kind, told.message) == (ErrorKind.UNREACHABLE, "the agent's terminal refuses connections")


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with name_server({"*.example.test": ("127.0.0.1",)}) as server:
        yield server


async def test_tls_is_verified_and_names_go_by_the_settings(names: NameServer, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    trusted = {"network": {"ca_file": str(tmp_path / "ca.pem"), "nameserver": names.address}}
    talk = says(b"\r\n{marker} 0\r\n")
    async with websocket(talk, server_context(authority.issue_cert(HOST))) as server:
        url = f"https://{HOST}:{server.port}"
        assert (await run(url, **trusted)).exit_code == 0
        told = await refusal(url, network={"nameserver": names.address})
        assert told.kind is ErrorKind.TLS
        assert "its certificate" in told.message
    async with websocket(talk, server_context(authority.issue_cert("other.example.test"))) as server:
        told = await refusal(f"https://{HOST}:{server.port}", **trusted)
    assert told.kind is ErrorKind.TLS
    assert server.asked == []


@pytest.mark.parametrize("host", ["ohio.outside.test", "192.0.2.7"])
async def test_a_rehearsal_reaches_nothing_outside_this_machine(host: str) -> None:
    rehearsal = {
        "scenario": "calm",
        "started_at": "2026-12-01T12:00:00Z",
        "shown_at": "2026-12-01T12:00:00Z",
        "workshop_starts_at": "2026-12-03T12:00:00Z",
    }
    async with name_server({"*.outside.test": ("192.0.2.7",)}) as server:
        told = await refusal(f"https://{host}", rehearsal=rehearsal, network={"nameserver": server.address})
    assert "a rehearsal reaches nothing outside this machine" in told.message
