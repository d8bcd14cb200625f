"""Whose token asks, and what of Coder that person sees."""

from __future__ import annotations

from workshop_rehearsal.rights import Rights
from workshop_rehearsal.world.population import Person
from workshop_rehearsal.world.workspaces import Build, Workspace
from workshop_rehearsal.world.world import World


class Visitor:
    """The first of the staff, with the rights that the options say."""

    def __init__(self, world: World, rights: Rights) -> None:
        self._world = world
        self.rights = rights

    @property
    def me(self) -> Person:
        """Whose token it is."""
        return self._world.people[0]

    def allows(self, action: str, resource: str, organization: str, owner_id: str) -> bool:
        """For `/authcheck`, with ids as its objects have them."""
        return self.rights.may(action, resource, organization=organization, is_own=owner_id == self.me.id)

    def may(self, action: str, workspace: Workspace) -> bool:
        return self.rights.may(
            action, "workspace", organization=workspace.organization, is_own=workspace.owner is self.me
        )

    def workspace(self, workspace_id: str) -> Workspace | None:
        """None too for one that may not be read: Coder tells no difference."""
        found = self._world.workspaces.all.get(workspace_id)
        return found if found is not None and self.may("read", found) else None

    def build(self, build_id: str) -> tuple[Workspace, Build] | None:
        found = self._world.workspaces.build_with_id(build_id)
        return found if found is not None and self.may("read", found[0]) else None

    def sees(self, person: Person) -> bool:
        return self.rights.may("read", "user", is_own=person is self.me)

    def person(self, name: str) -> Person | None:
        """None too for an account that may not be seen."""
        if name == "me":
            return self.me
        people = filter(self.sees, self._world.accounts)
        return next((person for person in people if name in (person.id, person.username)), None)
