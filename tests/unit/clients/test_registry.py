from __future__ import annotations

import base64
import contextlib
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.loopback import Asked, Says, loopback
from fakes.oci_image import INDEX, OciImage, digest_of, index_of
from workshop_tui.clients.network import Network
from workshop_tui.clients.registry import Manifest, Reference, RegistryClient, parse_reference
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.image import PlatformImage
from workshop_tui.redaction import mask
from workshop_tui.settings.settings import Image, Settings

AMD64, ARM64 = OciImage("amd64", "1"), OciImage("arm64", "1")
DIGEST = "sha256:" + "0123456789abcdef" * 4
HUB = "registry-1.docker.io"
TOKEN = "token-of-the-sign-in"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ghcr.io/coder/coder-preview:latest", Reference("ghcr.io", "coder/coder-preview", "latest")),
        ("ghcr.io/coder/coder", Reference("ghcr.io", "coder/coder", "latest")),
        ("localhost/coder:v2.35.1", Reference("localhost", "coder", "v2.35.1")),
        ("127.0.0.1:5000/coder:v1", Reference("127.0.0.1:5000", "coder", "v1")),
        ("[::1]:5000/coder:v1", Reference("[::1]:5000", "coder", "v1")),
        ("GHCR.IO/coder/coder:V1", Reference("GHCR.IO", "coder/coder", "V1")),
        (f"ghcr.io/coder/coder@{DIGEST}", Reference("ghcr.io", "coder/coder", DIGEST)),
        (f"ghcr.io/coder/coder:v1@{DIGEST}", Reference("ghcr.io", "coder/coder", DIGEST)),
        ("alpine", Reference(HUB, "library/alpine", "latest")),
        ("alpine:3", Reference(HUB, "library/alpine", "3")),
        ("coder/coder:v1", Reference(HUB, "coder/coder", "v1")),
        ("docker.io/coder/coder:v1", Reference(HUB, "coder/coder", "v1")),
        ("index.docker.io/coder/coder:v1", Reference(HUB, "coder/coder", "v1")),
        ("docker.io/alpine", Reference(HUB, "library/alpine", "latest")),
        (
            "123456789012.dkr.ecr.us-east-2.amazonaws.com/ghcr/coder/my__image-a.b:v1",
            Reference("123456789012.dkr.ecr.us-east-2.amazonaws.com", "ghcr/coder/my__image-a.b", "v1"),
        ),
    ],
)
def test_references_are_read_as_people_write_them(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ghcr.io/",
        "ghcr.io/:v1",
        "ghcr.io/Coder/coder:v1",
        "ghcr.io/coder/coder:v 1",
        "ghcr.io/coder/coder:-v1",
        "ghcr.io/coder//coder:v1",
        "ghcr.io/coder/../coder:v1",
        "ghcr.io/coder/coder:a:b",
        "ghcr.io/coder/coder@latest",
        "ghcr.io/coder/coder@sha256:0123",
        "ghcr.io:port/coder/coder:v1",
        "https://ghcr.io/coder/coder:v1",
        "ghcr.io/coder/coder:" + "x" * 129,
    ],
)
def test_what_is_no_reference_is_named_as_such(text: str) -> None:
    with pytest.raises(SourceError, match="no image reference: expected host/name:tag") as caught:
        parse_reference(text)
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


def test_a_password_in_a_reference_is_refused_and_not_repeated() -> None:
    with pytest.raises(SourceError) as caught:
        parse_reference("ana:hunter2hunter2@ghcr.io/coder/coder:v1")
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED
    assert "hunter2" not in caught.value.message


_NEAR_A_REFERENCE = st.text("abZ09.:/@_-[]?# \n\u0660é", max_size=40)


@given(_NEAR_A_REFERENCE | st.builds("{}/{}:{}".format, st.just("h.io"), _NEAR_A_REFERENCE, _NEAR_A_REFERENCE))
def test_no_text_makes_a_reference_that_would_ask_elsewhere(text: str) -> None:
    with contextlib.suppress(SourceError):
        reference = parse_reference(text)
        url = httpx.URL(f"https://{reference.host}/v2/{reference.name}/manifests/{reference.tag}")
        assert url.path == f"/v2/{reference.name}/manifests/{reference.tag}"
        assert (url.userinfo, url.query, url.fragment) == (b"", b"", "")


def _manifest_says(body: bytes, *, header: bool = True) -> Says:
    return Says(200, body, {"Docker-Content-Digest": digest_of(body)} if header else {})


async def _ask(
    answer: Callable[[Asked], Says | None], times: int = 1, tag: str = "v1", **image: object
) -> tuple[list[Manifest], list[Asked]]:
    async with loopback(answer) as server:
        reference = f"{server.host}/coder/coder:{tag}"
        settings = Settings.model_validate({})
        client = RegistryClient(
            Image.model_validate({"reference": reference, "plain_http": True, **image}), Network(settings)
        )
        try:
            found = [await client.manifest() for _ in range(times)]
            return found, [asked for asked in server.asked if "/blobs/" not in asked.target]
        finally:
            await client.close()


def holding(top: bytes, *images: OciImage) -> Callable[[Asked], Says]:
    """A registry whose tag points to `top`, and which has these images by digest."""

    def answer(asked: Asked) -> Says:
        named = asked.path.rpartition("/")[2]
        contents = {digest_of(body): body for image in images for body in (image.manifest, *image.blobs)}
        body = top if named == "v1" else contents.get(named)
        return Says(404, b"{}") if body is None else _manifest_says(body)

    return answer


def platform_of(image: OciImage) -> PlatformImage:
    return PlatformImage("linux", image.architecture, image.digest, digest_of(image.blobs[0]))


async def test_the_manifest_is_asked_for_with_get_and_with_all_four_media_types() -> None:
    (found,), (asked,) = await _ask(holding(AMD64.manifest, AMD64))
    assert found == Manifest(AMD64.digest, (platform_of(AMD64),))
    assert (asked.method, asked.target) == ("GET", "/v2/coder/coder/manifests/v1")
    assert asked.headers["accept"].split(", ") == [
        INDEX,
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("packed", [False, True])
async def test_without_the_header_the_digest_is_that_of_the_bytes(packed: bool) -> None:
    """Packed only for the way: the digest is that of the manifest."""
    body = json.dumps(json.loads(index_of(AMD64)), indent=7).encode() + b"\n"
    says = Says(200, gzip.compress(body), {"Content-Encoding": "gzip"}) if packed else Says(200, body)
    (found,), _ = await _ask(lambda _: says)
    assert found.digest == digest_of(body)


async def test_an_index_tells_its_platforms_but_neither_attestations_nor_the_nameless() -> None:
    whole = json.loads(index_of(AMD64, ARM64, attestation=OciImage("unknown", "proof")))
    whole["manifests"].append({"mediaType": "application/json", "digest": DIGEST, "size": 1})
    (found,), _ = await _ask(holding(json.dumps(whole).encode(), AMD64, ARM64))
    assert found.platforms == (platform_of(AMD64), platform_of(ARM64))


async def test_a_platform_that_an_index_names_and_nobody_copied_is_not_there() -> None:
    (found,), _ = await _ask(holding(index_of(AMD64, ARM64), AMD64))
    assert found.platforms == (platform_of(AMD64),)


async def test_what_a_digest_names_is_read_once() -> None:
    found, asked = await _ask(holding(index_of(AMD64, ARM64), AMD64, ARM64), times=3)
    assert len(found) == 3
    assert [one.path.rpartition("/")[2] for one in asked] == ["v1", AMD64.digest, ARM64.digest, "v1", "v1"]


@pytest.mark.parametrize("os_name", ["unknown", "linux"])
async def test_an_attestation_is_known_by_its_annotation_alone(os_name: str) -> None:
    whole = json.loads(index_of(AMD64, attestation=ARM64))
    whole["manifests"][1]["platform"]["os"] = os_name
    (found,), _ = await _ask(holding(json.dumps(whole).encode(), AMD64, ARM64))
    assert found.platforms == (platform_of(AMD64),)


@pytest.mark.parametrize(
    ("says", "kind", "told"),
    [
        (Says(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'), ErrorKind.NOT_FOUND, "has no coder/coder:v1"),
        (Says(403, b'{"errors":[{"code":"DENIED"}]}'), ErrorKind.FORBIDDEN, "forbids it"),
        (Says(429, b"{}", {"Retry-After": "17"}), ErrorKind.RATE_LIMITED, "asks to wait 17 s"),
        (Says(502, b"<html>"), ErrorKind.UNREACHABLE, "answers with 502"),
        (Says(307, b"", {"Location": "ftp://127.0.0.1:1/"}), ErrorKind.MALFORMED, "redirects elsewhere"),
        (Says(307, b"", {"Location": "/v2/round/and/round"}), ErrorKind.MALFORMED, "redirects elsewhere"),
        (Says(307, b"", {"Location": "http://127.0.0.1:1/"}), ErrorKind.UNREACHABLE, "refuses connections"),
        (Says(307), ErrorKind.MALFORMED, "redirects elsewhere"),
        (Says(200, b'{"schemaVersion": 2, "manifests": null}'), ErrorKind.MALFORMED, "does not answer as expected"),
        (Says(200, b"<html>sign in to this hotel</html>"), ErrorKind.MALFORMED, "a web page"),
        (Says(200, b'{"hotel": "sign in"}'), ErrorKind.MALFORMED, "does not answer as expected"),
        (Says(200, b'{"schemaVersion": 1}'), ErrorKind.MALFORMED, "does not answer as expected"),
        (Says(200, index_of(AMD64)[:60]), ErrorKind.MALFORMED, "half an answer"),
        (Says(200, b""), ErrorKind.MALFORMED, "does not answer as expected"),
        (Says(401, b""), ErrorKind.UNAUTHORIZED, "does not say how to sign in"),
        (Says(401, b"", {"WWW-Authenticate": "Negotiate"}), ErrorKind.UNAUTHORIZED, "does not say how to sign in"),
        (Says(401, b"", {"WWW-Authenticate": "Bearer"}), ErrorKind.UNAUTHORIZED, "does not say how to sign in"),
        (Says(401, b"", {"WWW-Authenticate": 'Basic realm="r"'}), ErrorKind.UNAUTHORIZED, "set its login"),
    ],
)
async def test_every_refusal_is_one_line_of_its_kind(says: Says, kind: ErrorKind, told: str) -> None:
    with pytest.raises(SourceError) as caught:
        await _ask(lambda _: says)
    assert (caught.value.kind, "\n" in caught.value.message) == (kind, False)
    assert told in caught.value.message


async def test_a_registry_that_nobody_runs_is_unreachable() -> None:
    async with loopback(lambda _: Says()) as server:
        host = server.host
    client = RegistryClient(Image(reference=f"{host}/a:b", plain_http=True), Network(Settings()))
    with pytest.raises(SourceError, match="refuses connections") as caught:
        await client.manifest()
    await client.close()
    assert caught.value.kind is ErrorKind.UNREACHABLE


class TokenRegistry:
    """Gives the manifest only for the token of its sign-in, which is another one each time."""

    def __init__(self, **sign_in: object) -> None:
        self.tokens_given = 0
        self.withdrawn = False
        self._sign_in = sign_in

    def __call__(self, asked: Asked) -> Says:
        if asked.target.startswith("/token"):
            self.tokens_given += 1
            self.withdrawn = False
            return Says(200, json.dumps({"token": f"{TOKEN}-{self.tokens_given}", **self._sign_in}).encode())
        if asked.headers.get("authorization") == f"Bearer {TOKEN}-{self.tokens_given}" and not self.withdrawn:
            return _manifest_says(AMD64.manifest)
        realm = f"http://{asked.headers['host']}/token"
        return Says(401, b"", {"WWW-Authenticate": f'Bearer realm="{realm}",service="here",scope="repository:x:pull"'})


async def test_the_bearer_flow_asks_for_our_repository_and_needs_no_login() -> None:
    (found,), (first, sign_in, second) = await _ask(TokenRegistry())
    assert found.digest == AMD64.digest
    assert "authorization" not in first.headers
    assert urlsplit(sign_in.target).path == "/token"
    assert parse_qs(urlsplit(sign_in.target).query) == {"service": ["here"], "scope": ["repository:coder/coder:pull"]}
    assert "authorization" not in sign_in.headers
    assert second.headers["authorization"] == f"Bearer {TOKEN}-1"


async def test_a_token_is_kept_while_it_lives() -> None:
    found, asked = await _ask(TokenRegistry(expires_in=300), times=3)
    assert len(found) == 3
    assert [urlsplit(one.target).path.rpartition("/")[2] for one in asked] == ["v1", "token", "v1", "v1", "v1"]


async def test_a_token_that_is_withdrawn_early_is_asked_for_anew() -> None:
    registry = TokenRegistry(expires_in=300)

    def answer(asked: Asked) -> Says:
        says = registry(asked)
        registry.withdrawn = registry.withdrawn or (says.status == 200 and "/manifests/" in asked.target)
        return says

    found, _ = await _ask(answer, times=2)
    assert (len(found), registry.tokens_given) == (2, 2)


@pytest.mark.parametrize(
    "sign_in", [{"token": None, "access_token": f"{TOKEN}-1"}, {"token": "", "access_token": f"{TOKEN}-1"}]
)
async def test_the_sign_ins_other_name_for_the_token_is_known(sign_in: dict[str, object]) -> None:
    (found,), _ = await _ask(TokenRegistry(**sign_in))
    assert found.digest == AMD64.digest


@pytest.mark.parametrize(
    ("sign_in", "kind", "told"),
    [
        ({"token": None}, ErrorKind.MALFORMED, "gave no token"),
        ({"token": "wörd"}, ErrorKind.MALFORMED, "no header may hold"),
        ({"token": "two\r\nlines"}, ErrorKind.MALFORMED, "no header may hold"),
        ({"token": "of-somebody-else"}, ErrorKind.UNAUTHORIZED, "refuses the credentials"),
    ],
)
async def test_a_sign_in_that_gives_no_good_token_is_told(
    sign_in: dict[str, object], kind: ErrorKind, told: str
) -> None:
    registry = TokenRegistry(**sign_in)
    with pytest.raises(SourceError, match=told) as caught:
        await _ask(registry)
    assert (caught.value.kind, registry.tokens_given) == (kind, 1)
    assert "of-somebody-else" not in caught.value.message


async def test_a_login_goes_to_the_sign_in_and_not_to_the_registry(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("packages-of-ana\n")
    _, (first, sign_in, second) = await _ask(
        TokenRegistry(), login={"username": "ana", "password": {"file": str(secret)}}
    )
    expected = "Basic " + base64.b64encode(b"ana:packages-of-ana").decode()
    assert sign_in.headers["authorization"] == expected
    assert "authorization" not in first.headers
    assert second.headers["authorization"].startswith("Bearer ")


async def test_basic_sends_the_login_once_it_is_asked_for_and_keeps_it(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("packages-of-ana")
    expected = "Basic " + base64.b64encode(b"AWS:packages-of-ana").decode()

    def answer(asked: Asked) -> Says:
        if asked.headers.get("authorization") == expected:
            return _manifest_says(AMD64.manifest)
        return Says(401, b"", {"WWW-Authenticate": 'Basic realm="https://ecr.example.test/",service="ecr"'})

    found, asked = await _ask(answer, times=2, login={"username": "AWS", "password": {"file": str(secret)}})
    assert len(found) == 2
    assert [one.headers.get("authorization") for one in asked] == [None, expected, expected]


async def test_a_password_that_cannot_be_read_names_its_place(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"login of .*/coder/coder:v1: cannot read the secret from file") as caught:
        await _ask(TokenRegistry(), login={"username": "ana", "password": {"file": str(tmp_path / "absent")}})
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


async def test_a_token_is_hidden_wherever_it_might_be_said() -> None:
    await _ask(TokenRegistry())
    assert TOKEN not in mask(f"it was {TOKEN}-1")


def signed_in_by(challenges: tuple[str, ...], scheme: str, sign_in: str = "/token") -> Callable[[Asked], Says]:
    """Wants one of `challenges` (REALM: its own sign-in); gives the manifest for `scheme` alone."""

    def answer(asked: Asked) -> Says:
        if asked.path == "/token":
            return Says(200, json.dumps({"token": TOKEN}).encode())
        if asked.headers.get("authorization", "").startswith(scheme):
            return _manifest_says(AMD64.manifest)
        realm = f"http://{asked.headers['host']}{sign_in}"
        header = "\r\nWWW-Authenticate: ".join(challenges).replace("REALM", realm)
        return Says(401, b"", {"WWW-Authenticate": header})

    return answer


BASIC, BEARER = 'Basic realm="registry"', 'Bearer realm="REALM",service="reg"'


@pytest.mark.parametrize(
    ("challenges", "login", "scheme"),
    [
        ((f"{BASIC}, {BEARER}",), False, "Bearer"),
        ((BASIC, BEARER), False, "Bearer"),
        ((BEARER, BASIC), True, "Bearer"),
        (("Negotiate", BASIC), True, "Basic"),
        ((f"Negotiate, {BASIC}",), True, "Basic"),
        (('Bearer error="x"', BASIC), True, "Basic"),
    ],
)
async def test_of_several_challenges_the_strongest_that_we_can_answer_counts(
    challenges: tuple[str, ...], login: bool, scheme: str, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("packages-of-ana")
    more = {"login": {"username": "ana", "password": {"file": str(tmp_path / "password")}}} if login else {}
    (found,), asked = await _ask(signed_in_by(challenges, scheme), **more)
    assert found.digest == AMD64.digest
    assert asked[-1].headers["authorization"].startswith(scheme)
    if scheme == "Bearer":
        assert not asked[-1].headers["authorization"].endswith("=")


async def test_a_realm_keeps_its_own_query() -> None:
    answer = signed_in_by((BEARER,), "Bearer", "/token?account=workshop")
    _, (_, sign_in, _) = await _ask(answer)
    assert sign_in.query == {"account": "workshop", "service": "reg", "scope": "repository:coder/coder:pull"}


@pytest.mark.parametrize("challenges", [(), ("Bearer",), (BASIC,)])
async def test_a_redirect_is_followed_without_credentials(challenges: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("packages-of-ana")
    login = {"username": "ana", "password": {"file": str(tmp_path / "password")}}
    async with loopback(lambda _: _manifest_says(AMD64.manifest)) as store:

        def answer(asked: Asked) -> Says:
            if "authorization" in asked.headers or not challenges:
                return Says(307, b"", {"Location": f"http://u:p@{store.host}/somewhere?signed=yes"})
            return signed_in_by((BASIC,), "Bearer")(asked)

        (found,), asked = await _ask(answer, **({"login": login} if challenges else {}))
        assert found.digest == AMD64.digest
        assert ["authorization" in one.headers for one in asked] == ([False, True] if challenges else [False])
        assert store.asked[0].target == "/somewhere?signed=yes"
        assert all("authorization" not in one.headers for one in store.asked)


async def test_a_place_that_a_redirect_leads_to_gets_no_sign_in_of_ours(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("packages-of-ana")
    login = {"username": "ana", "password": {"file": str(tmp_path / "password")}}
    async with loopback(signed_in_by((BASIC,), "Basic")) as other:
        with pytest.raises(SourceError, match="wants a sign-in of its own") as caught:
            await _ask(lambda _: Says(302, b"", {"Location": f"http://{other.host}/v2/"}), login=login)
        assert [one.headers.get("authorization") for one in other.asked] == [None]
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
