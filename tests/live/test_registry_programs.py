"""Two of Debian's docker-registry: a source with TLS, and a mirror in plain HTTP that wants a password."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import trustme

from fakes.certificates import write_certificate
from fakes.name_server import NameServer
from fakes.oci_image import OciImage, digest_of, index_of, push_image, push_index
from fakes.program import find_program, running
from fakes.region_pods import region_pods
from workshop_tui.checks.images_match_across_regions import CHECK
from workshop_tui.clients.network import Network
from workshop_tui.clients.registry import RegistryClient
from workshop_tui.collectors.assembly import assemble
from workshop_tui.collectors.registry_images import RegistryImagesSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.image import PlatformImage, RegistryImage
from workshop_tui.model.kinds import PODS, REGISTRY_IMAGES
from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
NAME = "coder/coder-preview"
USER, PASSWORD = "mirror-reader", "a-password-of-the-tests"
_HASHED = "$2b$04$zRlKCAR0Gqq4g0ncAn1sC.9TKKa40Kn7kW.TCkpvYXTYccRRcbDzu"
"""bcrypt of `PASSWORD` at the lowest cost: a usual one takes seconds of each request on a busy machine."""
OLD, NEW = "2.35.0", "2.35.1"


def _platforms(version: str) -> tuple[OciImage, OciImage]:
    return OciImage("amd64", version), OciImage("arm64", version)


def _attestation(version: str) -> OciImage:
    return OciImage("unknown", f"attestation of {version}")


@contextmanager
def _registry(directory: Path, http: Mapping[str, object], auth: Mapping[str, object]) -> Iterator[int]:
    program = find_program("docker-registry", "docker-registry")
    configuration = directory / "registry.yml"

    def command(port: int) -> list[str]:
        whole = {
            "version": 0.1,
            "storage": {"filesystem": {"rootdirectory": str(directory / "data")}},
            "http": {"addr": f"127.0.0.1:{port}", "secret": "nobody else's", **http},
            **auth,
        }
        configuration.write_text(json.dumps(whole))
        return [program, "serve", str(configuration)]

    with running(command, directory) as port:
        yield port


@pytest.fixture(scope="module")
def source_host(authority: trustme.CA, ca_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`latest` is the new version's index; `plain` is one image of it, without an index."""
    directory = tmp_path_factory.mktemp("source")
    chain, key = write_certificate(authority.issue_cert("ghcr.example.test", "127.0.0.1"), directory, "ghcr")
    with _registry(directory, {"tls": {"certificate": str(chain), "key": str(key)}}, {}) as port:
        trust = ssl.create_default_context(cafile=str(ca_file))
        with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trust, trust_env=False) as push:
            push_index(push, NAME, "latest", *_platforms(NEW), attestation=_attestation(NEW))
            push_image(push, NAME, "plain", _platforms(NEW)[0])
        yield f"ghcr.example.test:{port}"


@pytest.fixture(scope="module")
def mirror_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`latest` holds all of the new version, `stale` the old one, `one` a single platform of the new one."""
    directory = tmp_path_factory.mktemp("mirror")
    (directory / "htpasswd").write_text(f"{USER}:{_HASHED}\n")
    auth = {"auth": {"htpasswd": {"realm": "the mirror", "path": str(directory / "htpasswd")}}}
    with _registry(directory, {}, auth) as port:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", auth=(USER, PASSWORD), trust_env=False) as push:
            push_index(push, NAME, "latest", *_platforms(NEW), attestation=_attestation(NEW))
            push_index(push, NAME, "stale", *_platforms(OLD), attestation=_attestation(OLD))
            push_image(push, NAME, "one", _platforms(NEW)[0])
        yield f"127.0.0.1:{port}"


@pytest.fixture
def settings_for(source_host: str, mirror_host: str, ca_file: Path, names: NameServer, tmp_path: Path):
    def build(source_tag: str = "latest", mirror_tag: str = "latest", password: str = PASSWORD) -> Settings:
        secret = tmp_path / "password"
        secret.write_text(password)
        login = {"username": USER, "password": {"file": str(secret)}}
        return Settings.model_validate(
            {
                "region": [{"name": "ohio", "role": "control-plane"}, {"name": "oregon", "role": "proxy"}],
                "images": {
                    "source": {"reference": f"{source_host}/{NAME}:{source_tag}"},
                    "mirror": {"reference": f"{mirror_host}/{NAME}:{mirror_tag}", "plain_http": True, "login": login},
                },
                "network": {"ca_file": str(ca_file), "nameserver": names.address},
            }
        )

    return build


async def _collect(settings: Settings) -> tuple[RegistryImage, ...]:
    assembly = assemble(settings)
    try:
        (source,) = (source for source in assembly.sources if isinstance(source, RegistryImagesSource))
        return await source.collect()
    finally:
        await assembly.close()


def _judge(settings: Settings, images: tuple[RegistryImage, ...], **running: str) -> dict[str, Finding]:
    """By region, the mirror's under `mirror`; `running`: region -> the digest that its server runs."""

    def pod(region: str, digest: str) -> Pod:
        container = Container("coder", f"mirror/{NAME}:latest", f"mirror/{NAME}@{digest}", ready=True)
        labels = {"app.kubernetes.io/name": "coder"}
        return Pod("coder", "coder-0", region, labels, phase="Running", ready=True, containers=(container,))

    readings = {SourceKey(REGISTRY_IMAGES.name): Reading(SourceKey(REGISTRY_IMAGES.name), images, NOW)}
    for region, digest in running.items():
        key = SourceKey(PODS.name, region)
        readings[key] = Reading(key, region_pods((pod(region, digest),)), NOW)
    found = CHECK.judge(Facts(NOW, None, readings), settings)
    return {finding.region or finding.subject: finding for finding in found}


def _index_digest(version: str) -> str:
    return digest_of(index_of(*_platforms(version), attestation=_attestation(version)))


def _platform_of(image: OciImage) -> PlatformImage:
    return PlatformImage("linux", image.architecture, image.digest, digest_of(image.blobs[0]))


async def test_an_index_is_read_with_its_platforms_and_without_attestations(settings_for) -> None:
    settings = settings_for()
    source, mirror = await _collect(settings)
    platforms = tuple(_platform_of(image) for image in _platforms(NEW))
    assert source == RegistryImage("source", settings.images.source.reference, _index_digest(NEW), platforms)
    assert mirror == RegistryImage("mirror", settings.images.mirror.reference, _index_digest(NEW), platforms)


async def test_a_plain_image_tells_its_platform_by_its_config(settings_for) -> None:
    source, mirror = await _collect(settings_for("plain", "one"))
    assert source.digest == mirror.digest == _platforms(NEW)[0].digest
    assert source.platforms == mirror.platforms == (_platform_of(_platforms(NEW)[0]),)


async def test_a_digest_may_be_asked_for_in_place_of_a_tag(settings_for) -> None:
    settings = settings_for()
    image = settings.images.source
    arm64 = _platforms(NEW)[1].digest
    pinned = image.model_copy(update={"reference": f"{image.reference}@{arm64}"})
    client = RegistryClient(pinned, Network(settings))
    assert (await client.manifest()).digest == arm64
    await client.close()


async def test_regions_that_run_the_index_or_one_platform_of_it_run_one_image(settings_for) -> None:
    settings = settings_for()
    images = await _collect(settings)
    found = _judge(settings, images, ohio=_index_digest(NEW), oregon=_platforms(NEW)[1].digest)
    assert {name: finding.outcome for name, finding in found.items()} == dict.fromkeys(
        ("ohio", "oregon", "mirror"), Outcome.PASS
    )


async def test_a_stale_mirror_and_the_region_that_pulled_from_it_fail(settings_for) -> None:
    settings = settings_for(mirror_tag="stale")
    images = await _collect(settings)
    found = _judge(settings, images, ohio=_index_digest(NEW), oregon=_platforms(OLD)[0].digest)
    assert found["ohio"].outcome is Outcome.PASS
    assert found["oregon"].outcome is Outcome.FAIL
    assert found["mirror"].outcome is Outcome.FAIL
    assert found["mirror"].message.startswith("stale: holds ")
    assert found["mirror"].remedy.command == (
        "skopeo copy --all --preserve-digests --dest-tls-verify=false "
        f"docker://{settings.images.source.reference} docker://{settings.images.mirror.reference}"
    )


async def test_a_mirror_with_one_platform_of_the_source_passes_and_names_it(settings_for) -> None:
    settings = settings_for(mirror_tag="one")
    found = _judge(settings, await _collect(settings))
    assert found["mirror"].outcome is Outcome.PASS
    assert found["mirror"].message == "holds a part of the source's image, without linux/arm64"


async def test_a_tag_that_a_registry_does_not_have_is_named(settings_for) -> None:
    with pytest.raises(SourceError) as caught:
        await _collect(settings_for(source_tag="never-pushed"))
    assert caught.value.kind is ErrorKind.NOT_FOUND
    assert f"{NAME}:never-pushed" in caught.value.message


async def test_a_wrong_password_is_unauthorized_and_not_repeated(settings_for) -> None:
    with pytest.raises(SourceError) as caught:
        await _collect(settings_for(password="another-password"))
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    assert "another-password" not in caught.value.message


async def test_a_mirror_without_its_login_says_to_set_one(settings_for) -> None:
    settings = settings_for()
    image = settings.images.mirror.model_copy(update={"login": None})
    client = RegistryClient(image, Network(settings))
    with pytest.raises(SourceError, match="set its login") as caught:
        await client.manifest()
    await client.close()
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


async def test_a_registry_whose_authority_is_not_named_gets_no_question(settings_for) -> None:
    settings = settings_for()
    network = settings.network.model_copy(update={"ca_file": None})
    client = RegistryClient(settings.images.source, Network(settings.model_copy(update={"network": network})))
    with pytest.raises(SourceError, match="ca_file") as caught:
        await client.manifest()
    await client.close()
    assert caught.value.kind is ErrorKind.TLS
