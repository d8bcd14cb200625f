"""An OpenID Connect issuer that gives a new refresh token each time, and refuses a used one."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from fakes.loopback import Asked, Says


def web_token(ends_at_s: int, name: str = "ana") -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"sub": name, "exp": ends_at_s}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{claims}.c2lnbmVk"


@dataclass
class Issuer:
    gives: str
    """The id-token."""
    refresh_token: str = "R1"
    rotates: bool = True
    wants_form: bool = False
    """Client and secret in the form, and not in a header."""
    spent: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Says:
        if asked.path == "/.well-known/openid-configuration":
            return _json(200, {"token_endpoint": f"https://{asked.headers['host']}/token"})
        form = {key: values[0] for key, values in parse_qs(asked.body.decode()).items()}
        if self.wants_form and "client_id" not in form:
            return _json(401, {"error": "invalid_client"})
        if form.get("grant_type") != "refresh_token" or form["refresh_token"] != self.refresh_token:
            return _json(400, {"error": "invalid_grant"})
        if not self.rotates:
            return _json(200, {"id_token": self.gives})
        self.spent.append(self.refresh_token)
        self.refresh_token = f"R{len(self.spent) + 1}"
        return _json(200, {"id_token": self.gives, "refresh_token": self.refresh_token})


def _json(status: int, document: object) -> Says:
    return Says(status, json.dumps(document).encode(), {"Content-Type": "application/json"})
