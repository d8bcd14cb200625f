"""Kubeconfig files that kubectl takes."""

from __future__ import annotations

import os
import shutil
import sys
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from fakes.certificates import server_context
from fakes.issuer import web_token
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Says, loopback
from fakes.socks import REFUSED, socks
from workshop_tui import __version__
from workshop_tui.clients.kubeconfig_end import credential_end
from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_socks import socks_proxy
from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.errors import ErrorKind, SourceError

DATA = Path(__file__).parents[2] / "data"
EMPTY = Says(200, b'{"metadata": {"resourceVersion": "7"}, "items": []}')


async def headers_of(directory: Path, case: str) -> list[tuple[str, str]]:
    """What an API server hears from a case's only context."""
    async with loopback(lambda _: EMPTY) as server:
        text = (DATA / f"kubeconfig-{case}.yaml").read_text(encoding="utf-8")
        (directory / "config").write_text(text.replace("https://127.0.0.1:6443", f"http://{server.host}"))
        cluster = Cluster(str(directory / "config"), "us-east-2")
        try:
            await cluster.list_all("/api/v1/pods", PodWire)
        finally:
            await cluster.close()
    return list(server.asked[0].headers.items())


async def test_whom_a_user_entry_stands_for_is_sent_with_every_request(tmp_path: Path) -> None:
    headers = dict(await headers_of(tmp_path, "impersonation"))
    assert (headers["impersonate-user"], headers["impersonate-group"]) == ("workshop-reader", "readers")
    assert headers["user-agent"] == f"workshop-tui/{__version__}"


async def test_groups_without_somebody_to_stand_for_are_refused_as_kubectl_does(tmp_path: Path) -> None:
    cluster = Cluster(write_kubeconfig(tmp_path, "http://127.0.0.1:9", {"token": "t", "as-groups": ["a"]}), "ohio")
    with pytest.raises(SourceError, match="set as") as caught:
        await cluster.list_all("/api/v1/pods", PodWire)
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


async def test_the_line_end_of_a_tokens_file_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-of-the-file\n")
    assert dict(await headers_of(tmp_path, "tokenfile-newline"))["authorization"] == "Bearer token-of-the-file"


async def test_a_relative_sign_in_command_lies_beside_its_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "get-token"
    script.write_text(
        f'#!{sys.executable}\nprint(\'{{"apiVersion": "client.authentication.k8s.io/v1beta1", '
        '"kind": "ExecCredential", "status": {"token": "token-beside"}}\')\n'
    )
    script.chmod(0o755)
    assert dict(await headers_of(tmp_path, "relative-exec"))["authorization"] == "Bearer token-beside"


async def test_an_empty_kubeconfig_among_others_is_skipped(tmp_path: Path) -> None:
    shutil.copy(DATA / "kubeconfig-empty.yaml", tmp_path / "empty")
    async with loopback(lambda _: EMPTY) as server:
        path = write_kubeconfig(tmp_path, f"http://{server.host}")
        cluster = Cluster(os.pathsep.join([str(tmp_path / "empty"), path]), "ohio")
        await cluster.list_all("/api/v1/pods", PodWire)
        await cluster.close()
    assert len(server.asked) == 1


def test_the_end_of_a_token_is_found_beside_an_empty_kubeconfig_and_a_pipe_blocks_nothing(tmp_path: Path) -> None:
    shutil.copy(DATA / "kubeconfig-empty.yaml", tmp_path / "empty")
    path = write_kubeconfig(tmp_path, "https://127.0.0.1:9", {"token": web_token(2_000_000_000)})
    found = credential_end(os.pathsep.join([str(tmp_path / "empty"), path]), CONTEXT)
    assert found == ("token", datetime(2033, 5, 18, 3, 33, 20, tzinfo=UTC), "")
    os.mkfifo(tmp_path / "pipe")
    assert credential_end(str(tmp_path / "pipe"), CONTEXT) is None
    path = write_kubeconfig(tmp_path, "https://127.0.0.1:9", {"client-certificate": "pipe"})
    found = credential_end(path, CONTEXT)
    assert found is not None
    assert (found.kind, found.at, bool(found.unknown)) == ("client certificate", None, True)


async def test_a_provider_that_kubectl_gave_up_is_told(tmp_path: Path) -> None:
    user: dict[str, object] = {"auth-provider": {"name": "gcp", "config": {"access-token": "old"}}}
    with pytest.raises(SourceError, match=r"no auth-provider of this name any more: use a sign-in command") as caught:
        await Cluster(write_kubeconfig(tmp_path, "http://127.0.0.1:9", user), CONTEXT).list_all("/x", PodWire)
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


async def test_a_kubeconfig_that_is_a_pipe_blocks_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError) as caught:
        await Cluster(str(tmp_path / "pipe"), "ohio").list_all("/api/v1/pods", PodWire)
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


async def test_a_dead_proxy_is_told_as_the_proxy(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "https://192.0.2.1", **{"proxy-url": "http://127.0.0.1:9"})
    cluster = Cluster(path, "ohio")
    with pytest.raises(SourceError, match="the proxy of the cluster ohio"):
        await cluster.list_all("/api/v1/pods", PodWire)
    await cluster.close()


FAR = "http://api.inside.test:6443"


async def asked_at(server: str, directory: Path, user: dict[str, object] | None = None) -> None:
    cluster = Cluster(write_kubeconfig(directory, server, user), CONTEXT, allow_plain_http=True)
    try:
        await cluster.list_all("/api/v1/pods", PodWire)
    finally:
        await cluster.close()


async def test_the_environments_proxy_leads_to_a_cluster_that_names_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with loopback(lambda _: EMPTY) as proxy:
        monkeypatch.setenv("http_proxy", f"http://ana:word@{proxy.host}")
        await asked_at(FAR, tmp_path)
    assert proxy.asked[0].target.startswith(f"{FAR}/api/v1/pods")
    assert proxy.asked[0].headers["proxy-authorization"] == f"Basic {b64encode(b'ana:word').decode()}"


async def test_the_environments_proxy_may_speak_socks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with loopback(lambda _: EMPTY) as server, socks(server.port) as (port, asked):
        monkeypatch.setenv("http_proxy", f"socks5://127.0.0.1:{port}")
        await asked_at(FAR, tmp_path)
    assert asked == [("api.inside.test", 6443)]


async def test_a_cluster_on_this_machine_is_reached_past_the_environments_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with loopback(lambda _: EMPTY) as server:
        await asked_at(f"http://{server.host}", tmp_path)
    assert len(server.asked) == 1


@pytest.mark.parametrize(("user", "sent"), [({"token": "t"}, "Bearer t"), ({}, None)])
async def test_what_a_netrc_holds_for_the_host_goes_to_no_cluster(
    user: dict[str, object], sent: str | None, tmp_path: Path
) -> None:
    netrc = Path.home() / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ana password word\n")
    netrc.chmod(0o600)
    async with loopback(lambda _: EMPTY) as server:
        await asked_at(f"http://{server.host}", tmp_path, user)
    assert server.asked[0].headers.get("authorization") == sent


async def behind_socks(directory: Path, proxy: str, server: str = "http://api.inside.test:6443") -> None:
    text = (DATA / "kubeconfig-socks.yaml").read_text(encoding="utf-8")
    text = text.replace("https://127.0.0.1:6443", server).replace("socks5://127.0.0.1:1080", proxy)
    (directory / "config").write_text(text)
    cluster = Cluster(str(directory / "config"), "us-east-2", allow_plain_http=True)
    try:
        await cluster.list_all("/api/v1/pods", PodWire)
    finally:
        await cluster.close()


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_cluster_behind_a_socks_proxy_is_reached_by_the_name_that_only_the_proxy_knows(
    scheme: str, tmp_path: Path
) -> None:
    async with loopback(lambda _: EMPTY) as server, socks(server.port) as (port, asked):
        await behind_socks(tmp_path, f"{scheme}://127.0.0.1:{port}")
    assert asked == [("api.inside.test", 6443)]
    assert server.asked[0].headers["authorization"] == "Bearer t"


async def test_a_certificate_is_verified_through_a_socks_proxy_too(tmp_path: Path) -> None:
    trust = server_context(trustme.CA().issue_cert("api.inside.test"))
    async with loopback(lambda _: EMPTY, trust) as server, socks(server.port) as (port, _):
        with pytest.raises(SourceError) as caught:
            await behind_socks(tmp_path, f"socks5://127.0.0.1:{port}", "https://api.inside.test")
    assert caught.value.kind is ErrorKind.TLS
    assert server.asked == []


async def test_a_socks_proxy_that_is_dead_or_refuses_is_told_as_the_proxy(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the proxy of the cluster us-east-2 does not let us through"):
        await behind_socks(tmp_path, "socks5://127.0.0.1:9")
    async with loopback(lambda _: EMPTY) as server, socks(server.port, REFUSED) as (port, _):
        with pytest.raises(SourceError, match="the proxy of the cluster us-east-2 does not let us through"):
            await behind_socks(tmp_path, f"socks5://127.0.0.1:{port}")


@pytest.mark.parametrize("proxy", ["socks4://127.0.0.1:9", "ftp://x", "socks5://", "http://", "just-words"])
async def test_a_proxy_that_kubectl_knows_neither_is_refused(proxy: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="proxy-url is no address of a proxy") as caught:
        await behind_socks(tmp_path, proxy)
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


async def test_the_last_words_of_a_sign_in_command_are_told_masked(tmp_path: Path) -> None:
    script = "import sys; sys.stderr.write('first\\nThe SSO session sk-abcdefgh12345678 has expired\\n'); sys.exit(255)"
    user = {
        "exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": ["-c", script]}
    }
    with pytest.raises(SourceError, match="The SSO session •••• has expired"):
        await Cluster(write_kubeconfig(tmp_path, "http://127.0.0.1:9", user), "ohio").list_all("/x", PodWire)


async def test_a_sign_in_command_that_asks_for_it_is_told_which_cluster(tmp_path: Path) -> None:
    script = (
        "import json, os\n"
        "told = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "status = {'token': 'token-for-' + told['spec']['cluster']['server'].rpartition('/')[2]}\n"
        "print(json.dumps({'apiVersion': told['apiVersion'], 'kind': 'ExecCredential', 'status': status}))\n"
    )
    command = {"command": sys.executable, "args": ["-c", script], "provideClusterInfo": True}
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", **command}}
    async with loopback(lambda _: EMPTY) as server:
        cluster = Cluster(write_kubeconfig(tmp_path, f"http://{server.host}", user), "ohio")
        await cluster.list_all("/api/v1/pods", PodWire)
        await cluster.close()
    assert server.asked[0].headers["authorization"] == f"Bearer token-for-{server.host}"


SECRET = "TOPSECRET-of-a-user"
BROKEN_USERS: dict[str, dict[str, object]] = {
    "a provider without a name": {"auth-provider": {"name": None, "config": {"refresh-token": SECRET}}},
    "an empty provider": {"auth-provider": {}, "token": SECRET},
    "a provider of words": {"auth-provider": SECRET},
    "an oidc provider without anything": {"auth-provider": {"name": "oidc"}, "password": SECRET},
    "an oidc provider of words": {"auth-provider": {"name": "oidc", "config": SECRET}},
    "a command without a name": {"exec": {"apiVersion": "v1", "env": [{"name": "A", "value": SECRET}]}},
    "a command of words": {"exec": SECRET},
    "an empty command": {"exec": {}, "token": SECRET},
    "a key where its file belongs": {"client-certificate": SECRET, "client-key": SECRET},
    "a key that is none": {"client-certificate-data": SECRET, "client-key-data": SECRET},
    "a token where its file belongs": {"tokenFile": SECRET},
    "nobody to stand for": {"token": SECRET, "as-groups": [SECRET]},
    "no list of groups": {"token": SECRET, "as": "a", "as-groups": 5},
}


@pytest.mark.parametrize("broken", BROKEN_USERS)
async def test_nothing_of_a_user_entry_that_is_broken_is_told(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a short path leaves room for the rest in a message
    cluster = Cluster(write_kubeconfig(Path(), "https://127.0.0.1:9", BROKEN_USERS[broken]), CONTEXT)
    with pytest.raises(SourceError) as caught:
        await cluster.list_all("/x", PodWire)
    await cluster.close()
    assert caught.value.kind in (ErrorKind.NOT_CONFIGURED, ErrorKind.UNAUTHORIZED, ErrorKind.TLS)
    assert "TOPSECRET" not in caught.value.message


@pytest.mark.parametrize("empty", ["exec", "auth-provider", "tokenFile", "client-certificate", "as-groups"])
async def test_null_in_a_user_entry_is_absent_as_for_kubectl(empty: str, tmp_path: Path) -> None:
    token = web_token(2_000_000_000)
    async with loopback(lambda _: EMPTY) as server:
        path = write_kubeconfig(tmp_path, f"http://{server.host}", {empty: None, "token": token})
        cluster = Cluster(path, CONTEXT)
        await cluster.list_all("/api/v1/pods", PodWire)
        await cluster.close()
    assert server.asked[0].headers["authorization"] == f"Bearer {token}"
    assert credential_end(path, CONTEXT) == ("token", datetime(2033, 5, 18, 3, 33, 20, tzinfo=UTC), "")


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("socks5://proxy.test", "socks5://proxy.test:1080"),
        ("socks5h://proxy.test:/", "socks5://proxy.test:1080"),
        ("SOCKS5://u:p@[::1]", "socks5://u:p@[::1]:1080"),
        ("socks5://proxy.test:1081/", "socks5://proxy.test:1081"),
    ],
)
def test_a_socks_proxy_without_a_port_is_at_the_usual_one(written: str, used: str) -> None:
    assert socks_proxy(written, "proxy-url") == used


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        ({"server": "https://[x"}, "its server is no address"),
        ({"server": "https://host.test:seven"}, "its server is no address"),
        ({"server": "https://u:p@127.0.0.1:9"}, "its server holds a name or password"),
        ({"server": 5}, "its server is no text"),
        ({"proxy-url": 5}, "its proxy-url is no text"),
        ({"tls-server-name": 5}, "its tls-server-name is no text"),
    ],
)
async def test_a_cluster_entry_that_cannot_be_used_says_which_part(
    cluster: dict[str, object], words: str, tmp_path: Path
) -> None:
    entry = {"server": "https://127.0.0.1:9", **cluster}
    asked = Cluster(write_kubeconfig(tmp_path, **entry), CONTEXT)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=words) as caught:
        await asked.list_all("/x", PodWire)
    await asked.close()
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


@pytest.mark.parametrize(
    "user", [{"client-certificate-data": 5}, {"client-certificate": 5}, {"client-certificate-data": "x"}]
)
def test_a_certificate_that_cannot_be_read_has_an_unknown_end(user: dict[str, object], tmp_path: Path) -> None:
    found = credential_end(write_kubeconfig(tmp_path, "https://127.0.0.1:9", user), CONTEXT)
    assert found is not None
    assert (found.at, found.unknown.startswith("it cannot be read")) == (None, True)


def test_a_user_entry_that_is_none_has_no_end(tmp_path: Path) -> None:
    assert credential_end(write_kubeconfig(tmp_path, "https://127.0.0.1:9", "words"), CONTEXT) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["clusters: [", "\tx", "[" * 5000], ids=["half", "tab", "deep"])
def test_a_kubeconfig_that_is_broken_has_no_end(text: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(text)
    assert credential_end(str(tmp_path / "config"), CONTEXT) is None
