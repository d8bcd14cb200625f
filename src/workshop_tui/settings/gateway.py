"""What the settings say of the AI gateway."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from workshop_tui.settings.secret_reference import SecretReference
from workshop_tui.settings.section import Address, Positive, Section

ObjectName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")]
"""Of a Kubernetes object."""


class GatewayKind(StrEnum):
    LITELLM = "litellm"
    AI_BRIDGE = "ai-bridge"
    """Inside the Coder server: people's Coder sessions are its keys."""
    NONE = "none"


class ProviderCredential(Section):
    """A Kubernetes Secret with which the gateway signs in to a provider of models; only its metadata is asked for."""

    name: str
    """As people call it, e.g. `Bedrock`."""
    secret: ObjectName
    """The Secret's name."""
    namespace: ObjectName | None = None
    """In the control plane's cluster; default: the gateway's."""
    expires_at: AwareDatetime | None = None
    lifetime_days: Positive | None = None
    """Counted from when the Secret's data was last written."""


class Gateway(Section):
    kind: GatewayKind = GatewayKind.NONE
    url: Address | None = None
    key: SecretReference | None = None
    """The key that the workshop's people use."""
    allow_plain_http: bool = False
    """Send the key without TLS to another host than this machine: whoever is on the way can read it."""
    admin_key: SecretReference | None = None
    """Never read here: commands that renew the key name its place. Default: `LITELLM_MASTER_KEY`."""
    models: tuple[str, ...] = ()
    """Names of the models that the workshop needs."""
    ask_models: bool = False
    """Ask each of them for one token, at most once an hour: a few hundredths of a cent each time."""
    credential: tuple[ProviderCredential, ...] = ()
    """Of the providers behind it; needs the right to `get` these `secrets`. The earliest expiry that is told counts."""
    rotator: ObjectName | Literal[""] = "litellm-key-rotator"
    """The Deployment beside the gateway that rotates its key, which a workshop pauses; empty where there is none."""
    expiry_annotation: str = "workshop-tui/expires"
    """Annotation of those Secrets that tells when the credential ends: a date or a time, ISO 8601."""

    @field_validator("credential")
    @classmethod
    def _names_are_unique(cls, value: tuple[ProviderCredential, ...]) -> tuple[ProviderCredential, ...]:
        names = [credential.name for credential in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two credentials are named {', '.join(twice)}")
        return value

    @model_validator(mode="after")
    def _has_a_url(self) -> Gateway:
        if self.kind is GatewayKind.LITELLM and self.url is None:
            raise ValueError(f'a gateway of kind "{self.kind}" needs url = "https://…"')
        return self
