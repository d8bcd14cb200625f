"""Prebuilt workspaces are nobody's until they are claimed, and agents may have agents of their own."""

from __future__ import annotations

from tests.unit.rehearsal.test_faults import fault


async def workspaces(wire, **params: str) -> dict:
    return {one["id"]: one for one in (await wire.coder("/workspaces", **params)).json["workspaces"]}


async def test_a_claim_keeps_the_id_and_makes_a_second_start_build(rehearse) -> None:
    async with rehearse("calm", at="T-1h", prebuilds=2) as wire:
        before = await workspaces(wire, q="owner:prebuilds")
        assert (len(before), {one["is_prebuild"] for one in before.values()}) == (6, {True})
        assert {one["latest_build"]["status"] for one in before.values()} == {"running"}
        assert (await wire.coder("/users/prebuilds")).status == 404
        await wire.platform.jump("T+20m")
        after = await workspaces(wire)
        claimed = [after[identity] for identity in before if not after[identity]["is_prebuild"]]
        assert claimed
        for one in claimed:
            was = before[one["id"]]
            assert (was["owner_name"], one["owner_name"] != "prebuilds") == ("prebuilds", True)
            assert one["name"] == "workshop" != was["name"]
            builds = (await wire.coder(f"/workspaces/{one['id']}/builds")).json
            assert [(build["build_number"], build["transition"]) for build in builds] == [(2, "start"), (1, "start")]
            assert [build["initiator_name"] for build in builds] == [one["owner_name"], "prebuilds"]
        assert len(await workspaces(wire, q="owner:prebuilds")) == 6
        listed = [(one["latest_build"]["status"] != "running", one["owner_name"]) for one in after.values()]
        assert listed == sorted(listed)


async def test_without_the_option_nothing_is_prebuilt(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        assert {one["is_prebuild"] for one in (await workspaces(wire)).values()} == {False}


async def test_sub_agents_have_a_parent_and_leave_the_workspace_healthy(rehearse) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        plain = await workspaces(wire, q="status:running")
        await fault(wire, source="coder", kind="sub-agents", region="", for_s=60)
        several = await workspaces(wire, q="status:running")
        assert plain.keys() == several.keys()
        for one in several.values():
            parent, child = one["latest_build"]["resources"][0]["agents"]
            assert (parent["parent_id"], child["parent_id"]) == (None, parent["id"])
            assert (parent["status"], child["status"]) == ("connected", "disconnected")
            assert one["health"] == {"healthy": True, "failing_agents": []}
