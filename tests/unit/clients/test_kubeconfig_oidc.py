"""Users of an OpenID Connect issuer, renewed as kubectl does."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
import yaml

from fakes.certificates import server_context
from fakes.issuer import Issuer, web_token
from fakes.loopback import Asked, Loopback, Says, loopback
from workshop_tui.clients.kubeconfig_tokens import with_tokens
from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.errors import ErrorKind, SourceError

CASE = (Path(__file__).parents[2] / "data" / "kubeconfig-oidc-rotation.yaml").read_text(encoding="utf-8")
FRESH = web_token(int(time.time()) + 3600)
EMPTY = Says(200, b'{"metadata": {"resourceVersion": "7"}, "items": []}')


def only(token: str) -> object:
    return lambda asked: EMPTY if asked.headers.get("authorization") == f"Bearer {token}" else Says(401, b"{}")


@asynccontextmanager
async def rotation(
    directory: Path, issuer: Callable[[Asked], Says | None], *, trusted: bool = True
) -> AsyncIterator[tuple[Path, Loopback, Loopback]]:
    """The case's file with both servers in it, the API server, and the issuer with TLS."""
    authority = trustme.CA()
    trust = server_context(authority.issue_cert("127.0.0.1"))
    async with loopback(only(FRESH)) as api, loopback(issuer, trust) as server:  # type: ignore[arg-type]
        text = CASE.replace("https://127.0.0.1:6443", f"http://{api.host}")
        data = base64.b64encode(authority.cert_pem.bytes()).decode()
        own = f', "idp-certificate-authority-data": "{data}"' if trusted else ""
        text = text.replace('"http://127.0.0.1:9"', f'"https://{server.host}"{own}')
        path = directory / "config"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o640)
        yield path, api, server


async def ask(path: Path, context: str) -> None:
    cluster = Cluster(str(path), context)
    try:
        await cluster.list_all("/api/v1/pods", PodWire)
    finally:
        await cluster.close()


def config_in(path: Path) -> dict[str, str]:
    return yaml.safe_load(path.read_text())["users"][0]["user"]["auth-provider"]["config"]


async def test_contexts_of_one_user_renew_once_and_the_file_holds_the_new_tokens(tmp_path: Path) -> None:
    issuer = Issuer(FRESH)
    async with rotation(tmp_path, issuer) as (path, _, server):
        before = path.read_text()
        await asyncio.gather(*(ask(path, context) for context in "abab"))
    assert issuer.spent == ["R1"]
    assert [asked.method for asked in server.asked] == ["GET", "POST"]
    config = config_in(path)
    assert (config["id-token"], config["refresh-token"]) == (FRESH, "R2")
    old = '"h.eyJleHAiOjEwMDAwMDAwMDB9.s", refresh-token: R1'
    assert path.read_text() == before.replace(old, f'"{FRESH}", refresh-token: "R2"')
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["config"]


async def test_an_issuer_that_keeps_its_refresh_token_is_enough(tmp_path: Path) -> None:
    async with rotation(tmp_path, Issuer(FRESH, rotates=False, wants_form=True)) as (path, api, _):
        await ask(path, "a")
    assert len(api.asked) == 1
    assert config_in(path)["refresh-token"] == "R1"


async def test_an_issuer_whose_certificate_nobody_vouches_for_gets_no_token(tmp_path: Path) -> None:
    async with rotation(tmp_path, Issuer(FRESH), trusted=False) as (path, _, server):
        with pytest.raises(SourceError) as caught:
            await ask(path, "a")
    assert caught.value.kind is ErrorKind.TLS
    assert server.asked == []


async def test_a_refresh_token_that_is_spent_says_what_to_do(tmp_path: Path) -> None:
    async with rotation(tmp_path, Issuer(FRESH, refresh_token="other")) as (path, _, server):
        with pytest.raises(SourceError, match=r"refuses its refresh token \(invalid_grant\): sign in anew") as caught:
            await ask(path, "a")
        with pytest.raises(SourceError, match="invalid_grant"):
            await ask(path, "b")
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    assert len(server.asked) == 2, "nobody asks again at once"


async def test_a_file_that_another_keeps_locked_is_not_changed_and_nothing_is_spent(tmp_path: Path) -> None:
    issuer = Issuer(FRESH)
    async with rotation(tmp_path, issuer) as (path, _, server):
        (tmp_path / "config.lock").touch()
        with pytest.raises(SourceError, match=r"config\.lock is there"):
            await ask(path, "a")
    assert (issuer.spent, server.asked) == ([], [])
    assert (tmp_path / "config.lock").exists()


async def test_what_kubectl_renewed_meanwhile_is_taken(tmp_path: Path) -> None:
    issuer = Issuer(FRESH)
    async with rotation(tmp_path, issuer) as (path, _, _):
        (tmp_path / "config.lock").touch()
        asking = asyncio.create_task(ask(path, "a"))
        await asyncio.sleep(0.2)
        path.write_text(with_tokens(path.read_text(), "o", {"id-token": FRESH}))
        (tmp_path / "config.lock").unlink()
        await asking
    assert issuer.spent == []


async def test_no_refresh_token_goes_to_an_issuer_without_tls(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(CASE.replace("http://127.0.0.1:9", "http://issuer.example.test"))
    with pytest.raises(SourceError, match=r"issuer\.example\.test would get a credential without TLS"):
        await ask(path, "a")


BLOCK = """\
# who we are
users:
  - name: other
    user: {token: keep}
  - name: o
    user:
      auth-provider:
        name: oidc
        config:
          # of the company
          client-id: kube
          refresh-token: R1   # rotated
contexts: []
"""


def test_comments_and_order_stay_where_tokens_are_written() -> None:
    changed = with_tokens(BLOCK, "o", {"id-token": "new", "refresh-token": "R2"})
    wanted = BLOCK.replace("R1 ", '"R2" ').replace("client-id", '"id-token": "new"\n          client-id')
    assert changed == wanted


@pytest.mark.parametrize("written", ["|-\n            R1\n", ">-\n            R1\n            more\n", "&a R1\n"])
def test_tokens_written_in_another_way_are_replaced_too(written: str) -> None:
    text = BLOCK.replace("R1   # rotated\n", written)
    changed = with_tokens(text, "o", {"refresh-token": "R2"})
    wanted = yaml.safe_load(text)
    wanted["users"][1]["user"]["auth-provider"]["config"]["refresh-token"] = "R2"
    assert yaml.safe_load(changed) == wanted


MERGED = """\
provider: &p
  auth-provider: {name: oidc, config: {client-id: kube, refresh-token: R1}}
users:
- {name: other, user: {token: keep}}
- name: o
  user: {<<: *p}
contexts: []
"""


@pytest.mark.parametrize(
    "text",
    [MERGED, MERGED.replace("- name: o\n", "- <<: {name: o}\n"), MERGED.replace("{<<: *p}", "*p")],
    ids=["provider", "name", "alias"],
)
def test_tokens_of_a_provider_that_is_merged_in_are_replaced_too(text: str) -> None:
    wanted = yaml.safe_load(text)
    changed = with_tokens(text, "o", {"refresh-token": "R2", "id-token": "new"})
    wanted["users"][1]["user"]["auth-provider"]["config"].update({"refresh-token": "R2", "id-token": "new"})
    assert yaml.safe_load(changed) == wanted


async def test_a_provider_that_is_merged_in_is_renewed_and_its_tokens_kept(tmp_path: Path) -> None:
    issuer = Issuer(FRESH)
    async with rotation(tmp_path, issuer) as (path, _, _):
        document = yaml.safe_load(path.read_text())
        provider = yaml.safe_dump(document["users"][0].pop("user"), default_flow_style=True, width=10**6).strip()
        rest = yaml.safe_dump({key: value for key, value in document.items() if key != "users"})
        path.write_text(f"provider: &p {provider}\n{rest}users:\n- name: o\n  user: {{<<: *p}}\n")
        async with asyncio.timeout(10):
            await ask(path, "a")
    assert issuer.spent == ["R1"]
    assert config_in(path)["refresh-token"] == "R2"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"idp-issuer-url": "https://[bad"}, "its issuer has an address that is none"),
        ({"idp-issuer-url": "https://issuer.test:seven"}, "its issuer has an address that is none"),
        ({"idp-certificate-authority-data": 5}, "the authority of its issuer cannot be read"),
        ({"idp-certificate-authority": 5}, "the authority of its issuer cannot be read"),
    ],
)
async def test_a_provider_that_cannot_be_used_says_which_part(
    config: dict[str, object], words: str, tmp_path: Path
) -> None:
    document = yaml.safe_load(CASE)
    document["users"][0]["user"]["auth-provider"]["config"] |= {"idp-issuer-url": "https://127.0.0.1:9", **config}
    (tmp_path / "config").write_text(yaml.safe_dump(document))
    with pytest.raises(SourceError, match=words):
        await ask(tmp_path / "config", "a")


async def test_a_proxy_that_cannot_be_used_for_an_issuer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(CASE.replace("http://127.0.0.1:9", "https://issuer.test"))
    for proxy in ("socks5://127.0.0.1:9", "ftp://127.0.0.1:9"):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("https_proxy", proxy)
        with pytest.raises(SourceError, match="the environment's proxy, which cannot be used"):
            await ask(tmp_path / "config", "a")


async def test_what_an_issuer_gives_while_the_program_ends_is_in_the_file(tmp_path: Path) -> None:
    issuer, asked_for, left, loop = Issuer(FRESH), threading.Event(), asyncio.Event(), asyncio.get_running_loop()

    async def late(body: bytes) -> AsyncGenerator[bytes, None]:
        await left.wait()
        yield body

    def answer(asked: Asked) -> Says:
        says = issuer(asked)
        if asked.method != "POST":
            return says
        asked_for.set()
        return replace(says, body=b"", stream=late(says.body))

    async with rotation(tmp_path, answer) as (path, _, _):

        async def program() -> None:
            asking = asyncio.create_task(ask(path, "a"))
            assert await asyncio.to_thread(asked_for.wait, 20)
            assert not asking.done()
            loop.call_soon_threadsafe(left.set)

        await asyncio.to_thread(lambda: asyncio.run(program()))
        assert issuer.spent == ["R1"]
        assert config_in(path)["refresh-token"] == "R2"
        assert os.listdir(tmp_path) == ["config"]


_PROGRAM = """
import asyncio, socket, sys, time
from pathlib import Path
from workshop_tui.cli import event_loop
from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import PodWire

path, asked_for = Path(sys.argv[1]), Path(sys.argv[2])

def name_server_that_hangs(host, *_):
    asked_for.touch()
    time.sleep(600)

async def main():
    if sys.argv[3] == "name server":
        socket.getaddrinfo = name_server_that_hangs
    asking = asyncio.create_task(Cluster(str(path), "a").list_all("/api/v1/pods", PodWire))
    until_s = time.monotonic() + 20
    while not asked_for.exists() and time.monotonic() < until_s:
        await asyncio.sleep(0.01)
    assert asked_for.exists() and not asking.done()
    asking.cancel()
    print("leaves", flush=True)

event_loop.run(main())
"""


async def _ended(path: Path, asked_for: Path, hangs: str) -> float:
    """How long the program took from its last word on until it was gone, in seconds."""
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    command = (sys.executable, "-c", _PROGRAM, str(path), str(asked_for), hangs)
    program = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environment)
    assert program.stdout is not None
    async with asyncio.timeout(60):
        assert await program.stdout.readline() == b"leaves\n"
        began_s = time.monotonic()
        assert await program.wait() == 0
    return time.monotonic() - began_s


@pytest.mark.parametrize("hangs", ["issuer", "name server"])
async def test_an_issuer_that_hangs_holds_up_no_end_and_no_lock_of_kubectls_is_left(hangs: str, tmp_path: Path) -> None:
    issuer = Issuer(FRESH)
    directory = tmp_path / "kube"
    directory.mkdir()

    def answer(asked: Asked) -> Says | None:
        if asked.method != "POST":
            return issuer(asked)
        (tmp_path / "asked").touch()
        return None

    async with rotation(directory, answer) as (path, _, server):
        if hangs == "name server":
            path.write_text(path.read_text().replace(server.host, "issuer.test"))
        took_s = await _ended(path, tmp_path / "asked", hangs)
    assert took_s < 5
    assert os.listdir(directory) == ["config"]


async def test_what_an_issuer_gives_soon_after_the_last_request_of_a_program_is_in_the_file(tmp_path: Path) -> None:
    issuer = Issuer(FRESH)
    directory = tmp_path / "kube"
    directory.mkdir()

    async def soon(body: bytes) -> AsyncGenerator[bytes, None]:
        await asyncio.sleep(0.2)
        yield body

    def answer(asked: Asked) -> Says:
        says = issuer(asked)
        if asked.method != "POST":
            return says
        (tmp_path / "asked").touch()
        return replace(says, body=b"", stream=soon(says.body))

    async with rotation(directory, answer) as (path, _, _):
        await _ended(path, tmp_path / "asked", "nothing")
        assert config_in(path)["refresh-token"] == "R2"
    assert os.listdir(directory) == ["config"]
