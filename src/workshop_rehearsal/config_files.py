"""The settings that reach a platform, with the kubeconfig, the authority and the secrets that they name."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.timing import Timing
from workshop_rehearsal.world.places import Place
from workshop_rehearsal.world.population import TEST_ACCOUNT

KUBECONFIG = "kubeconfig"
AUTHORITY = "ca.pem"
CODER_TOKEN = "coder-token"  # noqa: S105 - a file's name
GATEWAY_KEY = "gateway-key"
GATEWAY_ADMIN_KEY = "gateway-admin-key"
CONTROL_TOKEN = "control-token"  # noqa: S105 - a file's name
KEY_METRIC = "gateway-key.prom"
_BESIDE = (KUBECONFIG, AUTHORITY, CODER_TOKEN, GATEWAY_KEY, GATEWAY_ADMIN_KEY, CONTROL_TOKEN, KEY_METRIC)


@dataclass(frozen=True, slots=True)
class Secrets:
    kubernetes_token: str
    coder_token: str
    gateway_key: str
    gateway_master_key: str
    control_token: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Where everything listens."""

    places: Sequence[Place]
    kubernetes_ports: Mapping[str, int]
    """By region."""
    https_ports: Mapping[str, int]
    """By region."""
    gateway_url: str
    prometheus_url: str
    alertmanager_url: str
    source_reference: str
    mirror_reference: str
    nameserver: str
    control_url: str


class ConfigFiles:
    """All in the directory of `path`, readable by their owner only; `remove` takes them away again.

    Raises `RehearsalError` when something that is not a rehearsal's stands in the way.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._directory = self.path.parent
        if self.path.exists():
            _check_is_a_rehearsal(self.path)
            return
        for name in _BESIDE:
            if (self._directory / name).exists():
                raise RehearsalError(
                    f"{self._directory / name} exists already: choose another directory for {path.name}"
                )

    @property
    def key_metric_file(self) -> Path:
        """Where a node exporter of the platform collects text files."""
        return self._directory / KEY_METRIC

    def write_secrets(self, reach: Reach, secrets: Secrets, authority: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        contents = {
            KUBECONFIG: json.dumps(_kubeconfig(reach, secrets, authority), indent=2).encode(),
            AUTHORITY: authority,
            CODER_TOKEN: secrets.coder_token.encode(),
            GATEWAY_KEY: secrets.gateway_key.encode(),
            GATEWAY_ADMIN_KEY: secrets.gateway_master_key.encode(),
            CONTROL_TOKEN: secrets.control_token.encode(),
        }
        for name, content in contents.items():
            _replace(self._directory / name, content)

    def write_settings(
        self,
        reach: Reach,
        timing: Timing,
        *,
        scenario: str,
        workshop_minutes: int,
        expected_people: int,
        credentials: Mapping[str, str],
    ) -> None:
        """Atomic: a reader sees the old file, none, or the whole new one. `credentials`: name -> Secret."""
        text = self._settings(reach, timing, scenario, workshop_minutes, expected_people, credentials)
        _replace(self.path, text.encode())

    def remove(self) -> None:
        for path in (self.path, *(self._directory / name for name in _BESIDE)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _settings(
        self,
        reach: Reach,
        timing: Timing,
        scenario: str,
        minutes: int,
        people: int,
        credentials: Mapping[str, str],
    ) -> str:
        control_plane = next(place for place in reach.places if place.is_control_plane)
        port = reach.https_ports[control_plane.name]
        document = {
            "coder": {"url": f"https://{control_plane.domain}:{port}", "token": self._secret(CODER_TOKEN)},
            "sign_in": {"ways": ["oidc", "github"], "test_account": TEST_ACCOUNT},
            "kubernetes": {"kubeconfig": str(self._directory / KUBECONFIG)},
            "gateway": {
                "kind": "litellm",
                "url": reach.gateway_url,
                "key": self._secret(GATEWAY_KEY),
                "admin_key": self._secret(GATEWAY_ADMIN_KEY),
                "credential": [{"name": name, "secret": secret} for name, secret in credentials.items()],
            },
            "images": {
                "source": {"reference": reach.source_reference, "plain_http": True},
                "mirror": {"reference": reach.mirror_reference, "plain_http": True},
            },
            "prometheus": {
                "url": reach.prometheus_url,
                "rules_namespace": "monitoring",
                "key_metric_file": str(self.key_metric_file),
            },
            "live": {"origin": {"cpu-used": "own", "memory-used": "own"}},
            "alertmanager": {"url": reach.alertmanager_url, "receivers": ["workshop-team"]},
            "smoke": {
                "target": [
                    {
                        "region": place.name,
                        "template": "build-from-scratch-goose",
                        "parameters": {"region": place.name},
                    }
                    for place in reach.places
                ]
            },
            "network": {
                "ca_file": str(self._directory / AUTHORITY),
                "nameserver": reach.nameserver,
                "public_nameserver": reach.nameserver,
            },
            "intervals": {"registry_s": 20},
            "rehearsal": {
                "scenario": scenario,
                "started_at": timing.started_at,
                "shown_at": timing.shown_at,
                "speed": float(timing.speed),
                "workshop_starts_at": timing.workshop_starts_at,
                "workshop_minutes": minutes,
                "expected_people": people,
                "control_url": reach.control_url,
                "control_token": self._secret(CONTROL_TOKEN),
            },
            "region": [
                {
                    "name": place.name,
                    "role": "control-plane" if place.is_control_plane else "proxy",
                    "context": place.context,
                    "domain": place.domain,
                    "wildcard": place.wildcard,
                    "https_port": reach.https_ports[place.name],
                }
                for place in reach.places
            ],
        }
        return tomli_w.dumps(document)

    def _secret(self, name: str) -> dict[str, str]:
        return {"file": str(self._directory / name)}


def _check_is_a_rehearsal(path: Path) -> None:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        document = {}
    if "rehearsal" not in document:
        raise RehearsalError(f"{path} exists and is not a rehearsal's: choose another file for --write-config")


def _kubeconfig(reach: Reach, secrets: Secrets, authority: bytes) -> dict[str, object]:
    """JSON is YAML too."""
    ca = base64.b64encode(authority).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        "current-context": reach.places[0].context,
        "clusters": [
            {
                "name": place.context,
                "cluster": {
                    "server": f"https://127.0.0.1:{reach.kubernetes_ports[place.name]}",
                    "certificate-authority-data": ca,
                },
            }
            for place in reach.places
        ],
        "users": [{"name": "rehearsal", "user": {"token": secrets.kubernetes_token}}],
        "contexts": [
            {"name": place.context, "context": {"cluster": place.context, "user": "rehearsal"}}
            for place in reach.places
        ],
    }


def _replace(path: Path, content: bytes) -> None:
    """`mkstemp` makes the file readable by its owner only."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
