"""Every way an outside system can fail, as a `SourceError` of one kind and one line."""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.printable import printable
from workshop_tui.redaction import mask

_LONGEST_WAIT_S = 3600.0
_TLS = {
    9: "is not valid yet: compare the clocks",
    10: "has expired: renew it",
    18: "is signed by itself: name its authority in {ca_file}",
    19: "is signed by an authority that this machine does not trust: name it in {ca_file}",
    20: "is signed by an authority that this machine does not trust: name it in {ca_file}",
    21: "cannot be verified: its chain is incomplete",
    62: "is for another name",
    64: "is for another address",
}


def of_exception(  # noqa: PLR0911  # one for each kind
    error: BaseException, what: str, *, ca_file: str = "network.ca_file"
) -> SourceError:
    """`what` names the asked thing, e.g. `the gateway at https://…`; `ca_file`: where its authority is named."""
    for cause in _causes(error):
        if isinstance(cause, SourceError):
            return cause
        code = getattr(cause, "verify_code", None)  # aiohttp's own is of this kind too, but does not tell
        if isinstance(cause, ssl.SSLCertVerificationError) and code is not None:
            reason = _TLS.get(code, f"cannot be verified ({cause.verify_message})").replace("{ca_file}", ca_file)
            return SourceError(ErrorKind.TLS, f"{what}: its certificate {reason}")
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "reason", None) or "connection cut"
            return SourceError(ErrorKind.TLS, f"{what}: TLS failed ({reason})")
        if isinstance(cause, (TimeoutError, httpx.TimeoutException)):
            return SourceError(ErrorKind.TIMEOUT, f"{what} did not answer in time")
        if isinstance(cause, socket.gaierror):
            return SourceError(ErrorKind.UNREACHABLE, f"{what}: its name does not resolve")
        if isinstance(cause, ConnectionRefusedError):
            return SourceError(ErrorKind.UNREACHABLE, f"{what} refuses connections")
        if getattr(cause, "error_status_hint", None) == 431:  # h11's, for a head that does not end
            return SourceError(ErrorKind.MALFORMED, f"{what} does not answer as HTTP does (too many headers)")
    if "timeout" in type(error).__name__.lower():
        return SourceError(ErrorKind.TIMEOUT, f"{what} did not answer in time")
    return SourceError(ErrorKind.UNREACHABLE, f"{what} cannot be reached ({type(error).__name__})")


def of_status(  # noqa: PLR0911  # one for each status
    status: int, what: str, *, retry_after: str | None = None, missing: str = ""
) -> SourceError | None:
    """None for 2xx. `missing`: what a 403 should name as the missing right."""
    if 200 <= status < 300:
        return None
    if status == 401:
        return SourceError(ErrorKind.UNAUTHORIZED, f"{what} refuses the credentials: renew the token or key")
    if status == 403:
        right = f": {missing}" if missing else ": the token lacks a right"
        return SourceError(ErrorKind.FORBIDDEN, mask(f"{what} forbids it{right}"))
    if status == 404:
        return SourceError(ErrorKind.NOT_FOUND, f"{what} does not exist: check the address and the token's rights")
    if status == 429:
        wait_s = _seconds(retry_after)
        said = f", asks to wait {wait_s:.0f} s" if wait_s is not None else ""
        return SourceError(ErrorKind.RATE_LIMITED, f"{what} limits the rate{said}", retry_after_s=wait_s)
    if status >= 500:
        return SourceError(ErrorKind.UNREACHABLE, f"{what} answers with {status}: look at its logs")
    if 300 <= status < 400:
        return SourceError(ErrorKind.MALFORMED, f"{what} redirects elsewhere ({status}): check the address")
    return SourceError(ErrorKind.MALFORMED, f"{what} answers with {status}")


def one_line(words: str, most: int = 160) -> str:
    """What an outside system says, fit for an error: masked before it is cut, so that no half of a secret is left."""
    return " ".join(mask(printable(words)).split())[:most]


def malformed(what: str, body: bytes, detail: str) -> SourceError:
    """What came instead of the expected JSON; the body itself is never shown."""
    if body.lstrip()[:1] == b"<":
        return SourceError(ErrorKind.MALFORMED, f"{what} answers with a web page: check the address")
    if body.strip() == b"null":
        return SourceError(ErrorKind.MALFORMED, f"{what} does not answer as expected (null, which states nothing)")
    return SourceError(ErrorKind.MALFORMED, f"{what} does not answer as expected ({detail})")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [inner for inner in (cause.__cause__, cause.__context__) if inner is not None]
        waiting += [inner for inner in cause.args if isinstance(inner, BaseException)]
        inner = getattr(cause, "os_error", None)
        if isinstance(inner, BaseException):
            waiting.append(inner)


def _seconds(retry_after: str | None) -> float | None:
    """Of a number or an HTTP date; at most an hour, so that a mad answer does not blind us for days."""
    if not retry_after:
        return None
    try:
        wait_s = float(retry_after)
    except ValueError:
        try:
            until = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        wait_s = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return None if math.isnan(wait_s) else min(max(wait_s, 0.0), _LONGEST_WAIT_S)
