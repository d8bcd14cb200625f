"""Several kubeconfig files as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workshop_tui.clients.kubernetes_aio import ConfigNode, KubeConfigMerger
from workshop_tui.settings.secret_reference import read_file


class Merger(KubeConfigMerger):
    """The library's takes an empty file, which kubectl skips, for a broken one, and waits for what a pipe may bring.

    It also names an entry by all that is in it, secrets too, in every message, and takes null for a value.
    """

    def load_config(self, path: str) -> None:
        if read_file(Path(path)).strip():
            super().load_config(path)  # type: ignore[no-untyped-call]

    def _merge(self, item: str, add_cfg: list[dict[str, Any]], path: str) -> None:
        merged: list[Any] = self.config_merged.value[item]  # type: ignore[union-attr]
        known = [entry["name"] for entry in merged]
        for entry in add_cfg:
            name = entry["name"]
            if name not in known:
                known.append(name)
                node = ConfigNode(f"{path}/{item}[name={name}]", _without_nulls(entry), path)  # type: ignore[no-untyped-call]
                merged.append(node)


def _without_nulls(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {inner: value for inner, value in part.items() if value is not None} if isinstance(part, dict) else part
        for key, part in entry.items()
    }
