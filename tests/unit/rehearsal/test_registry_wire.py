from __future__ import annotations

import hashlib

import pytest

from workshop_tui.rehearsal.world.image import INDEX, MANIFEST

ALL = ", ".join(
    (
        INDEX,
        "application/vnd.docker.distribution.manifest.list.v2+json",
        MANIFEST,
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


def manifest_url(wire, which: str, reference: str | None = None) -> str:
    host, _, rest = wire.settings["images"][which]["reference"].partition("/")
    name, _, tag = rest.rpartition(":")
    return f"http://{host}/v2/{name}/manifests/{reference or tag}"


async def manifest(wire, which: str, reference: str | None = None, *, method: str = "GET", accept: str = ALL):
    return await wire.ask(method, manifest_url(wire, which, reference), headers={"Accept": accept})


def sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


async def test_digests_are_those_of_the_bytes_by_tag_and_by_digest(rehearse) -> None:
    async with rehearse("calm") as wire:
        for which in ("source", "mirror"):
            got = await manifest(wire, which)
            assert got.headers["Docker-Content-Digest"] == sha256(got.body)
            assert got.headers["Content-Type"] == INDEX
            head = await manifest(wire, which, method="HEAD")
            assert (head.status, head.body) == (200, b"")
            assert head.headers["Docker-Content-Digest"] == sha256(got.body)
            assert head.headers["Content-Length"] == str(len(got.body))
            for child in got.json["manifests"]:
                one = await manifest(wire, which, child["digest"])
                assert (sha256(one.body), len(one.body)) == (child["digest"], child["size"])
                assert one.headers["Content-Type"] == child["mediaType"]


async def test_a_client_that_knows_no_index_gets_one_platform(rehearse) -> None:
    async with rehearse("calm") as wire:
        index = (await manifest(wire, "source")).json
        got = await manifest(wire, "source", accept=MANIFEST)
        amd64 = next(one for one in index["manifests"] if one["platform"]["architecture"] == "amd64")
        assert got.headers["Docker-Content-Digest"] == amd64["digest"] == sha256(got.body)


async def test_configs_are_served_and_name_their_platform(rehearse) -> None:
    async with rehearse("calm") as wire:
        index = (await manifest(wire, "source")).json
        child = (await manifest(wire, "source", index["manifests"][0]["digest"])).json
        url = manifest_url(wire, "source").rpartition("/manifests/")[0]
        config = await wire.get(f"{url}/blobs/{child['config']['digest']}")
        assert sha256(config.body) == child["config"]["digest"]
        assert config.json["architecture"] == "amd64"


@pytest.mark.parametrize(("reference", "code"), [("nothing", "MANIFEST_UNKNOWN"), ("sha256:00", "MANIFEST_UNKNOWN")])
async def test_unknown_manifests_say_so(rehearse, reference: str, code: str) -> None:
    async with rehearse("calm") as wire:
        answer = await manifest(wire, "source", reference)
        assert (answer.status, answer.json["errors"][0]["code"]) == (404, code)
        other = manifest_url(wire, "source").replace("coder-preview", "other")
        assert (await wire.get(other)).json["errors"][0]["code"] == "NAME_UNKNOWN"


@pytest.mark.parametrize("scenario", ["calm", "september-2024"])
async def test_running_pods_name_the_digest_that_their_registry_had(rehearse, scenario: str) -> None:
    async with rehearse(scenario) as wire:
        source = (await manifest(wire, "source")).headers["Docker-Content-Digest"]
        mirror = (await manifest(wire, "mirror")).headers["Docker-Content-Digest"]
        assert (source == mirror) is (scenario == "calm")
        for region, expected in (("ohio", source), ("oregon", mirror), ("london", mirror)):
            pods = await wire.pods(region, labelSelector="app.kubernetes.io/name=coder")
            digests = {pod["status"]["containerStatuses"][0]["imageID"].partition("@")[2] for pod in pods}
            assert digests == {expected}


async def test_tags_are_listed(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        for which, tags in (("source", ["latest", "v2.15.4", "v2.16.0"]), ("mirror", ["latest", "v2.15.4"])):
            url = manifest_url(wire, which).rpartition("/manifests/")[0]
            assert (await wire.get(f"{url}/tags/list")).json["tags"] == tags
