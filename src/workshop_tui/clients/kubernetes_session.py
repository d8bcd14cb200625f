"""The library's side of a cluster: kubeconfig, sign-in, requests. Takes 0.8 s to load: never on the loop."""

from __future__ import annotations

import asyncio
import io
import ipaddress
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import aiohttp

from workshop_tui.clients import failure, redirects
from workshop_tui.clients.kubernetes_aio import (
    ApiClient,
    ConfigException,
    Configuration,
    ExecProvider,
    FileOrData,
    KubeConfigLoader,
    KubeConfigMerger,
)
from workshop_tui.clients.transport import PlainHttp, refuse_plain_http
from workshop_tui.clients.unpacking import ACCEPT_ENCODING, MOST_BYTES, unpacked
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.secret import mask, remember

_CONNECT_S = 5
_MOST_EVENT_BYTES = 16 * 2**20
"""An object is at most 1.5 MB in the cluster's store."""


class _Plugin(ExecProvider):
    """The library's would read our keyboard, say that it may ask there, and outlive a time-out."""

    async def run(self, previous_response: object = None) -> dict[str, Any]:
        told = {"apiVersion": self.api_version, "kind": "ExecCredential", "spec": {"interactive": False}}
        process = await asyncio.create_subprocess_exec(
            *self.args,
            env={**self.env, "KUBERNETES_EXEC_INFO": json.dumps(told)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode != 0:
            raise ConfigException(f"ended with {process.returncode}")
        answer = json.loads(output)
        if answer["apiVersion"] != self.api_version:
            raise ConfigException("speaks another version of the API")
        status: dict[str, Any] = answer["status"]
        return status


class _Loader(KubeConfigLoader):
    """The library's only logs when a sign-in command fails, and then asks without a token."""

    async def load_from_exec_plugin(self) -> bool:
        wanted: Any = self._user["exec"]  # type: ignore[index]
        command = Path(str(wanted["command"])).name
        try:
            status = await _Plugin(wanted).run()  # type: ignore[no-untyped-call]
            token, certificate, key = (status.get(name) for name in ("token", "clientCertificateData", "clientKeyData"))
        except FileNotFoundError:
            self._failed(f"its sign-in command {command} is not installed")
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

    def _failed(self, why: str) -> NoReturn:
        context: str = self._current_context["name"]  # type: ignore[index]
        raise SourceError(
            ErrorKind.UNAUTHORIZED, mask(f"context {context}: {why}: try `kubectl --context {context} version`")
        )


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
            merged = await asyncio.to_thread(KubeConfigMerger, kubeconfig)
            loader = _Loader(config_dict=merged.config, active_context=context, config_base_path=None)  # type: ignore[no-untyped-call]
            await loader.load_and_set(configuration)  # type: ignore[no-untyped-call]
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
    configuration.client_session_kwargs = {"trust_env": not loopback_only, "auto_decompress": False}
    configuration.trace_configs = [redirects.refused("the API server")]
    try:
        return await asyncio.to_thread(ApiClient, configuration)
    except (OSError, ValueError) as error:
        raise SourceError(
            ErrorKind.TLS, f"kube context {context}: its certificates cannot be loaded ({type(error).__name__})"
        ) from None


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
    found = io.BytesIO()  # gives what it holds without a second copy
    async for piece in unpacked(response.content.iter_any(), response.headers.get("Content-Encoding", ""), what):
        if found.tell() + len(piece) > MOST_BYTES:
            raise SourceError(ErrorKind.MALFORMED, f"{what} answers with more than {MOST_BYTES >> 20} MiB")
        found.write(piece)
    return found.getvalue()


async def lines(response: aiohttp.ClientResponse, what: str) -> AsyncIterator[bytes]:
    """Whole lines only."""
    pieces: list[bytes] = []
    size = 0
    async for chunk in unpacked(response.content.iter_any(), response.headers.get("Content-Encoding", ""), what):
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            line = b"".join([*pieces, end])
            pieces, size = [], 0
            if line.strip():
                yield line
        pieces.append(rest)
        size += len(rest)
        if size > _MOST_EVENT_BYTES:
            raise SourceError(ErrorKind.MALFORMED, f"{what} sends an event of more than {_MOST_EVENT_BYTES >> 20} MiB")
    if b"".join(pieces).strip():
        raise SourceError(ErrorKind.UNREACHABLE, f"{what} cut the watch in the middle of an event")


@contextmanager
def told_as_source_errors(what: str) -> Iterator[None]:
    try:
        yield
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
