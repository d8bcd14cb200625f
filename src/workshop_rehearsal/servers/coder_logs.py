"""Why a build or a start-up script ended as it did: the logs of Coder's API, whole or after an entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from workshop_rehearsal.servers.coder_answers import encoded, not_found
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.coder_query import BadQueryError
from workshop_rehearsal.servers.coder_timings import stage_ends
from workshop_rehearsal.servers.coder_visitor import Visitor
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.workspaces import Agent, Build
from workshop_rehearsal.world.world import World

Document = dict[str, Any]


class CoderLogs:
    """They cannot be followed: the rehearsal sends what there is."""

    def __init__(self, world: World, documents: CoderDocuments, visitor: Visitor) -> None:
        self._world = world
        self._documents = documents
        self._visitor = visitor

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/api/v2/workspacebuilds/{id}/logs", self._build, allow_head=False)
        router.add_get("/api/v2/workspaceagents/{id}/logs", self._agent, allow_head=False)

    async def _build(self, request: web.Request) -> web.Response:
        found = self._visitor.build(request.match_info["id"])
        return not_found() if found is None else encoded(200, _after(request, self._of_build(found[1])))

    async def _agent(self, request: web.Request) -> web.Response:
        agent = self._agent_with_id(request.match_info["id"])
        return not_found() if agent is None else encoded(200, _after(request, self._of_agent(agent)))

    def _agent_with_id(self, identity: str) -> Agent | None:
        workspaces = (one for one in self._world.workspaces.all.values() if self._visitor.may("read", one))
        agents = (build.agent for workspace in workspaces for build in workspace.builds)
        return next((agent for agent in agents if agent is not None and agent.id == identity), None)

    def _of_build(self, build: Build) -> Iterator[Document]:
        def line(at_s: float, stage: str, output: str, level: str = "info") -> Document:
            return {
                "created_at": self._documents.at(at_s),
                "log_source": "provisioner_daemon" if stage in ("Setting up", "Cleaning Up") else "provisioner",
                "log_level": level,
                "stage": stage,
                "output": output,
            }

        job = build.job
        if job.started_s is None:
            return
        yield line(job.started_s, "Setting up", "")
        for stage, ended_s in stage_ends(job.started_s, job.completed_s or job.started_s):
            if job.completed_s is None:
                return
            yield line(ended_s, f"Terraform {stage}", f"terraform {stage} has ended")
        yield line(job.completed_s or job.started_s, "Cleaning Up", "")

    def _of_agent(self, agent: Agent) -> Iterator[Document]:
        source = seeded.identity(self._world.seed, "log source", agent.id)

        def line(at_s: float, output: str, level: str = "info") -> Document:
            return {"created_at": self._documents.at(at_s), "output": output, "level": level, "source_id": source}

        if agent.started_s is None:
            return
        yield line(agent.started_s, "Running startup script")
        if agent.ready_s is None:
            return
        if agent.lifecycle == "start_error":
            yield line(agent.ready_s, "npm error code EACCES", "error")
            yield line(agent.ready_s, "startup script failed: exit status 1", "error")
        elif agent.lifecycle == "start_timeout":
            yield line(agent.ready_s, "startup script timed out", "warn")
        else:
            yield line(agent.ready_s, "startup script completed")


def _after(request: web.Request, lines: Iterator[Document]) -> list[Document]:
    """Numbered from 1, those behind the number of `after`."""
    after = request.query.get("after") or "0"
    if not after.isdecimal():
        raise BadQueryError("after", 'Query param "after" must be a valid integer')
    numbered = [{"id": number, **line} for number, line in enumerate(lines, start=1)]
    return numbered[int(after) :]
