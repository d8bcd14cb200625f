"""Client keys lie on the disk for a moment only."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import trustme

from fakes.certificates import server_context
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Says, loopback
from fakes.terminal import PROGRAM
from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.system.private_files import private_directory, remove_what_was_left

EMPTY = Says(200, b'{"metadata": {"resourceVersion": "7"}, "items": []}')


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


def in_base64(*blobs: trustme.Blob) -> str:
    return base64.b64encode(b"".join(blob.bytes() for blob in blobs)).decode()


async def test_no_key_lies_on_the_disk_while_a_cluster_is_connected(temporary: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    trust = server_context(authority.issue_cert("127.0.0.1"))
    authority.configure_trust(trust)
    trust.verify_mode = trust.verify_mode.CERT_REQUIRED
    own = authority.issue_cert("ana@example.test")
    user = {
        "client-certificate-data": in_base64(*own.cert_chain_pems),
        "client-key-data": in_base64(own.private_key_pem),
    }
    async with loopback(lambda _: EMPTY, trust) as server:
        more = {"certificate-authority-data": in_base64(authority.cert_pem)}
        path = write_kubeconfig(tmp_path, f"https://{server.host}", user, **more)
        clusters = [Cluster(path, CONTEXT) for _ in range(3)]
        for cluster in clusters:
            await cluster.list_all("/api/v1/pods", PodWire)
            assert os.listdir(temporary) == []
        for cluster in clusters:
            await cluster.close()
    assert len(server.asked) == 3


def test_it_is_for_our_eyes_alone(temporary: Path) -> None:
    with private_directory() as directory:
        assert directory.parent == temporary
        assert directory.stat().st_mode & 0o777 == 0o700
        remove_what_was_left()
        assert directory.exists(), "of a process that runs"
    assert not directory.exists()


def test_what_a_killed_process_left_is_gone_after_the_next_start(temporary: Path) -> None:
    script = (
        "import time\n"
        "from workshop_tui.system.private_files import private_directory\n"
        "with private_directory() as directory:\n"
        "    (directory / 'key').write_text('hush')\n"
        "    print(directory, flush=True)\n"
        "    time.sleep(600)\n"
    )
    environment = {"TMPDIR": str(temporary), "PATH": "/usr/bin:/bin", "HOME": str(temporary / "home")}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().decode().strip())
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (left / "key").exists()
    assert left.parent == temporary
    settings = temporary / "settings.toml"
    settings.write_text("")
    subprocess.run(
        [*PROGRAM, "--config", str(settings), "--db", str(temporary / "w.db"), "doctor"],
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert not left.exists()
