"""Several kubeconfig files as one."""

from __future__ import annotations

from pathlib import Path

from workshop_tui.clients.kubernetes_aio import KubeConfigMerger
from workshop_tui.secret_reference import read_file


class Merger(KubeConfigMerger):
    """The library's takes an empty file, which kubectl skips, for a broken one, and waits for what a pipe may bring."""

    def load_config(self, path: str) -> None:
        if read_file(Path(path)).strip():
            super().load_config(path)  # type: ignore[no-untyped-call]
