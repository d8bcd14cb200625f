from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from fakes.loopback import Says, loopback
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.credentials import coder_directory, coder_session, coder_url, kubeconfig, read_secret
from workshop_tui.clients.network import Network
from workshop_tui.clients.sign_in import basic, bearer
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.redaction import mask
from workshop_tui.settings.secret_reference import SecretReference
from workshop_tui.settings.settings import Settings

URL = "https://coder.example.test"
REHEARSAL = {
    "scenario": "calm",
    "started_at": "2026-12-01T12:00:00Z",
    "shown_at": "2026-12-01T12:00:00Z",
    "workshop_starts_at": "2026-12-03T12:00:00Z",
}


def settings(*, rehearsal: bool = False, **more: object) -> Settings:
    return Settings.model_validate({**({"rehearsal": REHEARSAL} if rehearsal else {}), **more})


@pytest.fixture
def signed_in(isolated: Path) -> Path:
    """As `coder login` leaves a home."""
    directory = coder_directory()
    assert directory.is_relative_to(isolated)
    directory.mkdir(parents=True)
    (directory / "url").write_text(f"{URL}/\n", encoding="utf-8")
    (directory / "session").write_text("token-of-the-login\n", encoding="utf-8")
    return directory


def test_without_settings_the_sign_in_of_the_coder_command_is_used(signed_in: Path) -> None:
    session = coder_session(settings())
    assert (session.url, session.token) == (URL, "token-of-the-login")
    assert "token-of-the-login" not in mask("a log line with token-of-the-login in it")


def test_the_environment_goes_before_the_coder_command(signed_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_URL", "https://other.example.test/")
    monkeypatch.setenv("CODER_SESSION_TOKEN", "token-of-the-environment")
    session = coder_session(settings())
    assert (session.url, session.token) == ("https://other.example.test", "token-of-the-environment")


@pytest.mark.parametrize(
    "url", ["https://me:hunter2secret@coder.example.test", "https://me@coder.example.test", "none"]
)
def test_an_address_with_a_password_is_refused_wherever_it_stands_and_not_repeated(
    url: str, signed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (signed_in / "url").write_text(url, encoding="utf-8")
    for _ in range(2):
        with pytest.raises(SourceError, match=r"or holds a password: expected https://host$") as caught:
            coder_session(settings())
        assert caught.value.kind is ErrorKind.NOT_CONFIGURED
        assert coder_url(settings()) == ""
        monkeypatch.setenv("CODER_URL", url)
        (signed_in / "url").write_text("https://coder.example.test", encoding="utf-8")


def test_the_settings_go_before_all(signed_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_URL", "https://other.example.test/")
    monkeypatch.setenv("CODER_SESSION_TOKEN", "token-of-the-environment")
    monkeypatch.setenv("MINE", "token-of-the-settings")
    session = coder_session(settings(coder={"url": "https://third.example.test/coder/", "token": {"env": "MINE"}}))
    assert (session.url, session.token) == ("https://third.example.test/coder", "token-of-the-settings")


def test_a_rehearsal_never_takes_a_real_address_or_token(signed_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_URL", URL)
    monkeypatch.setenv("CODER_SESSION_TOKEN", "token-of-the-environment")
    assert coder_url(settings(rehearsal=True)) is None
    with pytest.raises(SourceError, match=r"set coder\.url, or run `coder login`") as caught:
        coder_session(settings(rehearsal=True))
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED
    with pytest.raises(SourceError, match=r"no Coder token: set CODER_SESSION_TOKEN or coder\.token") as caught:
        coder_session(settings(rehearsal=True, coder={"url": "http://127.0.0.1:3000"}))
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


def test_somebody_who_never_signed_in_is_told_how() -> None:
    assert coder_url(settings()) is None
    with pytest.raises(SourceError, match=r"no Coder address: .*run `coder login`") as caught:
        coder_session(settings())
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED
    with pytest.raises(SourceError, match=r"no Coder token: .*run `coder login`") as caught:
        coder_session(settings(coder={"url": URL}))
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


@pytest.mark.parametrize("spoiled", [b"", b"\n", b"\xff\xfe\xfd"])
def test_spoiled_files_of_the_coder_command_are_as_none(signed_in: Path, spoiled: bytes) -> None:
    (signed_in / "session").write_bytes(spoiled)
    with pytest.raises(SourceError, match="no Coder token"):
        coder_session(settings())
    (signed_in / "url").write_bytes(spoiled)
    assert coder_url(settings()) is None


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac keeps it elsewhere")
def test_the_coder_commands_own_directory_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert coder_directory() == tmp_path / "coderv2"
    monkeypatch.setenv("CODER_CONFIG_DIR", str(tmp_path / "mine"))
    assert coder_directory() == tmp_path / "mine"


def test_a_token_of_an_empty_environment_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", "")
    with pytest.raises(SourceError, match="no Coder token"):
        coder_session(settings(coder={"url": URL}))


def test_a_secret_that_cannot_be_read_names_the_key_of_the_settings() -> None:
    with pytest.raises(SourceError, match=r"gateway\.key: environment variable NOT_THERE is not set") as caught:
        read_secret(SecretReference(env="NOT_THERE"), "gateway.key")
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


def test_the_kubeconfig_is_the_settings_then_the_environments_then_the_homes(
    isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kubeconfig(settings()) == str(isolated / ".kube" / "config")
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(["/a", "/b"]))
    assert kubeconfig(settings()) == os.pathsep.join(["/a", "/b"])
    assert kubeconfig(settings(kubernetes={"kubeconfig": "/c"})) == "/c"


def test_headers_are_as_the_rfcs_write_them() -> None:
    assert bearer("abc") == "Bearer abc"
    assert basic("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert basic("test", "123£") == "Basic dGVzdDoxMjPCow=="


def test_a_session_in_the_systems_keyring_is_printed_by_the_coder_command(
    signed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (signed_in / "session").unlink()
    command = tmp_path / "coder"
    asked = '[ "$1 $2 $CODER_URL" = "login token https://coder.example.test" ]'
    command.write_text(f"#!/bin/sh\n{asked} && echo of-the-keyring\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert coder_session(settings()).token == "of-the-keyring"
    command.write_text("#!/bin/sh\necho keyring is locked >&2; exit 1\n")
    with pytest.raises(SourceError, match="keyring is locked"):
        coder_session(settings())


async def test_all_clients_of_coder_share_one_reading_of_its_token(tmp_path: Path) -> None:
    script = f"open({str(tmp_path / 'runs')!r}, 'a').write('x'); print('token-of-the-command')"
    token = {"command": [sys.executable, "-c", script]}
    async with loopback(lambda _: Says(200, b'{"version": "v2"}')) as server:
        wanted = settings(coder={"url": f"http://{server.host}", "token": token})
        network = Network(wanted)
        one, other = CoderClient(wanted, network), CoderClient(wanted, network)
        await asyncio.gather(one.version(), other.version())
        await one.close()
        await other.close()
    assert (tmp_path / "runs").read_text() == "x"
