"""The `oidc` provider of a kubeconfig's user: its token, renewed at the issuer as kubectl does."""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec
import yaml

from workshop_tui import __version__
from workshop_tui.clients import failure
from workshop_tui.clients.cluster_credential import ClusterCredential
from workshop_tui.clients.json_request import Answer, decode, fetch
from workshop_tui.clients.kubeconfig_end import token_end
from workshop_tui.clients.kubeconfig_tokens import KubectlLock, provider_config, write_tokens
from workshop_tui.clients.transport import PlainHttp, is_here, refuse_plain_http
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.redaction import remember
from workshop_tui.system.daemon_threads import DaemonThreads

_ENDS_EARLY_S = 10
"""Clocks differ; kubectl's own figure."""
_STEP_S = 5
_LONGEST_S = 10
"""For all steps; the end of the program waits a second for them."""
_HTTPS = PlainHttp("idp-issuer-url to one with https://", allowed=False)
_ANEW = "sign in anew with what wrote this kubeconfig"


class _DiscoveryWire(msgspec.Struct):
    token_endpoint: str = ""


class _TokensWire(msgspec.Struct):
    id_token: str = ""
    refresh_token: str = ""


class _RefusalWire(msgspec.Struct):
    error: str = ""


def valid_credential(config: dict[str, Any]) -> ClusterCredential | None:
    """That of the file itself; None where it has ended, or there is none."""
    token = str(config.get("id-token") or "")
    ends_at = token_end(token)
    if ends_at is None or ends_at.timestamp() - _ENDS_EARLY_S <= time.time():
        return None
    return ClusterCredential(token, ends_at_s=ends_at.timestamp() - _ENDS_EARLY_S)


async def renewed_credential(path: Path, user: str, *, loopback_only: bool) -> ClusterCredential:
    """From the issuer; what it gives anew is in the file before it is used. Raises `SourceError`.

    In a thread of its own: whoever leaves meanwhile would lose what the issuer gives once, and so would a program that
    ended before the issuer answers, or a second has passed.
    """
    return await asyncio.to_thread(_renewed, path, user, loopback_only)


def _renewed(path: Path, user: str, loopback_only: bool) -> ClusterCredential:
    """The lock is held meanwhile: most issuers take a refresh token once, and kubectl would try the same one."""
    with closing(KubectlLock(path)) as lock:
        try:
            lock.take()
            config = provider_config(path, user)
        except TimeoutError as error:
            message = f"{error} is there: another program changes the file; if none does, remove it"
            raise SourceError(ErrorKind.UNAUTHORIZED, message) from None
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            message = f"{path} cannot be kept up to date ({type(error).__name__}): its new token would be lost"
            raise SourceError(ErrorKind.UNAUTHORIZED, message) from None
        if (found := valid_credential(config)) is not None:
            return found
        given = asyncio.run(_given_in_time(config, path.parent, loopback_only))
        tokens = {"id-token": given.id_token}
        if given.refresh_token:
            tokens["refresh-token"] = given.refresh_token
        try:
            write_tokens(path, user, tokens)
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            message = f"the issuer's new tokens cannot be written to {path} ({type(error).__name__}): {_ANEW}"
            raise SourceError(ErrorKind.UNAUTHORIZED, message) from None
    ends_at = token_end(given.id_token)
    return ClusterCredential(given.id_token, ends_at_s=ends_at.timestamp() - _ENDS_EARLY_S if ends_at else None)


async def _given_in_time(config: dict[str, Any], directory: Path, loopback_only: bool) -> _TokensWire:
    """A name server that hangs holds up no end."""
    asyncio.get_running_loop().set_default_executor(DaemonThreads())
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await _refreshed(config, directory, loopback_only)
    except TimeoutError:
        message = f"its issuer did not answer in {_LONGEST_S} s: see idp-issuer-url"
        raise SourceError(ErrorKind.TIMEOUT, message) from None


async def _refreshed(config: dict[str, Any], directory: Path, loopback_only: bool) -> _TokensWire:
    issuer, refresh_token = (str(config.get(key) or "") for key in ("idp-issuer-url", "refresh-token"))
    identity, secret = (str(config.get(key) or "") for key in ("client-id", "client-secret"))
    if not refresh_token:
        raise SourceError(ErrorKind.UNAUTHORIZED, f"its id-token has ended and there is no refresh-token: {_ANEW}")
    if not issuer or not identity:
        raise SourceError(ErrorKind.NOT_CONFIGURED, "its oidc provider needs idp-issuer-url and client-id")
    for hidden in (refresh_token, secret):
        remember(hidden)
    _refuse(issuer, loopback_only)
    try:
        trust = await asyncio.to_thread(_trust, config, directory)
    except (OSError, ValueError, TypeError) as error:
        message = f"the authority of its issuer cannot be read ({type(error).__name__}): see idp-certificate-authority"
        raise SourceError(ErrorKind.TLS, message) from None
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"workshop-tui/{__version__}",
    }
    try:
        opened = httpx.AsyncClient(
            verify=trust, headers=headers, timeout=_STEP_S, trust_env=not loopback_only, follow_redirects=False
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        message = "its issuer is behind the environment's proxy, which cannot be used: expected http://host:port"
        raise SourceError(ErrorKind.NOT_CONFIGURED, message) from None
    async with opened as client:
        what = f"the issuer {urlsplit(issuer).hostname}"
        answer = await fetch(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration", what)
        answer.raise_for_status(what)
        endpoint = decode(answer.body, _DiscoveryWire, what).token_endpoint
        if not endpoint:
            raise SourceError(ErrorKind.MALFORMED, f"{what} names no token_endpoint")
        _refuse(endpoint, loopback_only)
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        basic = httpx.BasicAuth(quote(identity, safe=""), quote(secret, safe=""))
        answer = await fetch(client, endpoint, what, method="POST", data=form, auth=basic)
        if answer.status in (400, 401) and _refusal(answer) != "invalid_grant":  # some want these in the form
            own = {"client_id": identity} | ({"client_secret": secret} if secret else {})
            answer = await fetch(client, endpoint, what, method="POST", data=form | own)
    if answer.status in (400, 401, 403):
        why = failure.one_line(_refusal(answer)) or str(answer.status)
        raise SourceError(ErrorKind.UNAUTHORIZED, f"{what} refuses its refresh token ({why}): {_ANEW}")
    answer.raise_for_status(what)
    given = decode(answer.body, _TokensWire, what)
    for token in (given.id_token, given.refresh_token):
        remember(token)
    if not given.id_token:
        raise SourceError(ErrorKind.UNAUTHORIZED, f"{what} answers without an id_token: {_ANEW}, with scope openid")
    return given


def _refusal(answer: Answer) -> str:
    try:
        return msgspec.json.decode(answer.body, type=_RefusalWire).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _refuse(address: str, loopback_only: bool) -> None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        message = "its issuer has an address that is none: expected https://host, see idp-issuer-url"
        raise SourceError(ErrorKind.NOT_CONFIGURED, message) from None
    if parts.scheme != "https":
        refuse_plain_http(host, (host,), _HTTPS)
    if loopback_only and not is_here(host):
        message = f"its issuer is at {host}: a rehearsal reaches nothing outside this machine"
        raise SourceError(ErrorKind.NOT_CONFIGURED, message)


def _trust(config: dict[str, Any], directory: Path) -> ssl.SSLContext:
    """Blocking. Its own authority in place of the system's, as kubectl does; verified in any case."""
    if data := config.get("idp-certificate-authority-data"):
        return ssl.create_default_context(cadata=base64.b64decode(data).decode())
    file = config.get("idp-certificate-authority")
    return ssl.create_default_context(cafile=str(directory / file) if file else None)
