from __future__ import annotations

import socket
from pathlib import Path

import pytest

from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.cli.opening import needed_settings
from workshop_tui.cli.run_checks import run_checks
from workshop_tui.model.clock import Clock
from workshop_tui.model.outcome import Outcome


async def test_checks_end_within_their_limit_though_nothing_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_KEY_OF_THE_TEST", "sk-abcdefgh12345678")
    checks = tuple(check for check in all_checks() if check.id == "gateway-healthy")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        file = tmp_path / "settings.toml"
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        file.write_text(f"[gateway]\nkind='litellm'\nurl='{url}'\nkey={{env='GATEWAY_KEY_OF_THE_TEST'}}\n")
        (result,) = await run_checks(needed_settings(str(file)), checks, Clock(), str(tmp_path / "no.db"), limit_s=0.5)
    assert result.outcome is Outcome.UNKNOWN
    assert "not the whole answer in the 0.5 s that all may take" in result.summary
