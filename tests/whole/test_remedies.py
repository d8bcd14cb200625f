"""From No-Go to Go on the workshop of September 2024 by typing what `check` prints, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.program import find_program

PROGRAM = [sys.executable, "-m", "workshop_tui"]
SPEED = "20"
CAUSES = {
    "storage-under-limit",
    "images-match-across-regions",
    "gateway-key-outlives-workshop",
    "provisioners-suffice",
    "routes-answer-in-every-region",
    "proxies-healthy",
    "window-is-quiet",
}
ROUNDS = 4
SETTLES_S = 12.0
"""Four minutes of the rehearsal: a rollout and a node's launch."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    for program, package in (("kubectl", "kubernetes-client"), ("skopeo", "skopeo"), ("curl", "curl")):
        find_program(program, package)
    path = tmp_path_factory.mktemp("platform") / "settings.toml"
    command = [*PROGRAM, "platform", "--scenario", "september-2024", "--speed", SPEED, "--write-config", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + 60
        while not path.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        yield path
    finally:
        process.terminate()
        process.wait()


def check(settings: Path, *words: str) -> tuple[int, dict[str, Any]]:
    command = [*PROGRAM, "--config", str(settings), "--db", str(settings.with_name("workshops.db")), "check", "--json"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def wrong(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Findings that fail or cannot be known, by check."""
    return {
        one["id"]: [finding for finding in one["findings"] if finding["outcome"] in ("fail", "unknown")]
        for one in document["checks"]
        if one["outcome"] in ("fail", "unknown")
    }


def commands(document: dict[str, Any]) -> list[str]:
    """As they are printed, from top to bottom, each once."""
    found = ((finding["remedy"] or {}).get("command") for findings in wrong(document).values() for finding in findings)
    return list(dict.fromkeys(command for command in found if command))


def test_typing_what_the_screen_says_leads_from_no_go_to_go(settings: Path) -> None:
    code, document = check(settings)
    assert code == 1
    assert {"storage-under-limit", "images-match-across-regions", "gateway-key-outlives-workshop"} <= set(
        wrong(document)
    )
    for findings in wrong(document).values():
        for finding in findings:
            assert (finding["remedy"] or {}).get("command"), f"{finding['subject']}: {finding['message']}"
    own = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": own, "KUBECONFIG": str(settings.with_name("kubeconfig"))}
    typed: list[str] = []
    for _ in range(ROUNDS):
        for command in commands(document):
            type_it(command, environment)
            typed.append(command)
        time.sleep(SETTLES_S)
        _, document = check(settings)
        if not wrong(document):
            break
    assert wrong(document) == {}, "\n".join(typed)
    code, _ = check(settings)
    assert code == 0
    the_keys_end_is_exported(settings, environment)


def the_keys_end_is_exported(settings: Path, environment: dict[str, str]) -> None:
    """A rule warns until somebody writes when the key ends, and says how."""
    (rules,) = check(settings, "alert-rules-ready")[1]["checks"]
    warned = {one["subject"]: one for one in rules["findings"] if one["outcome"] == "warn"}
    assert warned["key expiry"]["message"] == "GatewayKeyExpiryUnknown fires now"
    type_it(warned["key expiry"]["remedy"]["command"], environment)
    deadline_s = time.monotonic() + SETTLES_S
    while rules["outcome"] != "pass":
        assert time.monotonic() < deadline_s, rules
        (rules,) = check(settings, "alert-rules-ready")[1]["checks"]


def type_it(command: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-c", command], env=environment, capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
