"""Where addresses and tokens come from: the settings, else the habits of the field."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from workshop_tui.clients.failure import one_line
from workshop_tui.clients.network import Network
from workshop_tui.clients.sign_in import SecretHeader
from workshop_tui.errors import ErrorKind, SourceError, UserError
from workshop_tui.paths import in_home
from workshop_tui.redaction import remember
from workshop_tui.settings.secret_reference import COMMAND_LIMIT_S, SecretReference, read_file
from workshop_tui.settings.section import Address
from workshop_tui.settings.settings import Settings
from workshop_tui.system.quiet_command import run_quietly

CODER_HEADER = "Coder-Session-Token"
NO_ADDRESS = "the Coder address of CODER_URL or `coder login` is none, or holds a password: expected https://host"


@dataclass(frozen=True, slots=True)
class CoderSession:
    url: str
    """Without a slash at the end."""
    token: str


def coder_url(settings: Settings) -> str | None:
    """The settings', else `CODER_URL`, else the `coder` command line's own; a rehearsal asks only its settings.

    None where nothing is said, "" for what is no address, or holds a user and a password: nobody may see those.
    """
    if settings.coder.url is not None:
        return str(settings.coder.url).rstrip("/")
    if settings.rehearsal is not None:
        return None
    found = os.environ.get("CODER_URL") or _line(coder_directory() / "url")
    if not found:
        return None
    try:
        TypeAdapter(Address).validate_python(found)
    except ValidationError:
        return ""
    return found.rstrip("/")


def coder_session(settings: Settings) -> CoderSession:
    """Blocking. Raises `SourceError` that says where an address and a token are looked for."""
    url = coder_url(settings)
    if url is None:
        raise SourceError(ErrorKind.NOT_CONFIGURED, "no Coder address: set coder.url, or run `coder login`")
    if not url:
        raise SourceError(ErrorKind.NOT_CONFIGURED, NO_ADDRESS)
    if settings.coder.token is not None:
        return CoderSession(url, read_secret(settings.coder.token, "coder.token"))
    token = None if settings.rehearsal else _token_of_the_login(url)
    if not token:
        raise SourceError(
            ErrorKind.UNAUTHORIZED, "no Coder token: set CODER_SESSION_TOKEN or coder.token, or run `coder login`"
        )
    remember(token)
    return CoderSession(url, token)


def coder_signature(settings: Settings, network: Network) -> SecretHeader:
    """Signs requests to Coder; one for all of its clients on this network, so that the token is read once."""
    server = f"Coder {coder_url(settings)} {settings.coder.token}"
    return network.signature(server, lambda: SecretHeader(CODER_HEADER, lambda: coder_session(settings).token))


def _token_of_the_login(url: str) -> str | None:
    """The environment's, else that of the session file, else what the `coder` command keeps in the system's keyring.

    Only the command knows how it is kept there. Old ones cannot print it, and say so with an exit code.
    """
    found = os.environ.get("CODER_SESSION_TOKEN") or _line(coder_directory() / "session")
    if found or not (coder_directory() / "url").is_file() or (command := shutil.which("coder")) is None:
        return found
    try:
        printed = run_quietly([command, "login", "token"], COMMAND_LIMIT_S, {**os.environ, "CODER_URL": url})
    except TimeoutError:
        raise SourceError(
            ErrorKind.UNAUTHORIZED,
            f"`coder login token` did not end in {COMMAND_LIMIT_S:g} s: unlock the keyring, or set coder.token",
        ) from None
    except OSError:
        return None
    if printed.exit_code != 0:
        said = one_line(printed.last_words)
        raise SourceError(
            ErrorKind.UNAUTHORIZED,
            f"no Coder token: `coder login token` fails{f' ({said})' if said else ''}: run `coder login`",
        )
    return printed.stdout.decode(errors="replace").strip() or None


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
        return read_file(path).strip() or None
    except (OSError, UnicodeDecodeError):
        return None
