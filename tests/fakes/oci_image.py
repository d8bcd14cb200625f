"""A small image of the OCI kind, and how it gets into a registry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import httpx

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@dataclass(frozen=True)
class OciImage:
    """One platform of one version."""

    architecture: str
    version: str

    @property
    def blobs(self) -> tuple[bytes, bytes]:
        layer = f"layer of {self.version} for {self.architecture}".encode()
        root = {"type": "layers", "diff_ids": [digest_of(layer)]}
        config = json.dumps({"architecture": self.architecture, "os": "linux", "rootfs": root}).encode()
        return config, layer

    @property
    def manifest(self) -> bytes:
        config, layer = self.blobs
        return json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {"mediaType": CONFIG, "digest": digest_of(config), "size": len(config)},
                "layers": [{"mediaType": LAYER, "digest": digest_of(layer), "size": len(layer)}],
            },
            indent=1,
        ).encode()

    @property
    def digest(self) -> str:
        return digest_of(self.manifest)


def index_of(*images: OciImage, attestation: OciImage | None = None) -> bytes:
    """With an attestation it names that image the way build tools do: for no platform."""

    def child(image: OciImage, platform: dict[str, str], **more: object) -> dict[str, object]:
        size = len(image.manifest)
        return {"mediaType": MANIFEST, "digest": image.digest, "size": size, "platform": platform, **more}

    children = [child(image, {"architecture": image.architecture, "os": "linux"}) for image in images]
    if attestation is not None:
        says = {"vnd.docker.reference.type": "attestation-manifest"}
        children.append(child(attestation, {"architecture": "unknown", "os": "unknown"}, annotations=says))
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}, indent=2).encode()


def push_image(registry: httpx.Client, name: str, reference: str, image: OciImage) -> str:
    """Its digest."""
    for blob in image.blobs:
        begun = registry.post(f"/v2/{name}/blobs/uploads/").raise_for_status()
        url = httpx.URL(begun.headers["location"]).copy_merge_params({"digest": digest_of(blob)})
        registry.put(url, content=blob, headers={"Content-Type": "application/octet-stream"}).raise_for_status()
    return push_manifest(registry, name, reference, image.manifest, MANIFEST)


def push_manifest(registry: httpx.Client, name: str, reference: str, body: bytes, media_type: str) -> str:
    """Its digest, which the registry must tell alike."""
    done = registry.put(f"/v2/{name}/manifests/{reference}", content=body, headers={"Content-Type": media_type})
    assert done.raise_for_status().headers["Docker-Content-Digest"] == digest_of(body)
    return digest_of(body)


def push_index(registry: httpx.Client, name: str, tag: str, *images: OciImage, attestation: OciImage) -> str:
    for image in (*images, attestation):
        push_image(registry, name, image.digest, image)
    return push_manifest(registry, name, tag, index_of(*images, attestation=attestation), INDEX)
