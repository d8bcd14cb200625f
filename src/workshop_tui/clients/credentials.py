"""Where addresses and tokens come from: the settings, else the habits of the field."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import HttpUrl, TypeAdapter, ValidationError

from workshop_tui.errors import ErrorKind, SourceError, UserError
from workshop_tui.paths import in_home
from workshop_tui.secret import remember
from workshop_tui.secret_reference import SecretReference
from workshop_tui.settings import Settings


@dataclass(frozen=True, slots=True)
class CoderSession:
    url: str
    """Without a slash at the end."""
    token: str


def coder_url(settings: Settings) -> str | None:
    """The settings', else `CODER_URL`, else the `coder` command line's own; a rehearsal asks only its settings."""
    if settings.coder.url is not None:
        return str(settings.coder.url).rstrip("/")
    if settings.rehearsal is not None:
        return None
    found = os.environ.get("CODER_URL") or _line(coder_directory() / "url")
    return found.rstrip("/") if found else None


def is_web_address(text: str) -> bool:
    try:
        TypeAdapter(HttpUrl).validate_python(text)
    except ValidationError:
        return False
    return True


def coder_session(settings: Settings) -> CoderSession:
    """Blocking. Raises `SourceError` that says where an address and a token are looked for."""
    url = coder_url(settings)
    if url is None:
        raise SourceError(ErrorKind.NOT_CONFIGURED, "no Coder address: set coder.url, or run `coder login`")
    if not is_web_address(url):
        raise SourceError(
            ErrorKind.NOT_CONFIGURED, "the Coder address of CODER_URL or `coder login` is none: expected https://host"
        )
    if settings.coder.token is not None:
        return CoderSession(url, read_secret(settings.coder.token, "coder.token"))
    token = (
        None if settings.rehearsal else os.environ.get("CODER_SESSION_TOKEN") or _line(coder_directory() / "session")
    )
    if not token:
        raise SourceError(
            ErrorKind.UNAUTHORIZED, "no Coder token: set CODER_SESSION_TOKEN or coder.token, or run `coder login`"
        )
    remember(token)
    return CoderSession(url, token)


def coder_directory() -> Path:
    """Of the `coder` command line."""
    if (named := os.environ.get("CODER_CONFIG_DIR")) is not None:
        return Path(named)
    if sys.platform == "darwin":
        return in_home("Library", "Application Support", "coderv2")
    return Path(os.environ.get("XDG_CONFIG_HOME") or in_home(".config")) / "coderv2"


def read_secret(reference: SecretReference, key: str) -> str:
    """Blocking. Raises `SourceError` that names the settings' key."""
    try:
        return reference.read()
    except UserError as error:
        raise SourceError(ErrorKind.UNAUTHORIZED, f"{key}: {error}") from None


def kubeconfig(settings: Settings) -> str:
    """The settings', else `KUBECONFIG`, else `~/.kube/config`; several paths joined by the path separator."""
    if settings.kubernetes.kubeconfig is not None:
        return settings.kubernetes.kubeconfig
    return os.environ.get("KUBECONFIG") or str(in_home(".kube", "config"))


def _line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
