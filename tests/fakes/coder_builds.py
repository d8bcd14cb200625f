"""Coder's API as far as one's own workspaces go: builds move on a step with each look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from fakes.loopback import Asked, Says

STEPS = ("pending", "provisioning", "agent", "script", "ready")
AT = "2026-12-01T12:00:00Z"


@dataclass
class CoderBuilds:
    """`sticks_at`: a build goes no further; `breaks`: what goes wrong at that step."""

    sticks_at: str = ""
    breaks: dict[str, str] = field(default_factory=dict)
    refuses_creation: int = 0
    """Status of the answer; 0 lets it through."""
    refuses_removal: int = 0
    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Id -> name, step, and whether it is being deleted."""
    removed: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Says:
        path = asked.path
        if path == "/api/v2/templates":
            return _json([{"id": "t-1", "name": "goose"}])
        if asked.method == "POST" and path == "/api/v2/users/me/workspaces":
            return self._create(json.loads(asked.body))
        if asked.method == "POST" and path.endswith("/builds"):
            return self._remove(path.split("/")[4])
        if path == "/api/v2/workspaces":
            return self._find(asked.query["q"])
        return self._get(path.split("/")[-1])

    def _create(self, document: dict[str, Any]) -> Says:
        if self.refuses_creation:
            return _json({"message": "no"}, self.refuses_creation)
        workspace_id = f"w-{len(self.there) + len(self.removed) + 1}"
        self.there[workspace_id] = {"name": document["name"], "step": 0, "deleting": False}
        return _json(self._document(workspace_id), 201)

    def _find(self, query: str) -> Says:
        """`name` is a part of one, as in Coder."""
        assert query.startswith("owner:me name:")
        part = query.rpartition(":")[2]
        found = [self._document(key) for key, one in self.there.items() if part in one["name"]]
        return _json({"workspaces": found, "count": len(found)})

    def _get(self, workspace_id: str) -> Says:
        one = self.there.get(workspace_id)
        if one is None:
            return _json({"message": "Resource not found or you do not have access to this resource"}, 404)
        if one["deleting"]:
            self.removed.append(one["name"])
            del self.there[workspace_id]
            return _json({"message": "gone"}, 410)
        said = self._document(workspace_id)
        if STEPS[one["step"]] != self.sticks_at and one["step"] < len(STEPS) - 1:
            one["step"] += 1
        return _json(said)

    def _remove(self, workspace_id: str) -> Says:
        if self.refuses_removal:
            return _json({"message": "no"}, self.refuses_removal)
        self.there[workspace_id]["deleting"] = True
        return _json({"transition": "delete", "status": "pending"}, 201)

    def _document(self, workspace_id: str) -> dict[str, Any]:
        one = self.there[workspace_id]
        step = one["step"]
        broken = self.breaks.get(STEPS[step], "")
        job: dict[str, Any] = {"error": "terraform says no"} if broken == "failed" else {}
        if step >= 1:
            job["started_at"] = AT
        if step >= 2:
            job["completed_at"] = AT
        agent = {
            "name": "main",
            "status": broken if STEPS[step] == "agent" and broken else "connected" if step >= 3 else "connecting",
            "lifecycle_state": broken if STEPS[step] == "script" and broken else "ready" if step >= 4 else "starting",
        }
        return {
            "id": workspace_id,
            "name": one["name"],
            "latest_build": {
                "transition": "start",
                "status": broken if broken == "failed" else "running" if step >= 2 else "starting",
                "job": job,
                "resources": [{"agents": [agent]}] if step >= 2 else [],
            },
        }


def _json(document: object, status: int = 200) -> Says:
    return Says(status, json.dumps(document).encode(), {"Content-Type": "application/json"})
