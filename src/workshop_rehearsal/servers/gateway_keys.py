"""The keys that LiteLLM keeps, and how its admin renews them and makes more."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from workshop_rehearsal.duration import duration_s
from workshop_rehearsal.servers import stamp
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.world import World

_DURATION = re.compile(r"\d{1,6}[smhd]")
"""LiteLLM reads one part, not several."""


class RefusedKeyError(Exception):
    """`type_` as LiteLLM's errors name it."""

    def __init__(self, status: int, type_: str, message: str) -> None:
        super().__init__(message)
        self.status, self.type, self.message = status, type_, message


@dataclass(slots=True)
class MadeKey:
    """A key that somebody made during the rehearsal."""

    secret: str
    alias: str | None
    created_s: float
    expires_s: float | None


@dataclass(slots=True)
class KeyRing:
    """`workshop` is the key of the workshop's people, whose validity is the world's."""

    world: World
    workshop: str
    alias: str
    made: dict[str, MadeKey] = field(default_factory=dict)
    """By hash."""

    def expiry_s(self, secret: str) -> float | None:
        """Seconds after the workshop's start; None: never. Raises `KeyError` for one that is not kept."""
        return self.world.gateway.key.expires_s if secret == self.workshop else self.made[hashed(secret)].expires_s

    def update(self, body: object) -> dict[str, Any]:
        """`{"key": key or hash, "duration": "14d"}`. Raises `RefusedKeyError`."""
        given = _object(body)
        key = given.get("key")
        duration = given.get("duration")
        unknown = sorted(set(given) - {"key", "duration"})
        if not isinstance(key, str) or unknown:
            told = f"the rehearsal updates key and duration, not {', '.join(unknown)}" if unknown else "key is missing"
            raise RefusedKeyError(422, "bad_request_error", told)
        token = hashed(key) if key.startswith("sk-") else key
        valid_s = _seconds(duration)
        now_s = self.world.timeline.now_s
        if token == hashed(self.workshop):
            self.world.gateway.extend(valid_s)
        elif token in self.made:
            self.made[token].expires_s = now_s + valid_s
        else:
            raise RefusedKeyError(404, "not_found_error", "Key not found, passed key=" + token)
        expires = stamp.microseconds(self.world.moment(now_s + valid_s))
        return {"key": key, "token": token, "expires": expires, "key_alias": self.alias_of(token)}

    def generate(self, body: object) -> dict[str, Any]:
        """`{"duration": "14d", "key_alias": "workshop"}`. Raises `RefusedKeyError`."""
        given = _object(body)
        alias = given.get("key_alias")
        if alias is not None and alias in (self.alias, *(one.alias for one in self.made.values())):
            message = f"Key with alias '{alias}' already exists. Unique key aliases across all keys are required."
            raise RefusedKeyError(400, "bad_request_error", message)
        now_s = self.world.timeline.now_s
        duration = given.get("duration")
        expires_s = None if duration is None else now_s + _seconds(duration)
        number = len(self.made) + 1
        secret = "sk-" + seeded.identity(self.world.seed, "key", number, self.workshop).replace("-", "")
        self.made[hashed(secret)] = MadeKey(secret, alias, now_s, expires_s)
        expires = None if expires_s is None else stamp.microseconds(self.world.moment(expires_s))
        return {"key": secret, "token": hashed(secret), "expires": expires, "key_alias": alias}

    def alias_of(self, token: str) -> str | None:
        return self.alias if token == hashed(self.workshop) else self.made[token].alias


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _object(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise RefusedKeyError(422, "bad_request_error", "expected a JSON object")
    return body


def _seconds(duration: object) -> float:
    text = str(duration)
    if _DURATION.fullmatch(text) is None:
        raise RefusedKeyError(400, "bad_request_error", f"Unsupported duration format: {duration}")
    return duration_s(text)
