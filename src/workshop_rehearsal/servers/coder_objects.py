"""Documents of Coder's API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from workshop_rehearsal.rights import OWNER, Rights
from workshop_rehearsal.servers import stamp
from workshop_rehearsal.servers.coder_tags import ORGANIZATION_TAGS, OTHER_TAGS, tags_of
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.population import Person
from workshop_rehearsal.world.provisioning import Daemon, Job
from workshop_rehearsal.world.region import ORGANIZATIONS, Region
from workshop_rehearsal.world.template import DEPRECATED, Template
from workshop_rehearsal.world.workspaces import CONNECTION_TIMEOUT_S, Agent, Build, Workspace
from workshop_rehearsal.world.world import World

Document = dict[str, Any]
NEVER = "0001-01-01T00:00:00Z"
TTL_MS = 4 * 3600 * 1000
KEY_LIVES_S = 365 * 24 * 3600


class CoderDocuments:
    """`rights` are those of the person whose token it is, the first of the staff.

    `has_sub_agents` tells whether agents have agents of their own now, those of dev containers.
    """

    def __init__(self, world: World, rights: Rights, has_sub_agents: Callable[[], bool]) -> None:
        self._has_sub_agents = has_sub_agents
        self._world = world
        self._rights = rights
        self._rendered: dict[str, tuple[tuple[int, bool], msgspec.Raw]] = {}
        """Workspaces at the revision at which they were written, and whether with sub-agents."""

    def at(self, after_start_s: float | None) -> str | None:
        return None if after_start_s is None else stamp.microseconds(self._world.moment(after_start_s))

    def organization_id(self, name: str) -> str:
        return seeded.identity(self._world.seed, "organization", name)

    def organization_named(self, asked: str) -> str | None:
        """By its id or its name, of which `default` is one; None when there is none."""
        names = {self.organization_id(name): name for name in ORGANIZATIONS} | {"default": "coder"}
        return asked if asked in ORGANIZATIONS else names.get(asked)

    def template_version_id(self, template: Template) -> str:
        return seeded.identity(self._world.seed, "template-version", template.name)

    def template_id(self, template: Template) -> str:
        return seeded.identity(self._world.seed, "template", template.name)

    def region_id(self, region: Region) -> str:
        return seeded.identity(self._world.seed, "region", region.place.name)

    @property
    def version(self) -> str:
        return self._world.release_of(self._world.control_plane).version

    def organization(self, name: str) -> Document:
        return {
            "id": self.organization_id(name),
            "name": name,
            "display_name": ORGANIZATIONS[name],
            "description": "",
            "is_default": name == "coder",
            "created_at": self.at(self._began_s),
            "updated_at": self.at(self._began_s),
        }

    @property
    def _began_s(self) -> float:
        return self._world.control_plane.cluster.namespaces["coder"]

    def template(self, template: Template) -> Document:
        owners = {
            workspace.owner.id
            for workspace in self._world.workspaces.all.values()
            if workspace.template is template and workspace.latest.status == "running"
        }
        return {
            "id": self.template_id(template),
            "name": template.name,
            "display_name": template.display_name,
            "organization_id": self.organization_id("coder"),
            "organization_name": "coder",
            "active_version_id": self.template_version_id(template),
            "active_user_count": len(owners),
            "deprecated": template is DEPRECATED,
            "deprecation_message": "Use Build from Scratch w/ Claude." if template is DEPRECATED else "",
            "created_at": self.at(self._began_s),
            "updated_at": self.at(self._began_s),
        }

    def template_version(self, template: Template) -> Document:
        tags = OTHER_TAGS if self._world.provisioning.tags_differ else ORGANIZATION_TAGS
        identity = self.template_version_id(template)
        return {
            "id": identity,
            "template_id": self.template_id(template),
            "organization_id": self.organization_id("coder"),
            "name": "v12",
            "message": "",
            "archived": False,
            "created_at": self.at(self._began_s),
            "updated_at": self.at(self._began_s),
            "job": {
                "id": seeded.identity(self._world.seed, "import", identity),
                "created_at": self.at(self._began_s),
                "started_at": self.at(self._began_s),
                "completed_at": self.at(self._began_s),
                "status": "succeeded",
                "type": "template_version_import",
                "organization_id": self.organization_id("coder"),
                "queue_position": 0,
                "queue_size": 0,
                "tags": tags,
            },
            "matched_provisioners": self._matched("coder", tags),
            "warnings": None,
        }

    def _matched(self, organization: str, tags: dict[str, str]) -> Document:
        """No daemon has more tags than those of its organization."""
        provisioning = self._world.provisioning
        matches = tags == ORGANIZATION_TAGS
        return {
            "count": len(provisioning.daemons[organization]) if matches else 0,
            "available": provisioning.idle(organization) if matches else 0,
            "most_recently_seen": self.at(self._world.timeline.now_s) if matches else None,
        }

    def user(self, person: Person) -> Document:
        staff = person.arrives_s is None
        rights = self._rights if person is self._world.people[0] else OWNER
        roles = [role for role in rights.roles if role != "member" and not role.startswith("organization-")]
        return {
            "id": person.id,
            "username": person.username,
            "name": person.name,
            "email": person.email,
            "status": "dormant" if person.last_seen_s is None else "active",
            "login_type": person.login_type,
            "last_seen_at": self.at(person.last_seen_s) or NEVER,
            "created_at": self.at(self._began_s),
            "updated_at": self.at(self._began_s),
            "roles": [
                {"name": role, "display_name": role.replace("-", " ").title()} for role in (roles if staff else ())
            ],
            "organization_ids": [self.organization_id(name) for name in (ORGANIZATIONS if staff else ("coder",))],
        }

    def key(self, identity: str) -> Document:
        """Of the token of these settings."""
        return {
            "id": identity,
            "user_id": self._world.people[0].id,
            "token_name": "workshop-tui",
            "login_type": "token",
            "scope": "all",
            "lifetime_seconds": KEY_LIVES_S,
            "created_at": self.at(self._began_s),
            "updated_at": self.at(self._began_s),
            "last_used": self.at(self._world.timeline.now_s),
            "expires_at": self.at(self._began_s + KEY_LIVES_S),
        }

    def workspace(self, workspace: Workspace) -> msgspec.Raw:
        """Encoded; written anew only when something changed, or while its place in the queue may."""
        rendered = self._rendered.get(workspace.id)
        waits = workspace.latest.job.started_s is None
        state = (workspace.revision, self._has_sub_agents())
        if rendered is None or waits or rendered[0] != state:
            rendered = (state, msgspec.Raw(msgspec.json.encode(self._workspace(workspace))))
            self._rendered[workspace.id] = rendered
        return rendered[1]

    def _workspace(self, workspace: Workspace) -> Document:
        latest = workspace.latest
        agent = latest.agent
        failing = [agent.id] if agent is not None and agent.status in ("disconnected", "timeout") else []
        return {
            "id": workspace.id,
            "name": workspace.name,
            "owner_id": workspace.owner.id,
            "owner_name": workspace.owner.username,
            "organization_id": self.organization_id(workspace.organization),
            "organization_name": workspace.organization,
            "template_id": self.template_id(workspace.template),
            "template_name": workspace.template.name,
            "template_display_name": workspace.template.display_name,
            "outdated": False,
            "is_prebuild": workspace.owner is self._world.prebuilds_owner,
            "created_at": self.at(workspace.created_s),
            "updated_at": self.at(latest.job.created_s),
            "last_used_at": self.at(workspace.last_used_s),
            "dormant_at": None,
            "deleting_at": None,
            "ttl_ms": TTL_MS,
            "health": {"healthy": not failing, "failing_agents": failing},
            "latest_app_status": None,
            "latest_build": self.build(workspace, latest),
        }

    def build(self, workspace: Workspace, build: Build) -> Document:
        deadline_s = build.deadline_s
        if deadline_s is None and build.job.completed_s is not None:
            deadline_s = build.job.completed_s + TTL_MS / 1000
        return {
            "id": build.id,
            "workspace_id": workspace.id,
            "workspace_name": workspace.name,
            "workspace_owner_id": workspace.owner.id,
            "workspace_owner_name": workspace.owner.username,
            "build_number": build.number,
            "transition": build.transition,
            "status": build.status,
            "reason": build.reason,
            "initiator_id": build.initiator.id,
            "initiator_name": build.initiator.username,
            "created_at": self.at(build.job.created_s),
            "updated_at": self.at(build.job.completed_s or build.job.started_s or build.job.created_s),
            "deadline": self.at(deadline_s) if build.transition == "start" else None,
            "max_deadline": None,
            "daily_cost": 0,
            "template_version_name": "v12",
            "matched_provisioners": self._matched(workspace.organization, tags_of(build.job)),
            "job": self.job(build.job),
            "resources": self._resources(workspace, build),
        }

    def _resources(self, workspace: Workspace, build: Build) -> list[Document]:
        if build.agent is None:
            return []
        return [
            {
                "id": seeded.identity(self._world.seed, "resource", build.id),
                "type": "kubernetes_deployment",
                "name": "main",
                "workspace_transition": "start",
                "hide": False,
                "metadata": [{"key": "region", "value": workspace.cluster.region, "sensitive": False}],
                "agents": self._agents(workspace, build.agent),
            }
        ]

    def _agents(self, workspace: Workspace, agent: Agent) -> list[Document]:
        """A sub-agent comes with its parent and has left again."""
        parent = self._agent(workspace, agent)
        if not self._has_sub_agents() or agent.ready_s is None:
            return [parent]
        own: Document = {
            "id": seeded.identity(self._world.seed, "sub-agent", agent.id),
            "parent_id": agent.id,
            "name": "devcontainer",
            "status": "disconnected",
            "lifecycle_state": "off",
            "health": {"healthy": False, "reason": "agent is not connected"},
            "disconnected_at": self.at(agent.ready_s),
            "ready_at": None,
            "latency": {},
            "apps": [],
        }
        return [parent, {**parent, **own}]

    def _agent(self, workspace: Workspace, agent: Agent) -> Document:
        place = self._world.regions[workspace.cluster.region].place
        connected = agent.status == "connected"
        return {
            "id": agent.id,
            "parent_id": None,
            "name": "main",
            "status": agent.status,
            "lifecycle_state": agent.lifecycle,
            "created_at": self.at(agent.created_s),
            "updated_at": self.at(agent.last_connected_s or agent.created_s),
            "first_connected_at": self.at(agent.first_connected_s),
            "last_connected_at": self.at(agent.last_connected_s),
            "disconnected_at": self.at(agent.disconnected_s),
            "started_at": self.at(agent.started_s),
            "ready_at": self.at(agent.ready_s),
            "connection_timeout_seconds": int(CONNECTION_TIMEOUT_S),
            "health": {"healthy": agent.status in ("connected", "connecting")},
            "version": self._world.release_of(self._world.control_plane).version,
            "latency": {place.display_name: {"latency_ms": 14.2, "preferred": True}} if connected else {},
            "logs_length": 20_480 if agent.ready_s is not None else 0,
            "logs_overflowed": False,
            "apps": [
                {
                    "id": seeded.identity(self._world.seed, "app", agent.id),
                    "slug": "code-server",
                    "display_name": "code-server",
                    "subdomain": True,
                    "subdomain_name": f"code-server--{workspace.name}--{workspace.owner.username}",
                    "sharing_level": "owner",
                    "external": False,
                    "health": "healthy" if agent.ready_s is not None and connected else "initializing",
                    "url": "http://localhost:13337",
                }
            ],
        }

    def job(self, job: Job) -> Document:
        """No worker is ever available to a job that waits: an idle daemon would have taken it."""
        provisioning = self._world.provisioning
        waits = job.started_s is None
        document: Document = {
            "id": job.id,
            "created_at": self.at(job.created_s),
            "status": job.status,
            "type": "workspace_build",
            "error": "",
            "error_code": "",
            "organization_id": self.organization_id(job.organization),
            "initiator_id": job.initiator_id,
            "queue_position": provisioning.queue_position(job),
            "queue_size": provisioning.waiting(job.organization) if waits and not job.fits_no_daemon else 0,
            "tags": tags_of(job),
            "input": {"workspace_build_id": job.build_id},
            "available_workers": [],
            "metadata": {
                "template_name": job.template_name,
                "workspace_id": job.workspace_id,
                "workspace_name": job.workspace_name,
                "workspace_build_transition": job.transition,
            },
        }
        if job.started_s is not None:
            document["started_at"] = self.at(job.started_s)
        if job.completed_s is not None:
            document["completed_at"] = self.at(job.completed_s)
        if job.daemon is not None:
            document |= {"worker_id": job.daemon.id, "worker_name": job.daemon.name}
        return document

    def daemon(self, daemon: Daemon) -> Document:
        def brief(job: Job | None) -> Document | None:
            return None if job is None else {"id": job.id, "status": job.status, "template_name": job.template_name}

        status = "idle" if daemon.current is None else "busy"
        if daemon.left_s is not None:
            status = "offline"
        return {
            "id": daemon.id,
            "organization_id": self.organization_id(daemon.organization),
            "name": daemon.name,
            "status": status,
            "created_at": self.at(daemon.created_s),
            "last_seen_at": self.at(self._world.timeline.now_s if daemon.left_s is None else daemon.left_s),
            "version": self.version,
            "api_version": "1.9",
            "tags": ORGANIZATION_TAGS,
            "provisioners": ["terraform"],
            "key_name": "psk",
            "current_job": brief(daemon.current),
            "previous_job": brief(daemon.previous),
        }

    def region(self, region: Region) -> Document:
        place = region.place
        return {
            "id": self.region_id(region),
            "name": "primary" if place.is_control_plane else place.name,
            "display_name": place.display_name,
            "icon_url": "",
            "healthy": region.server.ready_count > 0,
            "path_app_url": f"https://{place.domain}",
            "wildcard_hostname": place.wildcard,
        }

    def proxy(self, region: Region) -> Document:
        """A region with its health; another version than the control plane's is only a warning, as in Coder."""
        version = self._world.release_of(region).version
        warnings = []
        if version != self.version:
            warnings.append(f"version mismatch: proxy is {version}, the deployment is {self.version}")
        healthy = region.server.ready_count > 0
        return {
            **self.region(region),
            "status": {
                "status": "ok" if healthy else "unreachable",
                "report": {"errors": [], "warnings": warnings},
                "checked_at": self.at(self._world.timeline.now_s),
            },
            "version": version,
            "derp_enabled": True,
            "derp_only": False,
            "created_at": self.at(self._began_s),
            "updated_at": self.at(self._began_s),
            "deleted": False,
        }
