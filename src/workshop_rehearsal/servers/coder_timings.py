"""How long the steps of a build took: Terraform's stages, the agent's connection and its start-up script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.world.workspaces import Agent, Build

Document = dict[str, Any]
STAGES = (("init", 0.15), ("plan", 0.2), ("graph", 0.05), ("apply", 0.6))
"""Of Terraform, with their shares of the job's time."""
NEVER = "0001-01-01T00:00:00Z"


def build_timings(documents: CoderDocuments, build: Build) -> Document:
    agent = build.agent
    return {
        "provisioner_timings": _provisioner(documents, build),
        "agent_connection_timings": [] if agent is None else [_connection(documents, agent)],
        "agent_script_timings": [] if agent is None else _script(documents, agent),
    }


def stage_ends(started_s: float, completed_s: float) -> Iterator[tuple[str, float]]:
    """Each stage with the moment of its end, of a job that took so long."""
    ended_s = started_s
    for stage, share in STAGES:
        ended_s += share * (completed_s - started_s)
        yield stage, ended_s


def _provisioner(documents: CoderDocuments, build: Build) -> list[Document]:
    """Empty until the job has ended."""
    job = build.job
    if job.started_s is None or job.completed_s is None:
        return []
    found = []
    began_s = job.started_s
    for stage, ended_s in stage_ends(job.started_s, job.completed_s):
        applies = stage == "apply"
        found.append(
            {
                "job_id": job.id,
                "started_at": documents.at(began_s),
                "ended_at": documents.at(ended_s),
                "stage": stage,
                "source": "kubernetes" if applies else "terraform",
                "action": {"start": "create", "stop": "delete"}.get(build.transition, "delete") if applies else stage,
                "resource": "kubernetes_deployment.main" if applies else "state file",
            }
        )
        began_s = ended_s
    return found


def _connection(documents: CoderDocuments, agent: Agent) -> Document:
    """`ended_at` is the zero time while it has not connected."""
    return {
        "started_at": documents.at(agent.created_s),
        "ended_at": documents.at(agent.first_connected_s) or NEVER,
        "stage": "connect",
        "workspace_agent_id": agent.id,
        "workspace_agent_name": "main",
    }


def _script(documents: CoderDocuments, agent: Agent) -> list[Document]:
    if agent.started_s is None or agent.ready_s is None:
        return []
    status, code = {"start_error": ("exit_failure", 1), "start_timeout": ("timed_out", 255)}.get(
        agent.lifecycle, ("ok", 0)
    )
    return [
        {
            "started_at": documents.at(agent.started_s),
            "ended_at": documents.at(agent.ready_s),
            "exit_code": code,
            "stage": "start",
            "status": status,
            "display_name": "Startup Script",
            "workspace_agent_id": agent.id,
            "workspace_agent_name": "main",
        }
    ]
