from __future__ import annotations

import hashlib
import json

import pytest

from workshop_rehearsal.world.image import INDEX, MANIFEST

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
        for which, tags in (("source", ["latest", "v2.35.1", "v2.36.0"]), ("mirror", ["latest", "v2.35.1"])):
            url = manifest_url(wire, which).rpartition("/manifests/")[0]
            assert (await wire.get(f"{url}/tags/list")).json["tags"] == tags


def base_url(wire, which: str) -> str:
    return manifest_url(wire, which).rpartition("/manifests/")[0]


async def push_blob(wire, content: bytes, *, monolithic: bool = False):
    base = base_url(wire, "mirror")
    if monolithic:
        return await wire.ask("POST", f"{base}/blobs/uploads/", params={"digest": sha256(content)}, data=content)
    begun = await wire.ask("POST", f"{base}/blobs/uploads/")
    assert begun.status == 202
    location = base.partition("/v2/")[0] + begun.headers["Location"]
    half = len(content) // 2
    for begin, end in ((0, half), (half, len(content))):
        headers = {"Content-Range": f"{begin}-{end - 1}", "Content-Type": "application/octet-stream"}
        sent = await wire.ask("PATCH", location, data=content[begin:end], headers=headers)
        assert (sent.status, sent.headers["Range"]) == (202, f"0-{end - 1}")
    return await wire.ask("PUT", location, params={"digest": sha256(content)})


async def copy(wire) -> None:
    """From source to mirror as a registry client does: blobs, then the platforms' manifests, then the index."""
    index = await manifest(wire, "source")
    for entry in index.json["manifests"]:
        child = await manifest(wire, "source", entry["digest"])
        for number, part in enumerate((child.json["config"], *child.json["layers"])):
            blob = await wire.get(f"{base_url(wire, 'source')}/blobs/{part['digest']}")
            assert (sha256(blob.body), len(blob.body)) == (part["digest"], part["size"])
            pushed = await push_blob(wire, blob.body, monolithic=bool(number))
            assert (pushed.status, pushed.headers["Docker-Content-Digest"]) == (201, part["digest"])
        await put(wire, entry["digest"], child)
    await put(wire, "latest", index)


async def put(wire, reference: str, answer) -> None:
    headers = {"Content-Type": answer.headers["Content-Type"]}
    done = await wire.ask("PUT", manifest_url(wire, "mirror", reference), data=answer.body, headers=headers)
    assert (done.status, done.headers["Docker-Content-Digest"]) == (201, sha256(answer.body))


async def test_what_is_pushed_to_the_mirror_is_what_the_source_holds(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        world = wire.platform.world
        assert (await manifest(wire, "mirror")).body != (await manifest(wire, "source")).body
        await copy(wire)
        assert (await manifest(wire, "mirror")).body == (await manifest(wire, "source")).body
        oregon = world.regions["oregon"]
        oregon.cluster.roll_out(oregon.server)
        await wire.platform.jump("T-46h")
        assert world.release_of(oregon).version == world.release_of(world.control_plane).version == "v2.36.0"


async def test_an_image_that_tells_no_version_routes_nowhere(rehearse) -> None:
    async with rehearse("calm") as wire:
        config = b"{}"
        await push_blob(wire, config, monolithic=True)
        part = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(config), "size": 2}
        body = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": part, "layers": []}).encode()
        url = manifest_url(wire, "mirror")
        assert (await wire.ask("PUT", url, data=body, headers={"Content-Type": MANIFEST})).status == 201
        world = wire.platform.world
        oregon = world.regions["oregon"]
        oregon.cluster.roll_out(oregon.server)
        await wire.platform.jump("T-46h")
        assert not world.wildcard_works(oregon)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "manifests/latest", b"no JSON", 400, "MANIFEST_INVALID"),
        ("PUT", "manifests/latest", b"{}", 400, "MANIFEST_INVALID"),
        ("PUT", "manifests/latest", b'{"config": {"digest": "sha256:00"}}', 400, "MANIFEST_BLOB_UNKNOWN"),
        ("PUT", "blobs/uploads/x?digest=sha256:00", b"", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("POST", "blobs/uploads/?digest=sha256:00", b"x", 400, "DIGEST_INVALID"),
    ],
)
async def test_a_wrong_push_is_refused(rehearse, method: str, path: str, body: bytes, status: int, code: str) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.ask(method, f"{base_url(wire, 'mirror')}/{path}", data=body)
        assert (answer.status, answer.json["errors"][0]["code"]) == (status, code)


async def test_parts_of_a_blob_come_in_order_and_can_be_given_up(rehearse) -> None:
    async with rehearse("calm") as wire:
        base = base_url(wire, "mirror")
        begun = await wire.ask("POST", f"{base}/blobs/uploads/", params={"mount": "sha256:00", "from": "other"})
        location = base.partition("/v2/")[0] + begun.headers["Location"]
        assert (await wire.ask("PATCH", location, data=b"x", headers={"Content-Range": "5-5"})).status == 416
        assert (await wire.get(location)).status == 204
        assert (await wire.ask("DELETE", location)).status == 204
        assert (await wire.get(location)).status == 404


async def test_the_source_takes_no_push(rehearse) -> None:
    async with rehearse("calm") as wire:
        for which, status in (("source", 403), ("mirror", 202)):
            assert (await wire.ask("POST", f"{base_url(wire, which)}/blobs/uploads/")).status == status
