"""When what this program itself signs in with ends."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_tui.clients.coder_own import END_NOT_TOLD, CoderOwn
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder_rights import OwnCredential
from workshop_tui.model.kinds import OWN_CREDENTIALS
from workshop_tui.model.source import SourceKind

_CODER = "our Coder token"
_NAMES_NO_KEY = "it is not in the form ID-SECRET of Coder's keys, so Coder cannot be asked when it ends"
_OF_TOKENS = "token"
"""Login type of a key that `coder tokens create` made; a session's is prolonged by use."""


@dataclass(frozen=True)
class OwnCredentialsSource:
    """`own`: None without a Coder. `contexts`: region -> its context, of `kubeconfig`."""

    own: CoderOwn | None
    contexts: Mapping[str, str]
    kubeconfig: str
    interval_s: float = 300
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[OwnCredential, ...]] = OWN_CREDENTIALS

    async def collect(self) -> tuple[OwnCredential, ...]:
        of_coder = () if self.own is None else (await self._of_coder(self.own),)
        of_clusters = await asyncio.to_thread(self._of_clusters) if self.contexts else []
        return (*of_coder, *of_clusters)

    async def _of_coder(self, own: CoderOwn) -> OwnCredential:
        try:
            key = await own.key()
        except SourceError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            return OwnCredential(_CODER, unknown=error.message)
        if key is None:
            return OwnCredential(_CODER, unknown=_NAMES_NO_KEY)
        ends_at = parse_time(key.expires_at)
        if ends_at is None:
            return OwnCredential(_CODER, unknown=END_NOT_TOLD)
        return OwnCredential(_CODER, None, ends_at, "Coder's key information", extended=key.login_type != _OF_TOKENS)

    def _of_clusters(self) -> list[OwnCredential]:
        library = importlib.import_module("workshop_tui.clients.kubeconfig_end")
        found = []
        for region, context in self.contexts.items():
            if (end := library.credential_end(self.kubeconfig, context)) is not None:
                name = f"our {end.kind} of the context {context}"
                found.append(OwnCredential(name, region, end.at, "the kubeconfig", unknown=end.unknown))
        return found
