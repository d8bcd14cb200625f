"""Templates that are left out, versions that want other provisioners, and provisioners that are gone."""

from __future__ import annotations

from tests.unit.rehearsal.test_coder_wire import coder_post
from tests.unit.rehearsal.test_faults import fault

DAEMONS = "/organizations/coder/provisionerdaemons"


async def test_deprecated_templates_come_only_when_they_are_asked_for(rehearse) -> None:
    async with rehearse("calm") as wire:
        listed = (await wire.coder("/templates")).json
        assert {one["deprecated"] for one in listed} == {False}
        [old] = (await wire.coder("/templates", q="deprecated:true")).json
        assert (old["deprecated"], old["deprecation_message"] != "") == (True, True)
        assert (await wire.coder("/templates", q="deprecated:false")).json == listed
        assert (await wire.coder("/templates", q="moon:full")).status == 400
        asked = await coder_post(wire, "/users/me/workspaces", {"template_id": old["id"], "name": "mine"})
        assert (asked.status, "deprecated" in asked.json["message"]) == (400, True)


async def test_a_template_version_says_which_provisioners_may_take_its_jobs(rehearse) -> None:
    async with rehearse("calm") as wire:
        path = f"/templateversions/{(await wire.coder('/templates')).json[0]['active_version_id']}"
        version = (await wire.coder(path)).json
        daemons = (await wire.coder(DAEMONS)).json
        assert {tuple(daemon["tags"].items()) for daemon in daemons} == {tuple(version["job"]["tags"].items())}
        assert version["matched_provisioners"]["count"] == len(daemons) > 0
        await fault(wire, source="coder", kind="other-tags", region="", for_s=60)
        version = (await wire.coder(path)).json
        assert version["job"]["tags"].keys() > daemons[0]["tags"].keys()
        assert (version["matched_provisioners"]["count"], version["matched_provisioners"]["available"]) == (0, 0)
        assert (await wire.coder("/templateversions/none")).status == 404
        template = (await wire.coder("/templates")).json[0]["id"]
        made = (await coder_post(wire, "/users/me/workspaces", {"template_id": template, "name": "stuck"})).json
        await wire.platform.jump("T-1h")
        build = (await wire.coder(f"/workspaces/{made['id']}")).json["latest_build"]
        assert (build["status"], build["matched_provisioners"]["count"]) == ("pending", 0)
        assert (build["job"]["queue_position"], build["job"]["tags"]) == (0, version["job"]["tags"])


async def test_provisioners_that_left_are_listed_only_when_offline_ones_are_wanted(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        here = (await wire.coder(DAEMONS)).json
        assert {one["status"] for one in here} <= {"idle", "busy"}
        all_ = (await wire.coder(DAEMONS, offline="true")).json
        gone = [one for one in all_ if one["status"] == "offline"]
        assert len(all_) == len(here) + len(gone) > len(here)
        assert max(one["last_seen_at"] for one in gone) < min(one["last_seen_at"] for one in here)
        assert (await wire.coder(DAEMONS, status="offline")).json == gone
    async with rehearse("calm") as wire:
        assert {one["status"] for one in (await wire.coder(DAEMONS, offline="true")).json} == {"idle"}
