"""Container images as registries hold them: true bytes, true digests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Blob:
    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        return digest_of(self.content)


def _encode(media_type: str, document: dict[str, object]) -> Blob:
    return Blob(media_type, json.dumps(document, indent=3).encode())


def _descriptor(blob: Blob, **more: object) -> dict[str, object]:
    return {"mediaType": blob.media_type, "digest": blob.digest, "size": len(blob.content), **more}


@dataclass(frozen=True, slots=True)
class ImageRelease:
    """One build of the Coder image: an index of two platforms and their attestations."""

    version: str
    index: Blob
    children: tuple[Blob, ...]
    configs: tuple[Blob, ...]

    @property
    def digest(self) -> str:
        return self.index.digest


def build_release(version: str) -> ImageRelease:
    entries: list[dict[str, object]] = []
    children: list[Blob] = []
    configs: list[Blob] = []
    for architecture in ("amd64", "arm64"):
        config = _encode(
            CONFIG, {"architecture": architecture, "os": "linux", "config": {"Labels": {"version": version}}}
        )
        layer = f"{version}/{architecture}".encode()
        child = _encode(
            MANIFEST,
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": _descriptor(config),
                "layers": [{"mediaType": LAYER, "digest": digest_of(layer), "size": 182_000_000}],
            },
        )
        attestation = _encode(
            MANIFEST,
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": _descriptor(config),
                "layers": [
                    {
                        "mediaType": "application/vnd.in-toto+json",
                        "digest": digest_of(b"attestation/" + layer),
                        "size": 1_900,
                    }
                ],
            },
        )
        entries.append(_descriptor(child, platform={"architecture": architecture, "os": "linux"}))
        entries.append(
            _descriptor(
                attestation,
                platform={"architecture": "unknown", "os": "unknown"},
                annotations={
                    "vnd.docker.reference.digest": child.digest,
                    "vnd.docker.reference.type": "attestation-manifest",
                },
            )
        )
        children += [child, attestation]
        configs.append(config)
    index = _encode(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    return ImageRelease(version, index, tuple(children), tuple(configs))


@dataclass(slots=True)
class Repository:
    """One name at one registry."""

    host: str
    name: str
    tags: dict[str, ImageRelease] = field(default_factory=dict)
    blobs: dict[str, Blob] = field(default_factory=dict)
    configs: dict[str, Blob] = field(default_factory=dict)

    def push(self, tag: str, release: ImageRelease) -> None:
        self.tags[tag] = release
        for blob in (release.index, *release.children):
            self.blobs[blob.digest] = blob
        for config in release.configs:
            self.configs[config.digest] = config

    def reference(self, tag: str) -> str:
        return f"{self.host}/{self.name}:{tag}"

    def manifest(self, tag_or_digest: str) -> Blob | None:
        release = self.tags.get(tag_or_digest)
        return release.index if release else self.blobs.get(tag_or_digest)

    def first_platform(self, index: Blob) -> Blob:
        """The linux/amd64 manifest of an index."""
        release = next(release for release in self.tags.values() if release.index == index)
        return release.children[0]
