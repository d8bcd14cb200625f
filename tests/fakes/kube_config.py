"""Kubeconfig files for a loopback API server, and sign-in commands that behave as a test says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

CONTEXT = "ohio"
TOKEN = "token-of-the-cluster-0042"
API_VERSION = "client.authentication.k8s.io/v1beta1"


def write_kubeconfig(
    directory: Path,
    server: str,
    user: dict[str, object] | None = None,
    name: str = "kubeconfig",
    **cluster: object,
) -> str:
    """Its path. JSON is YAML too. `user`: default a token."""
    path = directory / name
    user = {"token": TOKEN} if user is None else user
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
                "users": [{"name": "u", "user": user}],
                "contexts": [{"name": CONTEXT, "context": {"cluster": "c", "user": "u"}}],
            }
        ),
        encoding="utf-8",
    )
    return str(path)


def sign_in_by(directory: Path, python: str) -> dict[str, object]:
    """A kubeconfig's user whose sign-in command is this Python; `directory / "runs"` gets a line each time it runs.

    The text may call `give(status)` to answer as a plugin should.
    """
    script = directory / "sign_in.py"
    script.write_text(
        "import json, os, sys, time\n"
        f"open({str(directory / 'runs')!r}, 'a').write('ran\\n')\n"
        f"runs = len(open({str(directory / 'runs')!r}).readlines())\n"
        "told = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "def give(status, version=told['apiVersion']):\n"
        "    print(json.dumps({'apiVersion': version, 'kind': 'ExecCredential', 'status': status}))\n" + python,
        encoding="utf-8",
    )
    return {"exec": {"apiVersion": API_VERSION, "command": sys.executable, "args": ["-S", "-E", str(script)]}}


def runs(directory: Path) -> int:
    """How often the sign-in command was run."""
    path = directory / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0
