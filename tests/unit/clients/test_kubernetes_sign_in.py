from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from fakes.certificates import server_context
from fakes.kube_config import CONTEXT, TOKEN, runs, sign_in_by, write_kubeconfig
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.kubernetes import Cluster, Limits
from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.redaction import mask

PODS = "/api/v1/pods"
EMPTY = Says(200, b'{"metadata": {"resourceVersion": "7"}, "items": []}')
NOBODY = "http://127.0.0.1:9"


@asynccontextmanager
async def opened(kubeconfig: str, context: str = CONTEXT, **more: object) -> AsyncIterator[Cluster]:
    cluster = Cluster(kubeconfig, context, **more)
    try:
        yield cluster
    finally:
        await cluster.close()


async def refused(kubeconfig: str, context: str = CONTEXT, **more: object) -> SourceError:
    async with opened(kubeconfig, context, **more) as cluster:
        with pytest.raises(SourceError) as caught:
            await cluster.list_all(PODS, PodWire)
    assert "\n" not in caught.value.message
    assert TOKEN not in caught.value.message
    return caught.value


def only(valid: list[str]) -> Answer:
    """An API server that knows these tokens, as they are now."""

    def answer(asked: Asked) -> Says:
        return EMPTY if asked.headers.get("authorization", "").removeprefix("Bearer ") in valid else Says(401, b"{}")

    return answer


async def test_a_kubeconfig_that_does_not_exist_is_named(tmp_path: Path) -> None:
    missing = os.pathsep.join([str(tmp_path / "none"), str(tmp_path / "nothing")])
    error = await refused(missing)
    assert error.kind is ErrorKind.NOT_CONFIGURED
    assert error.message == f"no kubeconfig at {missing}: set kubernetes.kubeconfig or KUBECONFIG"


@pytest.mark.parametrize(
    "text",
    ["clusters: [", "\tx", "just words", "", "[]", "clusters: 5\ncontexts: 6\n", "contexts:\n- name: ohio\n", "\x00"],
)
async def test_a_broken_kubeconfig_says_that_it_is(text: str, tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text, encoding="utf-8")
    error = await refused(str(path))
    assert error.kind is ErrorKind.NOT_CONFIGURED
    assert error.message.startswith(f"kube context {CONTEXT}")


async def test_an_unknown_context_says_where_to_look(tmp_path: Path) -> None:
    error = await refused(write_kubeconfig(tmp_path, NOBODY), "mars")
    assert error.kind is ErrorKind.NOT_CONFIGURED
    assert error.message.startswith("kube context mars: ")
    assert error.message.endswith(": see `kubectl config get-contexts`")


async def test_a_cluster_whose_certificate_is_not_verified_is_refused(tmp_path: Path) -> None:
    async with loopback(lambda _: EMPTY) as server:
        path = write_kubeconfig(tmp_path, f"https://{server.host}", **{"insecure-skip-tls-verify": True})
        error = await refused(path)
    assert (error.kind, server.asked) == (ErrorKind.TLS, [])
    assert error.message == f"context {CONTEXT} switches off TLS verification: remove insecure-skip-tls-verify"


async def test_a_certificate_that_nobody_trusts_ends_before_the_token_is_sent(tmp_path: Path) -> None:
    context = server_context(trustme.CA().issue_cert("127.0.0.1"))
    async with loopback(lambda _: EMPTY, context) as server:
        error = await refused(write_kubeconfig(tmp_path, f"https://{server.host}"))
    assert (error.kind, server.asked) == (ErrorKind.TLS, [])
    assert error.message.endswith("does not trust: name it in the kubeconfig's certificate-authority-data")


async def test_a_certificate_of_the_kubeconfigs_authority_is_trusted(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = server_context(authority.issue_cert("127.0.0.1"))
    async with loopback(only([TOKEN]), context) as server:
        path = write_kubeconfig(
            tmp_path, f"https://{server.host}", **{"certificate-authority": str(tmp_path / "ca.pem")}
        )
        async with opened(path) as cluster:
            assert (await cluster.list_all(PODS, PodWire)).resource_version == "7"


async def test_an_authority_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    error = await refused(
        write_kubeconfig(tmp_path, "https://127.0.0.1:9", **{"certificate-authority": str(tmp_path / "ca.pem")})
    )
    assert error.kind is ErrorKind.TLS
    assert "its certificates cannot be loaded" in error.message


@pytest.mark.parametrize(
    "server", ["https://192.0.2.1", "https://kubernetes.example.test", "http://[2001:db8::1]:6443", "https://0.0.0.0"]
)
async def test_a_rehearsal_reaches_no_cluster_outside_this_machine(server: str, tmp_path: Path) -> None:
    error = await refused(write_kubeconfig(tmp_path, server), loopback_only=True)
    assert error.kind is ErrorKind.NOT_CONFIGURED
    assert error.message.endswith(": a rehearsal reaches nothing outside this machine")


async def test_a_rehearsal_reaches_its_own_cluster_past_every_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, NOBODY)
    async with loopback(only([TOKEN])) as server:
        path = write_kubeconfig(tmp_path, f"http://{server.host}", **{"proxy-url": NOBODY})
        async with opened(path, loopback_only=True) as cluster:
            await cluster.list_all(PODS, PodWire)
    assert len(server.asked) == 1


async def test_a_sign_in_command_is_run_once_for_many_questions(tmp_path: Path) -> None:
    async with loopback(only(["t-1"])) as server:
        user = sign_in_by(tmp_path, "give({'token': 't-%d' % runs})")
        async with opened(write_kubeconfig(tmp_path, f"http://{server.host}", user)) as cluster:
            await asyncio.gather(*(cluster.list_all(PODS, PodWire) for _ in range(5)))
    assert runs(tmp_path) == 1


async def test_a_token_that_ran_out_is_fetched_anew_once(tmp_path: Path) -> None:
    valid = ["token-number-1"]
    async with loopback(only(valid)) as server:
        user = sign_in_by(tmp_path, "give({'token': 'token-number-%d' % runs})")
        async with opened(write_kubeconfig(tmp_path, f"http://{server.host}", user)) as cluster:
            await cluster.list_all(PODS, PodWire)
            valid[0] = "token-number-2"
            await cluster.list_all(PODS, PodWire)
            await cluster.list_all(PODS, PodWire)
    assert runs(tmp_path) == 2
    assert [asked.headers["authorization"][-1] for asked in server.asked] == ["1", "1", "2", "2"]
    assert "token-number-2" not in mask("a log line with token-number-2 in it")


async def test_many_who_are_refused_at_once_sign_in_together(tmp_path: Path) -> None:
    valid = ["t-1"]
    async with loopback(only(valid)) as server:
        user = sign_in_by(tmp_path, "give({'token': 't-%d' % runs})")
        async with opened(write_kubeconfig(tmp_path, f"http://{server.host}", user)) as cluster:
            await cluster.list_all(PODS, PodWire)
            valid[0] = "t-2"
            await asyncio.gather(*(cluster.list_all(PODS, PodWire) for _ in range(6)))
    assert runs(tmp_path) == 2


async def test_a_token_that_is_refused_again_is_told_and_not_tried_for_ever(tmp_path: Path) -> None:
    async with loopback(only(["another"])) as server:
        user = sign_in_by(tmp_path, "give({'token': 'wrong-%d' % runs})")
        error = await refused(write_kubeconfig(tmp_path, f"http://{server.host}", user))
    assert (error.kind, runs(tmp_path), len(server.asked)) == (ErrorKind.UNAUTHORIZED, 2, 2)
    assert error.message == f"the cluster {CONTEXT} refuses the credentials: renew the token or key"


PLUGINS: dict[str, tuple[str, str]] = {
    "fails": ("sys.exit(3)", "ended with 3"),
    "dies": ("os.kill(os.getpid(), 9)", "ended with -9"),
    "prints nothing": ("pass", "gives no credentials"),
    "prints nonsense": ("print('Please sign in at https://sso.example.test')", "gives no credentials"),
    "prints half": ("print('{\"apiVersion\": ')", "gives no credentials"),
    "prints bytes": ("sys.stdout.buffer.write(b'\\xff\\xfe')", "gives no credentials"),
    "prints a list": ("print([])", "gives no credentials"),
    "gives no status": ("print(json.dumps({'apiVersion': told['apiVersion']}))", "gives no credentials"),
    "gives null": ("give(None)", "gives no credentials"),
    "gives no token": ("give({})", "gives neither a token nor a certificate"),
    "gives half a pair": ("give({'clientCertificateData': 'x'})", "gives neither a token nor a certificate"),
    "speaks another version": ("give({'token': 't'}, 'v9')", "speaks another version of the API"),
    "asks at the keyboard": ("give({'token': input('Password: ')})", "ended with 1"),
    "shouts": ("sys.stderr.write('secret ' * 99999); sys.exit(1)", "ended with 1"),
}


@pytest.mark.parametrize("plugin", PLUGINS)
async def test_a_sign_in_command_that_does_not_help_is_told_with_what_to_try(plugin: str, tmp_path: Path) -> None:
    python, words = PLUGINS[plugin]
    error = await refused(write_kubeconfig(tmp_path, NOBODY, sign_in_by(tmp_path, python)))
    assert error.kind is ErrorKind.UNAUTHORIZED
    assert words in error.message
    assert error.message.endswith(f": try `kubectl --context {CONTEXT} version`")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
async def test_a_sign_in_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    user = sign_in_by(
        tmp_path,
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(tmp_path / 'pids')!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(600)\n",
    )
    began_s = time.monotonic()
    error = await refused(write_kubeconfig(tmp_path, NOBODY, user), limits=Limits(sign_in_s=3))
    assert time.monotonic() - began_s < 30
    assert error.kind is ErrorKind.UNAUTHORIZED
    assert re.search(r"its sign-in command python\S* did not end in 3 s: try `kubectl --context", error.message)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    async with asyncio.timeout(10):
        while any(_lives(pid) for pid in pids):  # noqa: ASYNC110  # no event tells the end of another's process
            await asyncio.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_a_sign_in_command_that_is_not_installed_is_named(tmp_path: Path) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "/nowhere/aws-not-here"}}
    error = await refused(write_kubeconfig(tmp_path, NOBODY, user))
    assert error.kind is ErrorKind.UNAUTHORIZED
    assert "its sign-in command aws-not-here is not installed" in error.message


async def test_a_sign_in_command_is_told_that_nobody_can_be_asked(tmp_path: Path) -> None:
    user = sign_in_by(tmp_path, "give({'token': json.dumps(told['spec']['interactive']) + '-for-the-test'})")
    async with (
        loopback(only(["false-for-the-test"])) as server,
        opened(write_kubeconfig(tmp_path, f"http://{server.host}", user)) as cluster,
    ):
        await cluster.list_all(PODS, PodWire)


async def test_a_redirect_carries_no_token_away(tmp_path: Path) -> None:
    async with loopback(lambda _: EMPTY) as other:
        headers = {"Location": f"http://{other.host}{PODS}"}
        for status in (301, 302, 303, 307, 308):
            async with loopback(lambda _, status=status: Says(status, headers=headers)) as server:
                error = await refused(write_kubeconfig(tmp_path, f"http://{server.host}"))
            assert error.kind is ErrorKind.MALFORMED
            assert "check the address" in error.message
            assert len(server.asked) == 1
    assert other.asked == []


async def test_a_closed_cluster_connects_again_when_asked(tmp_path: Path) -> None:
    async with (
        loopback(only([TOKEN])) as server,
        opened(write_kubeconfig(tmp_path, f"http://{server.host}")) as cluster,
    ):
        await cluster.list_all(PODS, PodWire)
        await cluster.close()
        await cluster.list_all(PODS, PodWire)
    assert len(server.asked) == 2


async def test_a_kubeconfig_in_two_files_is_one(tmp_path: Path) -> None:
    async with loopback(only([TOKEN])) as server:
        path = write_kubeconfig(tmp_path, f"http://{server.host}")
        other = tmp_path / "other"
        other.write_text(
            json.dumps({"apiVersion": "v1", "kind": "Config", "contexts": [], "clusters": [], "users": []})
        )
        async with opened(os.pathsep.join([str(other), str(tmp_path / "missing"), path])) as cluster:
            await cluster.list_all(PODS, PodWire)
