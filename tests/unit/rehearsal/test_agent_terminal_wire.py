"""The simulated terminal and the apps of a workspace, asked as Coder's public documentation says."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import aiohttp
import pytest


async def agent_of(wire, name: str = "name:workshop") -> dict[str, Any]:
    found = (await wire.coder("/workspaces", q=name)).json["workspaces"]
    return found[0]["latest_build"]["resources"][0]["agents"][0]


def url_of(wire, agent_id: str) -> str:
    return f"{wire.settings['coder']['url']}/api/v2/workspaceagents/{agent_id}/pty"


def query(**more: str) -> dict[str, str]:
    return {"reconnect": str(uuid.uuid4()), "height": "24", "width": "80", **more}


async def output_of(wire, command: str) -> str:
    """All that it says until it closes."""
    agent = await agent_of(wire)
    headers = {"Coder-Session-Token": wire.secret("coder", "token")}
    said = b""
    async with wire.session.ws_connect(
        url_of(wire, agent["id"]), params=query(command=command), headers=headers
    ) as terminal:
        async for message in terminal:
            assert message.type is aiohttp.WSMsgType.BINARY
            said += message.data
    return said.decode()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo hello", "hello\r\n"),
        ("false || echo no; true && echo yes", "no\r\nyes\r\n"),
        ('sh -c \'( exit 3 ) 2>&1; printf "\\nend %s\\n" "$?"\'', "\r\nend 3\r\n"),
        ("goose --version; echo $?", "sh: 1: goose: not found\r\n127\r\n"),
        ("goose 2>/dev/null || echo none", "none\r\n"),
        ("curl -s https://elsewhere.example.test; echo $?", "6\r\n"),
        (
            "curl -sS https://elsewhere.example.test; echo $?",
            "curl: (6) Could not resolve host: elsewhere.example.test\r\n6\r\n",
        ),
        ("name=ana; echo \"it's $name\" '$name'", "it's ana $name\r\n"),
        ("( echo", 'sh: 1: Syntax error: end of file unexpected (expecting ")")\r\n'),
        ("echo 'open", "sh: 1: Syntax error: Unterminated quoted string\r\n"),
        ("ls | wc", 'sh: 1: Syntax error: "|" unexpected\r\n'),
    ],
)
async def test_a_command_says_what_a_shell_would(rehearse, command: str, said: str) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        assert await output_of(wire, command) == said


async def test_from_inside_the_gateway_and_coder_answer(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        gateway, coder = wire.settings["gateway"]["url"], wire.settings["coder"]["url"]
        assert await output_of(wire, f"curl -fsS {gateway}/health/liveliness") == '"I\'m alive!"'
        assert await output_of(wire, f"curl -s -o /dev/null -w '%{{http_code}}' {coder}/healthz") == "200"
        refused = await output_of(wire, f"curl -fsS {gateway}/models; echo $?")
        assert refused == "curl: (22) The requested URL returned error: 401\r\n22\r\n"


async def test_a_login_shell_reads_what_is_typed_and_the_cookie_signs_in(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        agent = await agent_of(wire)
        cookie = {"Cookie": f"coder_session_token={wire.secret('coder', 'token')}"}
        async with wire.session.ws_connect(url_of(wire, agent["id"]), params=query(), headers=cookie) as terminal:
            await terminal.send_json({"height": 40, "width": 100})
            await terminal.send_json({"data": "echo hi\r"})
            await terminal.send_json({"data": "exit\r"})
            said = b"".join([message.data async for message in terminal]).decode()
        prompt = "coder@workspace:~$ "
        assert said == f"{prompt}echo hi\r\nhi\r\n{prompt}exit\r\n"


async def test_who_may_not_or_asks_wrongly_is_refused(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        agent = await agent_of(wire)
        headers = {"Coder-Session-Token": wire.secret("coder", "token")}
        for agent_id, params, sent, status in (
            (agent["id"], query(), {}, 401),
            (str(uuid.uuid4()), query(), headers, 404),
            (agent["id"], {"height": "24"}, headers, 400),
            (agent["id"], query(width="wide"), headers, 400),
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await wire.session.ws_connect(url_of(wire, agent_id), params=params, headers=sent)
            assert caught.value.status == status
        plain = await wire.get(url_of(wire, agent["id"]), params=query(), headers=headers)
        assert plain.status == 400


async def test_a_reader_that_leaves_ends_a_command_that_waits(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        agent = await agent_of(wire)
        headers = {"Coder-Session-Token": wire.secret("coder", "token")}
        before = len(asyncio.all_tasks())
        async with wire.session.ws_connect(
            url_of(wire, agent["id"]), params=query(command="echo up; sleep 500"), headers=headers
        ) as terminal:
            assert (await terminal.receive()).data == b"up\r\n"
        for _ in range(100):
            if len(asyncio.all_tasks()) <= before:
                break
            await asyncio.sleep(0.02)
        assert len(asyncio.all_tasks()) <= before


@pytest.mark.parametrize(
    ("scenario", "routed"),
    [
        ("calm", {"ohio": 303, "oregon": 303, "london": 303}),
        ("september-2024", {"ohio": 303, "oregon": 404, "london": 404}),
    ],
)
async def test_apps_answer_through_each_wildcard_while_the_releases_match(rehearse, scenario: str, routed) -> None:
    async with rehearse(scenario, at="T+5m") as wire:
        name = (await agent_of(wire))["apps"][0]["subdomain_name"]
        answers = {}
        for region in routed:
            wildcard = wire.region(region)["wildcard"]
            answer = await wire.get(wire.host(region, wildcard.replace("*", name)))
            answers[region] = answer.status
            if answer.status == 303:
                assert "/api/v2/applications/auth-redirect?redirect_uri=" in answer.headers["Location"]
        assert answers == routed
