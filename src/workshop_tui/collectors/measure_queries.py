"""Numbers of the live grid that Prometheus knows: one query for each measure, split into regions by a label."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_tui.clients import failure
from workshop_tui.clients.prometheus import PrometheusClient, Sample, Vector
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import MEASURE_QUERIES
from workshop_tui.model.monitoring import QueryAnswer, RegionNumber
from workshop_tui.model.source import SourceKind

_SHARE = 0.8
"""Of the time-out of the whole: a query that hangs does not take the others with it."""
_OF_ITS_OWN = (ErrorKind.MALFORMED, ErrorKind.TIMEOUT, ErrorKind.NOT_FOUND)
"""Failures that are of one query; the others are of the server, and of all of them."""
_NODE_LABELS = ("node", "instance")


@dataclass(frozen=True)
class RegionSplit:
    """Whose a series is."""

    label: str | None
    names: Mapping[str, str]
    """Value of the label -> region, where the two differ."""
    regions: tuple[str, ...]
    home: str
    """Whose it is when it does not say."""

    def region_of(self, labels: Mapping[str, str]) -> str:
        """The label's value itself where it is no region of ours."""
        value = labels.get(self.label, "") if self.label else ""
        return self.names.get(value, value) if value else self.home


@dataclass(frozen=True)
class MeasureQueriesSource:
    """`queries`: measure -> PromQL, each aggregated to one series for a region."""

    client: PrometheusClient
    queries: Mapping[str, str]
    split: RegionSplit
    interval_s: float
    at_once: int
    oldest_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[QueryAnswer, ...]] = MEASURE_QUERIES

    async def collect(self) -> tuple[QueryAnswer, ...]:
        """A query that fails is told in its place; a server that answers none of them is the source's own failure."""
        until_s = asyncio.get_running_loop().time() + self.timeout_s * _SHARE
        limit = asyncio.Semaphore(self.at_once)
        answers = await asyncio.gather(*(self._one(name, text, limit, until_s) for name, text in self.queries.items()))
        failed = [error for _, error in answers if error is not None]
        of_the_server = [error for error in failed if error.kind not in _OF_ITS_OWN]
        if failed and len(failed) == len(answers) and of_the_server:
            raise of_the_server[0]
        return tuple(answer for answer, _ in answers)

    async def _one(
        self, name: str, text: str, limit: asyncio.Semaphore, until_s: float
    ) -> tuple[QueryAnswer, SourceError | None]:
        try:
            async with asyncio.timeout_at(until_s), limit:
                vector = await self.client.query(text, oldest_s=self.oldest_s)
        except TimeoutError:
            error = SourceError(ErrorKind.TIMEOUT, "Prometheus did not answer this query in time")
            return QueryAnswer(name, trouble=error.message), error
        except SourceError as error:
            return QueryAnswer(name, trouble=error.message), error
        return answer_of(name, vector, self.split), None


def answer_of(name: str, vector: Vector, split: RegionSplit) -> QueryAnswer:
    by_region: dict[str, list[Sample]] = {}
    for sample in vector.samples:
        by_region.setdefault(split.region_of(sample.labels), []).append(sample)
    numbers = tuple(_number(region, by_region[region], split) for region in split.regions if region in by_region)
    strangers = tuple(sorted(failure.one_line(name, 40) for name in by_region if name not in split.regions))
    return QueryAnswer(name, numbers, "", strangers, vector.warnings)


def _number(region: str, samples: list[Sample], split: RegionSplit) -> RegionNumber:
    if len(samples) > 1:
        by = f"for each {split.label}" if split.label else "(or set prometheus.region_label)"
        return RegionNumber(region, None, trouble=f"{len(samples)} series, one is wanted {by}: aggregate the query")
    (sample,) = samples
    of = next((value for label in _NODE_LABELS if (value := sample.labels.get(label))), "")
    if sample.value is None:
        return RegionNumber(region, None, of, "Prometheus has no finite number (NaN or infinite)")
    return RegionNumber(region, sample.value, failure.one_line(of, 60))
