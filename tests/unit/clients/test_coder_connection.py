"""Every client of Coder over http://, which only the settings allow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.http_clients import QUESTIONS, opened, settings_for
from fakes.loopback import Says, loopback
from workshop_tui.clients.coder_audit import CoderAudit
from workshop_tui.clients.coder_sign_in import CoderSignIn
from workshop_tui.clients.coder_workspaces import CoderWorkspaces
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError

Question = tuple[Callable[..., Any], Callable[[Any], Awaitable[object]]]
FAR = "http://coder.example.test"
OF_CODER: dict[str, Question] = {
    **{
        what: question
        for what, question in QUESTIONS.items()
        if question[0].__name__.startswith("Coder") and question[0] is not CoderSignIn  # which sends no token
    },
    "sign-ins": (CoderAudit, lambda client: client.sign_ins("login")),
    "our workspace": (CoderWorkspaces, lambda client: client.find("goose")),
}


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("what", OF_CODER)
async def test_every_client_of_coder_sends_its_token_without_tls_where_the_settings_allow_it_and_nowhere_else(
    what: str, allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, ask = OF_CODER[what]
    settings = settings_for(FAR, tmp_path)
    settings = settings.model_copy(update={"coder": settings.coder.model_copy(update={"allow_plain_http": allowed})})
    async with loopback(lambda _: Says(500)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        async with opened(kind, settings, Network(settings)) as client:
            with pytest.raises(SourceError) as caught:
                await ask(client)
    assert bool(proxy.asked) is allowed
    if not allowed:
        assert caught.value.kind is ErrorKind.NOT_CONFIGURED
        assert caught.value.message.endswith("without TLS: use https, or set coder.allow_plain_http = true")
