"""The library's side of a cluster: kubeconfig, sign-in, requests. Takes 0.8 s to load: never on the loop."""

from __future__ import annotations

import asyncio
import base64
import io
import ipaddress
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

import aiohttp
from multidict import CIMultiDict

from workshop_tui import __version__
from workshop_tui.clients import failure, redirects
from workshop_tui.clients.kubernetes_aio import (
    ApiClient,
    ConfigException,
    Configuration,
    FileOrData,
    KubeConfigLoader,
    KubeConfigMerger,
)
from workshop_tui.clients.transport import PlainHttp, refuse_plain_http
from workshop_tui.clients.unpacking import ACCEPT_ENCODING, unpacked
from workshop_tui.clients.whole_answer import TooLarge, costs_too_much, refuse_crumbs, too_costly, whole
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.quiet_command import run_quietly
from workshop_tui.secret import mask, remember
from workshop_tui.secret_reference import read_file

_CONNECT_S = 5
_MOST_EVENT_BYTES = 4 * 2**20
"""An object is at most 1.5 MB in the cluster's store."""
_HEADER_SIGNS = "!#$&'*+-.^_`|~"
"""Beside letters and digits, what the name of a header may hold."""


class _Loader(KubeConfigLoader):
    """The library's only logs when a sign-in command fails, and then asks without a token."""

    sign_in_s = 8.0

    def impersonation(self) -> CIMultiDict[str]:
        """Headers for whom the user entry stands, one for each group and extra value. Raises `ConfigException`."""
        user: dict[str, Any] = self._user.value if self._user is not None else {}
        named: CIMultiDict[str] = CIMultiDict()
        if user.get("as"):
            named.add("Impersonate-User", str(user["as"]))
        if user.get("as-uid"):
            named.add("Impersonate-Uid", str(user["as-uid"]))
        for group in user.get("as-groups") or ():
            named.add("Impersonate-Group", str(group))
        for key, values in (user.get("as-user-extra") or {}).items():
            for value in values or ():
                named.add(f"Impersonate-Extra-{quote(str(key), safe=_HEADER_SIGNS)}", str(value))
        if named and "Impersonate-User" not in named:
            raise ConfigException("as-groups, as-uid and as-user-extra need a user to stand for: set as")
        return named

    def _load_user_token(self) -> bool:
        """A file's last line end is no part of its token, and a file goes before a token, as kubectl does."""
        user: dict[str, Any] = self._user.value  # type: ignore[union-attr]
        if user.get("tokenFile"):
            path = Path(self._get_base_path(self._user.path), user["tokenFile"])  # type: ignore[no-untyped-call,union-attr]
            token = read_file(path).strip()
            if not token:
                raise ConfigException(f"the file {path} of its token is empty")
        else:
            token = str(user.get("token") or "").strip()
        if token:
            self.token = f"Bearer {token}"
        return bool(token)

    async def load_from_exec_plugin(self) -> bool:
        wanted: Any = self._user["exec"].value  # type: ignore[index]
        command = Path(str(wanted.get("command"))).name
        try:
            status = await asyncio.to_thread(self._run_plugin, wanted)
            token, certificate, key = (status.get(name) for name in ("token", "clientCertificateData", "clientKeyData"))
        except FileNotFoundError:
            self._failed(f"its sign-in command {command} is not installed")
        except TimeoutError:
            raise
        except ConfigException as error:
            self._failed(f"its sign-in command {command} {error}")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self._failed(f"its sign-in command {command} gives no credentials ({type(error).__name__})")
        if token:
            self.token = f"Bearer {token}"
        elif certificate and key:
            remember(str(key))
            self.cert_file, self.key_file = (
                FileOrData(status, None, data_key_name=name, base64_file_content=False).as_file()  # type: ignore[no-untyped-call]
                for name in ("clientCertificateData", "clientKeyData")
            )
        else:
            self._failed(f"its sign-in command {command} gives neither a token nor a certificate")
        return True

    def _run_plugin(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Blocking. A command with a folder in its name begins at its kubeconfig file's folder."""
        version, command = wanted["apiVersion"], str(wanted["command"])
        if os.sep in command:
            command = os.path.join(self._get_base_path(self._user.path), command)  # type: ignore[no-untyped-call,union-attr]
        spec: dict[str, Any] = {"interactive": False}
        if wanted.get("provideClusterInfo"):
            spec["cluster"] = self._cluster_info()
        told = {"apiVersion": version, "kind": "ExecCredential", "spec": spec}
        environment = {
            **os.environ,
            **{entry["name"]: entry["value"] for entry in wanted.get("env") or ()},
            "KUBERNETES_EXEC_INFO": json.dumps(told),
        }
        done = run_quietly([command, *(wanted.get("args") or ())], self.sign_in_s, environment)
        if done.exit_code != 0:
            said = failure.one_line(done.last_words)
            raise ConfigException(f"ended with {done.exit_code}" + (f" ({said})" if said else ""))
        answer = json.loads(done.stdout)
        if answer["apiVersion"] != version:
            raise ConfigException("speaks another version of the API")
        status: dict[str, Any] = answer["status"]
        return status

    def _cluster_info(self) -> dict[str, Any]:
        """What a plugin may know of the cluster, in the words of `ExecCredential`."""
        cluster: dict[str, Any] = self._cluster.value  # type: ignore[union-attr]
        names = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url")
        told = {name: cluster[name] for name in (*names, "disable-compression") if cluster.get(name)}
        authority = cluster.get("certificate-authority")
        if authority and "certificate-authority-data" not in told:
            path = Path(self._get_base_path(self._cluster.path), authority)  # type: ignore[no-untyped-call,union-attr]
            told["certificate-authority-data"] = base64.b64encode(read_file(path).encode()).decode()
        for extension in cluster.get("extensions") or ():
            if extension.get("name") == "client.authentication.k8s.io/exec":
                told["config"] = extension.get("extension")
        return told

    def _failed(self, why: str) -> NoReturn:
        context: str = self._current_context["name"]  # type: ignore[index]
        raise SourceError(
            ErrorKind.UNAUTHORIZED, mask(f"context {context}: {why}: try `kubectl --context {context} version`")
        )


class _Merger(KubeConfigMerger):
    """The library's takes an empty file, which kubectl skips, for a broken one, and waits for what a pipe may bring."""

    def load_config(self, path: str) -> None:
        if read_file(Path(path)).strip():
            super().load_config(path)  # type: ignore[no-untyped-call]


async def connect(
    kubeconfig: str, context: str, *, loopback_only: bool, allow_plain_http: bool, sign_in_s: float
) -> ApiClient:
    """Signed in as the context says. `kubeconfig`: paths joined by the path separator. Raises `SourceError`."""
    if not await asyncio.to_thread(_any_there, kubeconfig):
        raise SourceError(
            ErrorKind.NOT_CONFIGURED, f"no kubeconfig at {kubeconfig}: set kubernetes.kubeconfig or KUBECONFIG"
        )
    configuration = Configuration()
    try:
        async with asyncio.timeout(sign_in_s):
            merged = await asyncio.to_thread(_Merger, kubeconfig)
            loader = _Loader(config_dict=merged.config, active_context=context, config_base_path=None)  # type: ignore[no-untyped-call]
            loader.sign_in_s = sign_in_s
            await loader.load_and_set(configuration)  # type: ignore[no-untyped-call]
            headers = loader.impersonation()
    except SourceError:
        raise
    except TimeoutError:
        raise SourceError(
            ErrorKind.UNAUTHORIZED,
            f"context {context}: its sign-in did not end in {sign_in_s:g} s: try `kubectl --context {context} version`",
        ) from None
    except ConfigException as error:
        raise SourceError(
            ErrorKind.NOT_CONFIGURED,
            failure.one_line(f"kube context {context}: {error}", 200) + ": see `kubectl config get-contexts`",
        ) from None
    except Exception as error:  # noqa: BLE001  # a broken kubeconfig fails in many ways inside the library
        raise SourceError(
            ErrorKind.NOT_CONFIGURED,
            f"kube context {context} cannot be read ({type(error).__name__}): mend {kubeconfig}",
        ) from None
    if not configuration.verify_ssl:
        raise SourceError(
            ErrorKind.TLS, f"context {context} switches off TLS verification: remove insecure-skip-tls-verify"
        )
    for secret in configuration.api_key.values():
        remember(str(secret).rpartition(" ")[2])
    if loopback_only:
        configuration.proxy = None
        _refuse_outside(configuration.host, context)
    server = urlsplit(configuration.host)
    if server.scheme == "http" and (configuration.api_key or configuration.password or server.username):
        name = server.hostname or ""
        refuse_plain_http(name, (name,), PlainHttp(f'kubernetes.allow_plain_http = ["{context}"]', allow_plain_http))
    configuration.client_session_kwargs = {
        "trust_env": not loopback_only,
        "auto_decompress": False,
        "headers": headers,
    }
    configuration.trace_configs = [redirects.refused("the API server")]
    try:
        client = await asyncio.to_thread(ApiClient, configuration)
    except (OSError, ValueError) as error:
        raise SourceError(
            ErrorKind.TLS, f"kube context {context}: its certificates cannot be loaded ({type(error).__name__})"
        ) from None
    client.user_agent = f"workshop-tui/{__version__}"
    return client


async def send(
    client: ApiClient,
    path: str,
    query: list[tuple[str, str]],
    *,
    idle_s: float,
    document: Mapping[str, object] | None = None,
    method: str = "",
    accept: str = "application/json",
) -> aiohttp.ClientResponse:
    """GET, or `method` (POST) of a document, whatever the status. `idle_s`: the longest silence."""
    headers = {"Accept": accept, "Accept-Encoding": ACCEPT_ENCODING}
    if document is not None:
        headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
    prepared = await client.param_serialize(
        method or ("GET" if document is None else "POST"),
        path,
        query_params=query,
        header_params=headers,
        body=document,
        auth_settings=["BearerToken"],
    )
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=idle_s)
    response: aiohttp.ClientResponse = (await client.call_api(*prepared, _request_timeout=timeout)).response
    return response


async def body(response: aiohttp.ClientResponse, what: str) -> bytes:
    """Raises `TooLarge`."""
    return await whole(_pieces(response, what), what)


async def lines(response: aiohttp.ClientResponse, what: str) -> AsyncIterator[bytes]:
    """Whole lines only, each of them cheap to decode."""
    begun = io.BytesIO()  # without a thousand small pieces
    count = 0
    async for chunk in _pieces(response, what):
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            begun.write(end)
            line, begun, count = begun.getvalue(), io.BytesIO(), 0
            if line.strip():
                if costs_too_much(line):
                    raise too_costly(len(line), what)
                yield line
        begun.write(rest)
        count += 1
        refuse_crumbs(count, what)
        if begun.tell() > _MOST_EVENT_BYTES:
            raise TooLarge(ErrorKind.MALFORMED, f"{what} sends an event of more than {_MOST_EVENT_BYTES >> 20} MiB")
    if begun.getvalue().strip():
        raise SourceError(ErrorKind.UNREACHABLE, f"{what} cut the watch in the middle of an event")


async def _pieces(response: aiohttp.ClientResponse, what: str) -> AsyncIterator[bytes]:
    """Each as it was sent: joined, as the library would, those of one byte are copied for minutes before they count."""

    async def sent() -> AsyncIterator[bytes]:
        async for piece, _ in response.content.iter_chunks():
            yield piece

    async for piece in unpacked(sent(), response.headers.get("Content-Encoding", ""), what):
        yield piece


@contextmanager
def told_as_source_errors(what: str) -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError) as error:
        raise SourceError(
            ErrorKind.UNREACHABLE,
            f"the proxy of {what} does not let us through ({type(error).__name__}): check proxy-url and HTTPS_PROXY",
        ) from None
    except aiohttp.ClientResponseError as error:  # its headers break the rules: statuses are no errors of the library
        why = failure.one_line(error.message.partition("\n")[0], 80)
        raise SourceError(ErrorKind.MALFORMED, f"{what} does not answer as HTTP does ({why})") from None
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise failure.of_exception(error, what, ca_file="the kubeconfig's certificate-authority-data") from None


def _any_there(paths: str) -> bool:
    return any(Path(path).expanduser().exists() for path in paths.split(os.pathsep) if path)


def _refuse_outside(host: str, context: str) -> None:
    name = urlsplit(host).hostname or ""
    with suppress(ValueError):
        if name == "localhost" or ipaddress.ip_address(name).is_loopback:
            return
    raise SourceError(
        ErrorKind.NOT_CONFIGURED,
        f"the cluster {context} is at {name}: a rehearsal reaches nothing outside this machine",
    )
