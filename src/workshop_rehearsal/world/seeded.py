"""Random streams and identities that depend on the seed and a name only, never on order or time."""

from __future__ import annotations

import hashlib
import random

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def stream(seed: int, *name: object) -> random.Random:
    return random.Random("/".join(map(str, (seed, *name))))  # noqa: S311 - a simulation, not a secret


def identity(seed: int, *name: object) -> str:
    """A UUID text."""
    text = hashlib.sha256("/".join(map(str, (seed, *name))).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def suffix(seed: int, *name: object, length: int = 5) -> str:
    """As Kubernetes ends generated names."""
    digest = hashlib.sha256("/".join(map(str, (seed, *name))).encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:length])
