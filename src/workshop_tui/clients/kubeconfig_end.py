"""When the credentials end that a kubeconfig itself holds. Takes the library of clusters: never on the loop."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509

from workshop_tui.clients.kubeconfig_merger import Merger
from workshop_tui.clients.kubernetes_aio import ConfigException, KubeConfigLoader
from workshop_tui.secret_reference import read_file

_RENEWED = ("exec", "auth-provider", "tokenFile")
"""What these give is fetched anew when it ends."""


def credential_end(kubeconfig: str, context: str) -> tuple[str, datetime] | None:
    """Its kind and end; None where it is renewed by itself, never ends, or cannot be read. Blocking.

    `kubeconfig`: paths joined by the path separator. That a file is broken is told by those who sign in with it.
    """
    try:
        merged = Merger(kubeconfig)  # type: ignore[no-untyped-call]
        loader = KubeConfigLoader(config_dict=merged.config, active_context=context, config_base_path=None)  # type: ignore[no-untyped-call]
        user = loader._user  # the library tells it no other way
        return _end(user.value, Path(user.path or "").expanduser().parent) if user is not None else None
    except (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, yaml.YAMLError):
        return None


def _end(user: Mapping[str, Any], directory: Path) -> tuple[str, datetime] | None:
    """Raises `OSError`, `ValueError`, `TypeError`."""
    if any(user.get(key) for key in _RENEWED):
        return None
    if user.get("token"):  # preferred to a certificate by kubectl, too
        ends_at = token_end(str(user["token"]))
        return ("token", ends_at) if ends_at else None
    if data := user.get("client-certificate-data"):
        return "client certificate", certificate_end(base64.b64decode(data))
    if path := user.get("client-certificate"):
        return "client certificate", certificate_end(read_file(directory / path).encode())
    return None


def certificate_end(pem: bytes) -> datetime:
    """Of the first in the chain. Raises `ValueError`."""
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc


def token_end(token: str) -> datetime | None:
    """Of a JSON web token that has one; its signature is not looked at."""
    parts = token.strip().split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
