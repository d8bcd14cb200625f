"""`doctor` and the check of rights say the same of what our token may not read."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fakes.api_server import page, status
from fakes.coder_rights import CoderFor
from fakes.http_clients import SECRET
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Asked, Says, loopback
from workshop_tui.cli import workshop_tui


def cluster(asked: Asked) -> Says:
    """May list everything and watch no pods."""
    if not asked.path.endswith("/selfsubjectaccessreviews"):
        return status(404) if asked.path.startswith("/version") else page()
    wanted = json.loads(asked.body)["spec"]["resourceAttributes"]
    allowed = (wanted["verb"], wanted["resource"]) != ("watch", "pods")
    return Says(201, json.dumps({"status": {"allowed": allowed}}).encode())


async def run(directory: Path, coder: CoderFor, *command: str) -> Result:
    (directory / "token").write_text(SECRET, encoding="utf-8")
    async with loopback(coder.answer) as of_coder, loopback(cluster) as of_cluster:
        kubeconfig = write_kubeconfig(directory, f"http://{of_cluster.host}")
        settings = directory / "settings.toml"
        settings.write_text(
            f"""
[[region]]
name = "us"
role = "control-plane"
context = "{CONTEXT}"
namespaces = {{ workspaces = ["coder-ws"], karpenter = "" }}
[coder]
url = "http://{of_coder.host}"
token = {{ file = "{directory / "token"}" }}
[kubernetes]
kubeconfig = "{kubeconfig}"
node_storage = "none"
pull_secrets = false
""",
            encoding="utf-8",
        )
        words = ["--config", str(settings), "--db", str(directory / "workshops.db"), *command]
        return await asyncio.to_thread(CliRunner().invoke, workshop_tui, words, standalone_mode=False)


SAID = {
    ("owner",): (),
    ("auditor",): (
        "the token may not read all workspaces of coder, demo: the role Owner or Template Admin",
        "the token may not read provisioners and their jobs of coder, demo: the role Owner",
    ),
    ("template-admin",): (
        "the token may not read provisioners and their jobs of coder, demo: the role Owner",
        "the token may not read the audit log: the role Owner or Auditor has that right",
    ),
}


@pytest.mark.parametrize("roles", SAID)
async def test_doctor_and_the_check_name_the_same_rights(roles: tuple[str, ...], tmp_path: Path) -> None:
    doctor = await run(tmp_path, CoderFor(roles), "doctor")
    check = await run(tmp_path, CoderFor(roles), "check", "rights-suffice")
    for done in (doctor, check):
        assert done.return_value == 1
        assert "watch pods in coder, coder-ws" in done.output
        for words in SAID[roles]:
            assert words in done.output


async def test_an_owner_of_coder_lacks_nothing_there(tmp_path: Path) -> None:
    done = await run(tmp_path, CoderFor(), "doctor")
    assert "the token may not read" not in done.output


async def test_doctor_counts_no_pool_that_it_may_not_see(tmp_path: Path) -> None:
    hidden = await run(tmp_path, CoderFor(("template-admin",)), "doctor")
    (line,) = [line for line in hidden.output.splitlines() if "provisioners " in line and "items" in line]
    assert "0 of 2 items are known: the token may not read provisioners" in line
    assert not line.startswith("✓")
    seen = await run(tmp_path, CoderFor(), "doctor")
    (line,) = [line for line in seen.output.splitlines() if "provisioners " in line and "items" in line]
    assert line.startswith("✓")
