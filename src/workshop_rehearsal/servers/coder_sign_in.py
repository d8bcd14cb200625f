"""How Coder lets people in, and what it says of the rights of a token."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from aiohttp import web

from workshop_rehearsal.servers.coder_limits import SIGN_INS, RateLimit

_GITHUB = "/api/v2/users/oauth2/github/callback"
_DEVICE = "/api/v2/users/oauth2/github/device"
_PROVIDERS = {
    "/api/v2/users/oidc/callback": "https://okta.rehearsal.test/oauth2/v1/authorize",
    _GITHUB: "https://github.rehearsal.test/login/oauth/authorize",
}
"""By the address where the way begins and ends."""
SIGN_IN_PATHS = ("/api/v2/users/authmethods", _DEVICE, *_PROVIDERS)


Allows = Callable[[str, str, str, str], bool]
"""Action, resource type, organization id (any name where each counts, or empty) and owner id."""


class SignInRoutes:
    """Each of them answers so many requests a minute from one address."""

    def __init__(self, allows: Allows, by_device: Callable[[], bool]) -> None:
        """`by_device` tells whether GitHub's way is that of Coder's own application, by a device code."""
        self._allows = allows
        self._by_device = by_device
        self._limit = RateLimit(SIGN_INS)

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/api/v2/users/authmethods", self._ways, allow_head=False)
        router.add_get(_DEVICE, self._device, allow_head=False)
        for path in _PROVIDERS:
            router.add_get(path, self._begin, allow_head=False)
        router.add_post("/api/v2/authcheck", self._check)

    async def _begin(self, request: web.Request) -> web.Response:
        return self._limit.refuse(request.remote or "", request.path) or _begin(
            request, by_device=self._by_device() and request.path == _GITHUB
        )

    async def _device(self, request: web.Request) -> web.Response:
        """A code for the person to type at GitHub."""
        if (refusal := self._limit.refuse(request.remote or "", request.path)) is not None:
            return refusal
        if not self._by_device():
            return _invalid("Device flow is not enabled for Github OAuth2.")
        return web.json_response(
            {
                "device_code": secrets.token_hex(20),
                "user_code": f"{secrets.token_hex(2)}-{secrets.token_hex(2)}".upper(),
                "verification_uri": "https://github.rehearsal.test/login/device",
                "expires_in": 900,
                "interval": 5,
            }
        )

    async def _ways(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "terms_of_service_url": "",
                "password": {"enabled": False},
                "github": {"enabled": True, "default_provider_configured": self._by_device()},
                "oidc": {"enabled": True, "signInText": "Sign in with Okta", "iconUrl": ""},
            }
        )

    async def _check(self, request: web.Request) -> web.Response:
        """Of a resource type or an action that Coder does not know nobody has a right, not even an owner."""
        try:
            checks = (await request.json())["checks"].items()
            answer = {}
            for name, check in checks:
                object_ = check["object"]
                if not object_["resource_type"]:
                    return _invalid(f'Object\'s "resource_type" field must be defined for key "{name}".')
                organization = object_.get("organization_id") or ("any" if object_.get("any_org") else "")
                owner_id = object_.get("owner_id") or ""
                answer[str(name)] = self._allows(check["action"], object_["resource_type"], organization, owner_id)
        except (ValueError, KeyError, TypeError, AttributeError):
            return _invalid("Request body must be valid JSON.")
        return web.json_response(answer)


def _invalid(message: str) -> web.Response:
    return web.json_response({"message": message}, status=400)


def _begin(request: web.Request, *, by_device: bool) -> web.Response:
    """Without a code the person is sent to the provider; nobody comes back from there in a rehearsal."""
    if request.query.get("code"):
        return web.json_response({"message": 'Cookie "oauth_state" must be provided.'}, status=401)
    state = secrets.token_urlsafe(24)
    query = urlencode({"client_id": "rehearsal", "response_type": "code", "state": state})
    location = f"/login/device?state={state}" if by_device else f"{_PROVIDERS[request.path]}?{query}"
    response = web.Response(status=307, headers={"Location": location})
    for name, value in (("oauth_state", state), ("oauth_redirect", request.query.get("redirect", ""))):
        response.set_cookie(name, value, path="/", httponly=True, samesite="Lax")
    return response
