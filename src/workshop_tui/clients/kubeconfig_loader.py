"""A kubeconfig's context as kubectl takes it: its cluster, and its user's credentials."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from multidict import CIMultiDict

from workshop_tui.clients import failure
from workshop_tui.clients.cluster_credential import ClusterCredential, shared_credential
from workshop_tui.clients.kubeconfig_oidc import renewed_credential, valid_credential
from workshop_tui.clients.kubernetes_aio import ConfigException, KubeConfigLoader
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.redaction import mask, remember
from workshop_tui.settings.secret_reference import read_file
from workshop_tui.system.quiet_command import run_quietly

_HEADER_SIGNS = "!#$&'*+-.^_`|~"
"""Beside letters and digits, what the name of a header may hold."""


class Loader(KubeConfigLoader):
    """The library's only logs when a sign-in command fails, and then asks without a token.

    It writes what the TLS library reads into `temp_file_path`.
    """

    sign_in_s = 8.0
    loopback_only = False
    refused: ClusterCredential | None = None
    credential: ClusterCredential | None = None
    """Of a command or an issuer, once it has signed in with one."""

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

    async def _load_authentication(self) -> None:
        """The library asks a provider that kubectl gave up, and without any credential where it knows none."""
        if self._user is not None and "auth-provider" in self._user and self.provider != "oidc":
            raise ConfigException("kubectl has no auth-provider of this name any more: use a sign-in command (exec)")
        await super()._load_authentication()  # type: ignore[no-untyped-call]

    def _load_user_token(self) -> bool:
        """A file's last line end is no part of its token, and a file goes before a token, as kubectl does."""
        user: dict[str, Any] = self._user.value  # type: ignore[union-attr]
        if user.get("tokenFile"):
            path = Path(self._get_base_path(self._user.path), user["tokenFile"])  # type: ignore[no-untyped-call,union-attr]
            token = read_file(path).strip()
            if not token:
                raise ConfigException("the file of its token is empty: see tokenFile")
        else:
            token = str(user.get("token") or "").strip()
        if token:
            self.token = f"Bearer {token}"
        return bool(token)

    async def load_from_exec_plugin(self) -> bool:
        wanted: Any = self._user["exec"].value  # type: ignore[index]
        identity = [self._user_path, self._user_name, wanted]
        if wanted.get("provideClusterInfo"):
            identity.append(self._cluster.value)  # type: ignore[union-attr]
        self._sign_in_with(await self._shared(json.dumps(identity, default=str), self._run_exec))
        return True

    async def _load_oid_token(self) -> None:
        path, user = self._user_path, self._user_name
        config: Any = self._user["auth-provider"].value.get("config") or {}  # type: ignore[index]
        found = valid_credential(config)
        if found is None:

            async def renew() -> ClusterCredential:
                return await renewed_credential(Path(path), user, loopback_only=self.loopback_only)

            found = await self._shared(json.dumps(["oidc", path, user]), renew)
        self._sign_in_with(found)

    async def _shared(self, user: str, get: Callable[[], Awaitable[ClusterCredential]]) -> ClusterCredential:
        try:
            return await shared_credential(user, get, self.refused)
        except SourceError as error:
            context: str = self._current_context["name"]  # type: ignore[index]
            why = f"context {context}: {error.message}: try `kubectl --context {context} version`"
            raise SourceError(error.kind, mask(why)) from None

    def _sign_in_with(self, credential: ClusterCredential) -> None:
        self.credential = credential
        if credential.token:
            self.token = f"Bearer {credential.token}"
        else:
            self.cert_file = self._written(credential.certificate.encode())
            self.key_file = self._written(credential.key.encode())

    async def _run_exec(self) -> ClusterCredential:
        wanted: Any = self._user["exec"].value  # type: ignore[index]
        command = f"its sign-in command {Path(str(wanted.get('command'))).name}"
        try:
            return _credential(await asyncio.to_thread(self._run_plugin, wanted))
        except FileNotFoundError:
            why = "is not installed"
        except TimeoutError:
            why = f"did not end in {self.sign_in_s:g} s"
        except ConfigException as error:
            why = str(error)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"gives no credentials ({type(error).__name__})"
        raise SourceError(ErrorKind.UNAUTHORIZED, mask(f"{command} {why}"))

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

    def _load_cluster_info(self) -> None:
        """The library's leaves keys in the directory for all, for as long as it runs."""
        cluster: dict[str, Any] = self._cluster.value  # type: ignore[union-attr]
        user: dict[str, Any] = self._user.value if self._user is not None else {}
        for name in ("server", "tls-server-name", "proxy-url"):
            if not isinstance(cluster.get(name, ""), str):
                raise ConfigException(f"its {name} is no text: put it between quotation marks")
        self.host = cluster["server"].rstrip("/")
        self._refuse_server()
        if self.host.startswith("https"):
            self.ssl_ca_cert = self._file_of(cluster, "certificate-authority", self._cluster.path)  # type: ignore[union-attr]
            if "cert_file" not in self.__dict__:
                path = self._user.path if self._user is not None else None
                self.cert_file = self._file_of(user, "client-certificate", path)
                self.key_file = self._file_of(user, "client-key", path)
        if "insecure-skip-tls-verify" in cluster:
            self.verify_ssl = not cluster["insecure-skip-tls-verify"]
        if "tls-server-name" in cluster:
            self.tls_server_name = cluster["tls-server-name"]
        if "proxy-url" in cluster:
            self.proxy = cluster["proxy-url"]

    def _refuse_server(self) -> None:
        try:
            parts = urlsplit(self.host)
            _ = parts.port
        except ValueError:
            raise ConfigException("its server is no address: expected https://host:port") from None
        if "@" in parts.netloc and "token" in self.__dict__:
            raise ConfigException("its server holds a name or password beside the user's own credential: remove it")

    def _file_of(self, entry: dict[str, Any], name: str, beside: str | None) -> str | None:
        if data := entry.get(f"{name}-data"):
            return self._written(base64.standard_b64decode(data))
        if not entry.get(name):
            return None
        path = Path(self._get_base_path(beside), entry[name])  # type: ignore[no-untyped-call]
        if not path.is_file():
            raise ConfigException(f"the file that {name} names is not there")
        return str(path)

    def _written(self, content: bytes) -> str:
        path = Path(self._temp_file_path, secrets.token_hex(8))
        path.write_bytes(content)
        return str(path)

    @property
    def _user_path(self) -> str:
        path: str = self._user.path  # type: ignore[union-attr]
        return str(Path(path).expanduser().absolute())

    @property
    def _user_name(self) -> str:
        name: str = self._current_context["context"]["user"]  # type: ignore[index]
        return name


def _credential(status: dict[str, Any]) -> ClusterCredential:
    """Raises `ConfigException`, `ValueError`, `AttributeError`."""
    token, certificate, key = (status.get(name) for name in ("token", "clientCertificateData", "clientKeyData"))
    if not token and not (certificate and key):
        raise ConfigException("gives neither a token nor a certificate")
    for secret in (token, key):
        remember(str(secret or ""))
    ends_at = status.get("expirationTimestamp")
    ends_at_s = datetime.fromisoformat(str(ends_at)).timestamp() if ends_at else None
    if token:
        return ClusterCredential(str(token), ends_at_s=ends_at_s)
    return ClusterCredential(certificate=str(certificate), key=str(key), ends_at_s=ends_at_s)
