"""The whole simulated platform: who comes, what runs where, and what goes wrong, up to any moment."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.moment import HISTORY_STARTS, parse_offset
from workshop_rehearsal.scenario import Scenario
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.gateway import DAY_S, Gateway
from workshop_rehearsal.world.image import ImageRelease, Repository, build_release
from workshop_rehearsal.world.objects import MIB, Workload
from workshop_rehearsal.world.places import PLACES, Place, shares
from workshop_rehearsal.world.population import Person, invite, staff, test_account
from workshop_rehearsal.world.prebuilds import MADE_S, Prebuilds, system_user
from workshop_rehearsal.world.provisioning import Provisioning
from workshop_rehearsal.world.region import ORGANIZATIONS, Images, Region
from workshop_rehearsal.world.sign_in import REDIRECTED, REFUSED, SignIn
from workshop_rehearsal.world.steady import SteadyLoad
from workshop_rehearsal.world.template import TEMPLATES, Template
from workshop_rehearsal.world.timeline import Timeline
from workshop_rehearsal.world.workspaces import Workspaces

TAG = "latest"
LEAVE_WITHIN_S = 1200.0
STAFF_WRITE_BYTES_PER_S = 1500
_TEST_SIGN_IN_S = -6 * DAY_S
REFUSED_BEFORE_S = (40.0, 15.0)
"""Before the sign-in that works."""


@dataclass(frozen=True, slots=True)
class Running:
    """A build, by the digest that was pulled."""

    digest: str
    version: str


class World:
    """The same scenario, seed and sizes have the same history, however it is advanced.

    So many `prebuilds` of each template are kept in the control plane's region.
    `source_host` and `mirror_host` name the two registries, as they stand in image references.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int,
        workshop_starts_at: datetime,
        people: int | None = None,
        nodes: int | None = None,
        places: Sequence[Place] = PLACES,
        changes_per_s: float | None = None,
        prebuilds: int = 0,
        source_host: str = "ghcr.io",
        mirror_host: str = "123456789012.dkr.ecr.us-east-2.amazonaws.com",
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.workshop_starts_at = workshop_starts_at
        self.expected_people = scenario.people.expected if people is None else people
        self._region_shares = shares(scenario.people.region_shares, places)
        self.timeline = Timeline(HISTORY_STARTS.total_seconds())
        self.source = Repository(source_host, "coder/coder-preview")
        self.mirror = Repository(mirror_host, "ghcr/coder/coder-preview", writable=True)
        self._versions: dict[str, str] = {}
        """Of builds, by the digest of a manifest."""
        images = Images(self.source.reference(TAG), self.mirror.reference(TAG))
        self._script_releases()
        node_count = _node_count(scenario, self.expected_people) if nodes is None else nodes
        self.regions = {
            place.name: Region(
                place, seed, scenario, self.timeline, node_count, self.expected_people, images, self._resolve
            )
            for place in places
        }
        self.control_plane = next(region for region in self.regions.values() if region.place.is_control_plane)
        self.provisioning = Provisioning(seed, self.timeline, scenario.provisioners.job_s)
        for organization, workload in self.control_plane.provisioners.items():
            self._connect_daemons(organization, workload)
        self.workspaces = Workspaces(seed, scenario, self.provisioning)
        self.gateway = Gateway(self.timeline, scenario.gateway.key, self._restart_everything)
        if (rotator := self.control_plane.rotator) is not None:
            rotator.on_started = lambda _: self.gateway.resume_rotation()
            rotator.on_gone = lambda _: None if rotator.ready_count else self.gateway.pause_rotation()
        self.people: list[Person] = []
        self.test_account = test_account(seed, self.control_plane.place.name)
        self.sign_ins: list[SignIn] = []
        """The newest last."""
        self.prebuilds_owner = system_user(self.control_plane.place.name)
        self._prebuilds = Prebuilds(
            prebuilds,
            self.prebuilds_owner,
            self.workspaces,
            lambda owner, name, template: self.create_workspace(owner, name, template, owner.region),
        )
        self.timeline.at(MADE_S, self._prebuilds.begin)
        self._script_people()
        pace_changes_s = parse_offset(scenario.storage.slower_after).total_seconds()
        self.timeline.at(pace_changes_s, self._slow_down)
        if scenario.steady is not None:
            rate = scenario.steady.changes_per_s if changes_per_s is None else changes_per_s
            load = SteadyLoad(seed, self.timeline, rate, self.workspaces)
            self.timeline.at(parse_offset(scenario.steady.begins).total_seconds(), load.change)
        elif changes_per_s is not None:
            raise RehearsalError("--changes-per-s: only the scenario steady has a rate of changes")

    def _connect_daemons(self, organization: str, workload: Workload) -> None:
        """Each pod is a provisioner that connects when it runs."""
        self.provisioning.daemons[organization] = []
        workload.on_started = lambda pod: self.provisioning.add_daemon(organization, pod.name)
        workload.on_gone = lambda pod: self.provisioning.remove_daemon(organization, pod.name)

    @property
    def now(self) -> datetime:
        return self.moment(self.timeline.now_s)

    def moment(self, after_start_s: float) -> datetime:
        return self.workshop_starts_at + timedelta(seconds=after_start_s)

    def advance(self, to: datetime) -> None:
        """Let everything happen up to that moment; an earlier one changes nothing."""
        self.timeline.advance((to - self.workshop_starts_at).total_seconds())
        for region in self.regions.values():
            region.cluster.forget_old_events()

    @property
    def accounts(self) -> list[Person]:
        """Everybody whom Coder knows."""
        return [*self.people, self.test_account]

    def release_of(self, region: Region) -> Running:
        """What the region's server or proxy runs; during a roll-out what its first pod runs."""
        for pod in region.server.pods:
            if pod.image_digest:
                return Running(pod.image_digest, self._version(pod.image_digest))
        digest = self._resolve(region.server.template.image)
        return Running(digest, self._version(digest))

    def _version(self, digest: str) -> str:
        if digest not in self._versions:
            found = self.source.version_of(digest) or self.mirror.version_of(digest)
            self._versions[digest] = found or "v0.0.0-unknown"
        return self._versions[digest]

    def wildcard_works(self, region: Region) -> bool:
        """A proxy that runs another build than the control plane does not route its subdomains."""
        return self.release_of(region).version == self.release_of(self.control_plane).version

    def create_workspace(
        self, owner: Person, name: str, template: Template, region_name: str, organization: str = "coder"
    ) -> str:
        """The new workspace's id."""
        random = seeded.stream(self.seed, "writes", owner.id, name)
        write_bytes_per_s = self._writes(owner, random)
        cluster = self.regions[region_name].cluster
        memory_lasts_s = None
        if owner.id in self._run_out_of_memory:
            memory_lasts_s = random.uniform(*self.scenario.trouble.out_of_memory_after_s)
        return self.workspaces.create(
            owner,
            name,
            organization,
            template,
            cluster,
            write_bytes_per_s,
            script_fails=owner.id in self._have_failing_scripts,
            memory_lasts_s=memory_lasts_s,
        ).id

    def _writes(self, owner: Person, random: Random) -> int:
        """Bytes a second into its workspace."""
        of_participant = int(random.uniform(*self.scenario.storage.write_mib_per_s) * MIB)
        return STAFF_WRITE_BYTES_PER_S if owner.arrives_s is None else of_participant

    def _resolve(self, reference: str) -> str:
        for repository in (self.source, self.mirror):
            if reference == repository.reference(TAG):
                return repository.tags[TAG].digest
        return f"sha256:{hashlib.sha256(reference.encode()).hexdigest()}"

    def _script_releases(self) -> None:
        before = build_release(self.scenario.release.version_before)
        after = build_release(self.scenario.release.version_after)
        for repository in (self.source, self.mirror):
            repository.push(TAG, before)
            repository.push(before.version, before)
        script = self.scenario.release
        for moment, repository in ((script.pushed, self.source), (script.mirrored, self.mirror)):
            if moment:
                self.timeline.at(parse_offset(moment).total_seconds(), partial(_push, repository, after))
        if script.rolled_out:
            self.timeline.at(parse_offset(script.rolled_out).total_seconds(), self._roll_out)

    def _roll_out(self) -> None:
        for region in self.regions.values():
            region.cluster.roll_out(region.server)
            for workload in region.provisioners.values():
                region.cluster.roll_out(workload)

    def _script_people(self) -> None:
        ends_s = self.scenario.minutes * 60.0
        crew = staff(self.seed, self.control_plane.place.name)
        for number, person in enumerate(crew):
            organization = list(ORGANIZATIONS)[number % len(ORGANIZATIONS)]
            template = TEMPLATES[number % len(TEMPLATES)]
            starts_s = HISTORY_STARTS.total_seconds() + (number + 1) * 3 * 3600
            self.timeline.at(starts_s, partial(self._staff_begins, person, template, organization))
        guests = invite(self.scenario, self.seed, self.expected_people, self._region_shares)
        trouble = self.scenario.trouble
        self._have_failing_scripts = self._some(guests, "script", trouble.script_fails_share)
        self._run_out_of_memory = self._some(guests, "memory", trouble.out_of_memory_share)
        refused = self._some(guests, "sign-in", trouble.sign_in_fails_share)
        for person in guests:
            random = seeded.stream(self.seed, "plan", person.id)
            template = random.choice(TEMPLATES)
            leaves_s = ends_s + random.uniform(0, LEAVE_WITHIN_S)
            if random.random() < 0.5:
                person.last_seen_s = -random.uniform(15, 60) * DAY_S
            arrives_s = person.arrives_s or 0.0
            for before_s in REFUSED_BEFORE_S if person.id in refused else ():
                self.timeline.at(arrives_s - before_s, partial(self._sign_in, person, REFUSED))
            self.timeline.at(arrives_s, partial(self._arrive, person))
            self.timeline.at(arrives_s + person.hesitates_s, partial(self._begin, person, template))
            self.timeline.at(leaves_s, partial(self._leave, person))
        self.people = crew + guests
        self.timeline.at(_TEST_SIGN_IN_S, partial(self._arrive, self.test_account))

    def _some(self, guests: list[Person], what: str, share: float) -> set[str]:
        """Ids of so many of them, chosen by the seed."""
        random = seeded.stream(self.seed, "trouble", what)
        return {person.id for person in random.sample(guests, math.ceil(share * len(guests)))}

    def _sign_in(self, person: Person, status: int) -> None:
        identity = seeded.identity(self.seed, "sign-in", len(self.sign_ins))
        is_first = person.last_seen_s is None and status < 400
        self.sign_ins.append(SignIn(identity, self.timeline.now_s, person, status, is_first))

    def _staff_begins(self, person: Person, template: Template, organization: str) -> None:
        self._sign_in(person, REDIRECTED)
        person.last_seen_s = self.timeline.now_s
        self.create_workspace(person, f"{person.username}-dev", template, person.region, organization)

    def _arrive(self, person: Person) -> None:
        self._sign_in(person, REDIRECTED)
        person.last_seen_s = self.timeline.now_s

    def _begin(self, person: Person, template: Template) -> None:
        person.last_seen_s = self.timeline.now_s
        if (prebuilt := self._prebuilds.claimable(person, template)) is None:
            self.create_workspace(person, "workshop", template, person.region)
        else:
            random = seeded.stream(self.seed, "writes", person.id, "workshop")
            self.workspaces.claim(prebuilt, person, "workshop", self._writes(person, random))

    def _leave(self, person: Person) -> None:
        person.last_seen_s = self.timeline.now_s
        for workspace in self.workspaces.owned_by(person):
            if workspace.latest.status == "running":
                self.workspaces.build(workspace, "stop", "initiator", person)

    def _restart_everything(self) -> None:
        """The add-on starts every running workspace anew, so that it gets the renewed key."""
        for workspace in self.workspaces.running():
            self.workspaces.build(workspace, "start", "initiator", self.people[0])

    def _slow_down(self) -> None:
        for region in self.regions.values():
            region.kubelet.set_pace(self.scenario.storage.slower_factor)


def _push(repository: Repository, release: ImageRelease) -> None:
    repository.push(TAG, release)
    repository.push(release.version, release)


def _node_count(scenario: Scenario, people: int) -> int:
    """The scenario's nodes, and more for more people than it expects; a steady one has as many for any load."""
    if scenario.steady is not None:
        return scenario.nodes.per_region
    more = max(0, people - scenario.people.expected)
    return scenario.nodes.per_region + math.ceil(more / 2.4)
