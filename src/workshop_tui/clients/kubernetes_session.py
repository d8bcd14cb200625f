"""The library's side of a cluster: kubeconfig, sign-in, requests. Takes 0.8 s to load: never on the loop."""

from __future__ import annotations

import asyncio
import io
import ipaddress
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from workshop_tui import __version__
from workshop_tui.clients import failure, redirects
from workshop_tui.clients.cluster_credential import ClusterCredential
from workshop_tui.clients.environment_proxy import environment_proxy
from workshop_tui.clients.kubeconfig_loader import Loader
from workshop_tui.clients.kubeconfig_merger import Merger
from workshop_tui.clients.kubernetes_aio import (
    ApiClient,
    ConfigException,
    Configuration,
)
from workshop_tui.clients.kubernetes_socks import SOCKS_ERRORS, ThroughSocks, socks_proxy
from workshop_tui.clients.transport import PlainHttp, refuse_plain_http
from workshop_tui.clients.unpacking import ACCEPT_ENCODING, unpacked
from workshop_tui.clients.whole_answer import TooLarge, costs_too_much, refuse_crumbs, too_costly, whole
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.redaction import remember
from workshop_tui.system.private_files import private_directory

_CONNECT_S = 5
_SAID_S = 0.5
"""For a sign-in command that was ended to be told by its own name."""
_MOST_EVENT_BYTES = 4 * 2**20
"""An object is at most 1.5 MB in the cluster's store."""


async def connect(
    kubeconfig: str,
    context: str,
    *,
    loopback_only: bool,
    allow_plain_http: bool,
    sign_in_s: float,
    refused: ClusterCredential | None = None,
) -> tuple[ApiClient, ClusterCredential | None]:
    """Signed in as the context says; with what a command or an issuer gave for it.

    `kubeconfig`: paths joined by the path separator. `refused`: what was given before, and tried in vain.
    Raises `SourceError`.
    """
    if not await asyncio.to_thread(_any_there, kubeconfig):
        raise SourceError(
            ErrorKind.NOT_CONFIGURED, f"no kubeconfig at {kubeconfig}: set kubernetes.kubeconfig or KUBECONFIG"
        )
    try:
        with private_directory() as directory:
            return await _connected(kubeconfig, context, directory, loopback_only, allow_plain_http, sign_in_s, refused)
    except OSError as error:
        message = f"no directory for the client key of {context} ({type(error).__name__}): check TMPDIR"
        raise SourceError(ErrorKind.NOT_CONFIGURED, message) from None


async def _connected(
    kubeconfig: str,
    context: str,
    directory: Path,
    loopback_only: bool,
    allow_plain_http: bool,
    sign_in_s: float,
    refused: ClusterCredential | None,
) -> tuple[ApiClient, ClusterCredential | None]:
    configuration = Configuration()
    try:
        async with asyncio.timeout(sign_in_s + _SAID_S):
            merged = await asyncio.to_thread(Merger, kubeconfig)
            loader = Loader(  # type: ignore[no-untyped-call]
                config_dict=merged.config,
                active_context=context,
                config_base_path=None,
                temp_file_path=str(directory),
            )
            loader.sign_in_s, loader.loopback_only, loader.refused = sign_in_s, loopback_only, refused
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
        why = str(error).partition("{")[0]  # the library may go on with the entry itself, and the secrets in it
        raise SourceError(
            ErrorKind.NOT_CONFIGURED,
            failure.one_line(f"kube context {context}: {why}", 200) + ": see `kubectl config get-contexts`",
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
    server = urlsplit(configuration.host)
    proxy, named = configuration.proxy, "proxy-url"
    if loopback_only:
        proxy = None
        _refuse_outside(server.hostname or "", context)
    elif not proxy and not _on_this_machine(server.hostname or ""):
        proxy, named = environment_proxy(server.hostname or "", server.scheme), f"{server.scheme.upper()}_PROXY"
    if server.scheme == "http" and (configuration.api_key or configuration.password or server.username):
        name = server.hostname or ""
        refuse_plain_http(name, (name,), PlainHttp(f'kubernetes.allow_plain_http = ["{context}"]', allow_plain_http))
    configuration.client_session_kwargs = {
        "trust_env": False,  # else each request looks for proxies, and passwords in `.netrc`, in threads
        "auto_decompress": False,
        "headers": headers,
    }
    configuration.trace_configs = [redirects.refused("the API server")]
    socks = socks_proxy(proxy, f"context {context}: {named}")
    configuration.proxy = proxy if socks is None else None
    try:
        client = await asyncio.to_thread(ApiClient, configuration)
        if socks is not None:
            client.rest_client = await asyncio.to_thread(ThroughSocks, configuration, socks)
    except (OSError, ValueError) as error:
        raise SourceError(
            ErrorKind.TLS, f"kube context {context}: its certificates cannot be loaded ({type(error).__name__})"
        ) from None
    client.user_agent = f"workshop-tui/{__version__}"
    return client, loader.credential


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
def translate_errors(what: str) -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError, *SOCKS_ERRORS) as error:
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


def _on_this_machine(name: str) -> bool:
    with suppress(ValueError):
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    return False


def _refuse_outside(name: str, context: str) -> None:
    if not _on_this_machine(name):
        raise SourceError(
            ErrorKind.NOT_CONFIGURED,
            f"the cluster {context} is at {name}: a rehearsal reaches nothing outside this machine",
        )
