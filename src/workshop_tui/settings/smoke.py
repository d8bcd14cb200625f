"""What a smoke test starts, and what it asks of it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from workshop_tui.settings.section import Positive, Section


class CommandWay(StrEnum):
    AGENT = "agent"
    """The agent's terminal, as the dashboard opens it: needs no right in the cluster."""
    NONE = "none"


class SmokeTarget(Section):
    """Where one workspace is started."""

    region: str
    template: str
    parameters: dict[str, str] = Field(default_factory=dict)
    """Of the template: what makes it start in this region."""
    app: str | None = None
    """Slug of the app that must answer through the region's wildcard; default: the first that has a subdomain."""


class Smoke(Section):
    target: tuple[SmokeTarget, ...] = ()
    timeout_s: Positive = 300
    """Until it is ready."""
    command_by: CommandWay = CommandWay.AGENT
    command: str | None = None
    """For `sh` inside the workspace, without secrets; default: curl asks the gateway's health, or Coder's."""
    command_timeout_s: Positive = 30
