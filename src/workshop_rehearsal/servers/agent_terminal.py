"""The reconnecting terminal of a workspace's agent: JSON messages in, the terminal's bytes out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid

from aiohttp import WSCloseCode, WSMsgType, web

from workshop_rehearsal.servers.workspace_network import WorkspaceNetwork
from workshop_rehearsal.servers.workspace_shell import WorkspaceShell
from workshop_rehearsal.world.workspaces import Workspace
from workshop_rehearsal.world.world import World

_PROMPT = "coder@workspace:~$ "


class AgentTerminals:
    def __init__(self, world: World, network: WorkspaceNetwork) -> None:
        self._world = world
        self._network = network

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/api/v2/workspaceagents/{agent}/pty", self._open, allow_head=False)

    async def _open(self, request: web.Request) -> web.StreamResponse:
        workspace = self._of_agent(request.match_info["agent"])
        if workspace is None or workspace.latest.agent is None:
            return _said(404, "Resource not found or you do not have access to this resource")
        status = workspace.latest.agent.status
        if status != "connected":
            text = f'<html><title>Application Unavailable</title>Agent state is "{status}", not "connected"</html>'
            return web.Response(status=502, text=text, content_type="text/html")
        try:
            uuid.UUID(request.query["reconnect"])
            for name in ("height", "width"):
                int(request.query.get(name, "80"))
        except (KeyError, ValueError):
            return _said(400, "Invalid query parameters.")
        terminal = web.WebSocketResponse(compress=False)
        if not terminal.can_prepare(request):
            return _said(400, "Failed to accept websocket.")
        await terminal.prepare(request)
        shell = WorkspaceShell(f"coder-{workspace.owner.username}-{workspace.name}", self._network)
        command = request.query.get("command", "")
        await (_run(terminal, shell, command) if command else _type(terminal, shell))
        return terminal

    def _of_agent(self, agent_id: str) -> Workspace | None:
        for workspace in self._world.workspaces.all.values():
            agent = workspace.latest.agent
            if agent is not None and agent.id == agent_id:
                return workspace
        return None


async def _run(terminal: web.WebSocketResponse, shell: WorkspaceShell, command: str) -> None:
    """The command's end closes the terminal, and so does its reader."""
    running = asyncio.create_task(shell.script(command, lambda text: _show(terminal, text)))
    reading = asyncio.create_task(_read(terminal))
    try:
        await asyncio.wait((running, reading), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (running, reading):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await task
    await terminal.close(code=WSCloseCode.OK)


async def _read(terminal: web.WebSocketResponse) -> None:
    """Until the reader leaves; what a command is typed is not read by any that we play."""
    async for message in terminal:
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY) and _typed(message.data) is None:
            return


async def _type(terminal: web.WebSocketResponse, shell: WorkspaceShell) -> None:
    """A login shell: a line runs when return is pressed."""
    line = ""
    await _show(terminal, _PROMPT)
    async for message in terminal:
        typed = _typed(message.data)
        if typed is None:
            break
        for letter in typed:
            await _show(terminal, "\n" if letter in "\r\n" else letter)
            if letter not in "\r\n":
                line += letter
                continue
            if line.strip() == "exit":
                await terminal.close(code=WSCloseCode.OK)
                return
            await shell.script(line, lambda text: _show(terminal, text))
            line = ""
            await _show(terminal, _PROMPT)
    await terminal.close(code=WSCloseCode.OK)


def _typed(data: str | bytes) -> str | None:
    """None for what is no request of a terminal; a new size alone types nothing."""
    try:
        asked = json.loads(data)
        return str(asked.get("data", ""))
    except (ValueError, AttributeError):
        return None


async def _show(terminal: web.WebSocketResponse, text: str) -> None:
    if not terminal.closed:
        await terminal.send_bytes(text.replace("\n", "\r\n").encode())


def _said(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)
