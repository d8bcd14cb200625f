"""Container images as registries hold them: true bytes, true digests."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
ATTESTATION = "application/vnd.in-toto+json"


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
    blobs: tuple[Blob, ...]
    """Configs and layers."""

    @property
    def digest(self) -> str:
        return self.index.digest


def build_release(version: str) -> ImageRelease:
    entries: list[dict[str, object]] = []
    children: list[Blob] = []
    blobs: list[Blob] = []
    for architecture in ("amd64", "arm64"):
        layer = Blob(LAYER, _archive(f"{version}/{architecture}".encode()))
        config = _encode(
            CONFIG,
            {
                "architecture": architecture,
                "os": "linux",
                "config": {"Labels": {"version": version}},
                "rootfs": {"type": "layers", "diff_ids": [layer.digest]},
            },
        )
        child = _manifest(config, layer)
        statement = Blob(ATTESTATION, json.dumps({"subject": [{"digest": child.digest}]}).encode())
        attestation = _manifest(config, statement)
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
        blobs += [config, layer, statement]
    index = _encode(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    return ImageRelease(version, index, tuple(children), tuple(blobs))


def _manifest(config: Blob, layer: Blob) -> Blob:
    return _encode(
        MANIFEST,
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": _descriptor(config), "layers": [_descriptor(layer)]},
    )


def _archive(content: bytes) -> bytes:
    """A tar archive of one file; the same bytes everywhere."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo("opt/coder")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return written.getvalue()


@dataclass(slots=True)
class Repository:
    """One name at one registry."""

    host: str
    name: str
    writable: bool = False
    """Whether others may push to it."""
    tags: dict[str, Blob] = field(default_factory=dict)
    """The top manifest of each."""
    manifests: dict[str, Blob] = field(default_factory=dict)
    """By digest."""
    blobs: dict[str, Blob] = field(default_factory=dict)
    """Configs and layers by digest."""

    def push(self, tag: str, release: ImageRelease) -> None:
        for manifest in (*release.children, release.index):
            self.manifests[manifest.digest] = manifest
        for blob in release.blobs:
            self.blobs[blob.digest] = blob
        self.tags[tag] = release.index

    def reference(self, tag: str) -> str:
        return f"{self.host}/{self.name}:{tag}"

    def manifest(self, tag_or_digest: str) -> Blob | None:
        return self.tags.get(tag_or_digest) or self.manifests.get(tag_or_digest)

    def first_platform(self, index: Blob) -> Blob | None:
        """The linux/amd64 manifest of an index; None when it has none."""
        for entry in json.loads(index.content)["manifests"]:
            platform = entry.get("platform") or {}
            if (platform.get("os"), platform.get("architecture")) == ("linux", "amd64"):
                return self.manifests.get(entry["digest"])
        return None

    def version_of(self, digest: str) -> str | None:
        """Of the build that a manifest holds, by its config's label; None when it tells none."""
        manifest = self.manifests.get(digest)
        if manifest is not None and "manifests" in json.loads(manifest.content):
            manifest = self.first_platform(manifest)
        if manifest is None:
            return None
        config = self.blobs.get(json.loads(manifest.content).get("config", {}).get("digest", ""))
        try:
            labels = (json.loads(config.content) if config else {})["config"]["Labels"]
            return str(labels["version"])
        except (ValueError, KeyError, TypeError):
            return None
