"""When the credentials end that a kubeconfig itself holds. Takes the library of clusters: never on the loop."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from cryptography import x509

from workshop_tui.clients.kubeconfig_merger import Merger
from workshop_tui.clients.kubernetes_aio import ConfigException, KubeConfigLoader
from workshop_tui.settings.secret_reference import read_file

_RENEWED = ("exec", "auth-provider", "tokenFile")
"""What these give is fetched anew when it ends."""


class CredentialEnd(NamedTuple):
    kind: str
    """`token` or `client certificate`."""
    at: datetime | None
    unknown: str = ""
    """Why its end cannot be read."""


def credential_end(kubeconfig: str, context: str) -> CredentialEnd | None:
    """None where it is renewed by itself, never ends, or the kubeconfig cannot be read. Blocking.

    `kubeconfig`: paths joined by the path separator. That a file is broken is told by those who sign in with it.
    """
    try:
        merged = Merger(kubeconfig)  # type: ignore[no-untyped-call]
        loader = KubeConfigLoader(config_dict=merged.config, active_context=context, config_base_path=None)  # type: ignore[no-untyped-call]
        user = loader._user  # the library tells it no other way
        if user is None or not isinstance(user.value, Mapping) or any(user.value.get(key) for key in _RENEWED):
            return None
        directory = Path(user.path or "").expanduser().parent
    except (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, yaml.YAMLError):
        return None
    if user.value.get("token"):  # preferred to a certificate by kubectl, too
        return _of_token(str(user.value["token"]))
    return _of_certificate(user.value, directory)


def _of_token(token: str) -> CredentialEnd | None:
    """None for what names no end: Kubernetes' own tokens of this kind have none."""
    if (_claims(token) or {}).get("exp") is None:
        return None
    ends_at = token_end(token)
    return CredentialEnd("token", ends_at, "" if ends_at else "its end cannot be read")


def _of_certificate(user: Mapping[str, Any], directory: Path) -> CredentialEnd | None:
    kind, data, path = "client certificate", user.get("client-certificate-data"), user.get("client-certificate")
    if not data and not path:
        return None
    try:
        pem = base64.b64decode(data) if data else read_file(directory / str(path)).encode()
        return CredentialEnd(kind, certificate_end(pem))
    except (OSError, ValueError, TypeError) as error:
        return CredentialEnd(kind, None, f"it cannot be read ({type(error).__name__})")


def certificate_end(pem: bytes) -> datetime:
    """Of the first in the chain. Raises `ValueError`."""
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc


def token_end(token: str) -> datetime | None:
    """Of a JSON web token that has one; its signature is not looked at."""
    try:
        return datetime.fromtimestamp(float((_claims(token) or {})["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _claims(token: str) -> dict[str, Any] | None:
    """None for what is no JSON web token."""
    parts = token.strip().split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None
