"""When the gateway's key ends: no gateway tells it, so somebody writes it where a node exporter collects text files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from workshop_rehearsal.servers.promql.labels import labelled
from workshop_rehearsal.servers.series.exposition import Exposed
from workshop_rehearsal.world.world import World

KEY_EXPIRES = "workshop_gateway_key_expires_timestamp_seconds"
KEY_ASKED = "workshop_gateway_key_asked_timestamp_seconds"
_LINE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-z_]+)="([^"\\]*)"')


def text_file(world: World, file: Path | None) -> Iterator[Exposed]:
    """A timer writes it in a scenario with alerts; elsewhere it is what `file` says, if it is there."""
    if world.scenario.monitoring.alerts:
        labels = labelled(job="node-exporter", alias="workshop")
        yield KEY_EXPIRES, labels, world.moment(world.gateway.key.expires_s).timestamp()
        yield KEY_ASKED, labels, world.now.timestamp() // 3600 * 3600
        return
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file is not None else []
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        found = _LINE.fullmatch(line)
        if found:
            try:
                yield found[1], labelled(job="node-exporter", **dict(_LABEL.findall(found[2] or ""))), float(found[3])
            except (TypeError, ValueError):
                continue
