"""What a blackbox exporter sees of each region: its domain, and a name under its wildcard."""

from __future__ import annotations

from collections.abc import Iterator

from workshop_rehearsal.servers.promql.labels import labelled
from workshop_rehearsal.servers.series.exposition import Exposed
from workshop_rehearsal.world.world import World

PROBED = "workshop-probe"


def probes(world: World) -> Iterator[Exposed]:
    """Under the wildcard Coder's own 400 is a success: it proves that the name was routed to Coder."""
    for region in world.regions.values():
        place = region.place
        runs = region.server.ready_count > 0
        routed = runs and world.wildcard_works(region)
        for target, code, succeeds in (
            (f"https://{place.domain}/healthz", 200 if runs else 503, runs),
            (f"https://{PROBED}.{place.domain}/", 400 if routed else 404 if runs else 503, routed),
        ):
            labels = labelled(job="blackbox", region=place.name, instance=target)
            yield "probe_success", labels, succeeds
            yield "probe_http_status_code", labels, code
