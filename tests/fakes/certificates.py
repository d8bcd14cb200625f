"""Certificates of an authority of the tests, as files that servers and settings name."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


def write_certificate(certificate: trustme.LeafCert, directory: Path, name: str) -> tuple[Path, Path]:
    """(chain, key) in PEM."""
    chain, key = directory / f"{name}.pem", directory / f"{name}.key"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    certificate.private_key_pem.write_to_path(str(key))
    return chain, key


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context
