"""How Coder lets people in, and what it says of the rights of a token."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from aiohttp import web

_PROVIDERS = {
    "/api/v2/users/oidc/callback": "https://okta.rehearsal.test/oauth2/v1/authorize",
    "/api/v2/users/oauth2/github/callback": "https://github.rehearsal.test/login/oauth/authorize",
}
"""By the address where the way begins and ends."""
SIGN_IN_PATHS = ("/api/v2/users/authmethods", *_PROVIDERS)


def add_sign_in(router: web.UrlDispatcher) -> None:
    router.add_get("/api/v2/users/authmethods", _ways, allow_head=False)
    for path in _PROVIDERS:
        router.add_get(path, _begin, allow_head=False)
    router.add_post("/api/v2/authcheck", _check)


async def _ways(_: web.Request) -> web.Response:
    return web.json_response(
        {
            "terms_of_service_url": "",
            "password": {"enabled": False},
            "github": {"enabled": True, "default_provider_configured": False},
            "oidc": {"enabled": True, "signInText": "Sign in with Okta", "iconUrl": ""},
        }
    )


async def _begin(request: web.Request) -> web.Response:
    """Without a code the person is sent to the provider; nobody comes back from there in a rehearsal."""
    if request.query.get("code"):
        return web.json_response({"message": 'Cookie "oauth_state" must be provided.'}, status=401)
    state = secrets.token_urlsafe(24)
    query = urlencode({"client_id": "rehearsal", "response_type": "code", "state": state})
    response = web.Response(status=307, headers={"Location": f"{_PROVIDERS[request.path]}?{query}"})
    for name, value in (("oauth_state", state), ("oauth_redirect", request.query.get("redirect", ""))):
        response.set_cookie(name, value, path="/", httponly=True, samesite="Lax")
    return response


async def _check(request: web.Request) -> web.Response:
    """The rehearsal's token is an owner's: it may do everything."""
    try:
        checks = (await request.json())["checks"]
        answer = {
            str(name): bool(check["action"] and check["object"]["resource_type"]) for name, check in checks.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return web.json_response({"message": "Request body must be valid JSON."}, status=400)
    return web.json_response(answer)
