"""What our token may read at Coder, and what the server and its licence can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workshop_tui.collectors.coder_targets import named_organizations, named_templates
from workshop_tui.collectors.who_sees import WhoSees
from workshop_tui.model.coder_rights import (
    ALL_MEMBERS,
    ALL_TEMPLATES,
    ALL_USERS,
    ALL_WORKSPACES,
    AUDIT_LOG,
    BRIDGE_SINCE,
    PROVISIONER_JOBS,
    PROVISIONERS_SINCE,
    CoderRight,
    CoderRights,
    Feature,
    Requirement,
)
from workshop_tui.model.kinds import CODER_RIGHTS
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.settings import Settings


@dataclass(frozen=True)
class CoderRightsSource:
    who: WhoSees
    settings: Settings
    interval_s: float = 300
    timeout_s: float = 20
    region: None = None
    kind: SourceKind[CoderRights] = CODER_RIGHTS

    async def collect(self) -> CoderRights:
        version, enabled = await self.who.coder.version(), await self.who.own.features()
        answers = await self.who.answers(tuple(self._rights()))
        features = [Feature(name, serves, name in enabled, optional) for name, serves, optional in self._features()]
        return CoderRights(version, tuple(answers), tuple(features), tuple(self._requirements()))

    @property
    def _bridges(self) -> bool:
        return self.settings.gateway.kind is GatewayKind.AI_BRIDGE

    def _rights(self) -> Iterator[CoderRight]:
        yield from (ALL_WORKSPACES, PROVISIONER_JOBS, ALL_USERS, ALL_MEMBERS, AUDIT_LOG)
        if named_templates(self.settings):
            yield ALL_TEMPLATES

    def _features(self) -> Iterator[tuple[str, str, bool]]:
        """Name, what it serves, and whether it is optional."""
        yield "audit_log", "who was refused at the sign-in", True
        if len(self.settings.control_planes) < len(self.settings.region):
            yield "workspace_proxy", "the regions' proxies", False
        if len(named_organizations(self.settings)) > 1:
            yield "multiple_organizations", "the organisations that the settings name", False
        if any(region.context and region.namespaces.provisioners for region in self.settings.region):
            yield "external_provisioner_daemons", "provisioners beside the server", False
        if self.settings.sign_in.test_account is not None:
            yield "template_rbac", "the credits of Coder's quota", True
        if self._bridges:
            yield "aibridge", "the AI bridge", False

    def _requirements(self) -> Iterator[Requirement]:
        yield PROVISIONERS_SINCE
        if self._bridges:
            yield BRIDGE_SINCE
