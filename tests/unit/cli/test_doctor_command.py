from __future__ import annotations

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner

from fakes.api_server import page, status
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Asked, Says, loopback
from workshop_tui.cli.doctor_command import command


def may_list_but_not_watch(asked: Asked) -> Says:
    if asked.path.endswith("/selfsubjectaccessreviews"):
        wanted = json.loads(asked.body)["spec"]["resourceAttributes"]
        return Says(201, json.dumps({"status": {"allowed": wanted["verb"] != "watch"}}).encode())
    return status(404) if asked.method == "POST" else page()


async def test_a_missing_right_that_one_look_does_not_need_is_told(tmp_path: Path) -> None:
    async with loopback(may_list_but_not_watch) as server:
        kubeconfig = write_kubeconfig(tmp_path, f"http://{server.host}")
        file = tmp_path / "settings.toml"
        region = f"[[region]]\nname='ohio'\nrole='control-plane'\ncontext='{CONTEXT}'\n"
        spaces = "namespaces={server='coder', workspaces=['coder-ws']}\n"
        file.write_text(f"[kubernetes]\nkubeconfig='{kubeconfig}'\n{region}{spaces}")
        words = ["--config", str(file), "--db", str(tmp_path / "w.db"), "--timeout", "20"]
        done = await asyncio.to_thread(CliRunner().invoke, command, words, standalone_mode=False)
    assert done.return_value == 1
    told = [line for line in done.output.splitlines() if "rights are missing" in line]
    assert len(told) == 1
    assert "rights/ohio" in told[0]
    assert "watch pods in coder" in told[0]
