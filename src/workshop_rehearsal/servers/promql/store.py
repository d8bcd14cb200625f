"""What was scraped: for each series the stretches in which its value stayed the same."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from workshop_rehearsal.servers.promql.labels import Labels
from workshop_rehearsal.servers.promql.syntax import Matcher

LOOKBACK_S = 300.0


class Series:
    """Scrapes are counted; a stretch has its first and its last. Missing in a scrape, a series has ended there."""

    __slots__ = ("_firsts", "_lasts", "_values", "labels", "name")

    def __init__(self, name: str, labels: Labels) -> None:
        self.name = name
        self.labels = labels
        self._firsts = array("q")
        self._lasts = array("q")
        self._values = array("d")

    def append(self, scrape: int, value: float) -> bool:
        """Whether it began a new stretch."""
        if self._lasts and self._lasts[-1] == scrape - 1 and self._values[-1] == value:
            self._lasts[-1] = scrape
            return False
        self._firsts.append(scrape)
        self._lasts.append(scrape)
        self._values.append(value)
        return True

    def at(self, scrape: int) -> float | None:
        found = bisect_right(self._firsts, scrape) - 1
        return self._values[found] if found >= 0 and self._lasts[found] >= scrape else None

    def between(self, first: int, last: int) -> Iterator[tuple[int, float]]:
        """Scrapes and values, both ends included."""
        for number in range(bisect_left(self._lasts, first), len(self._firsts)):
            if self._firsts[number] > last:
                return
            value = self._values[number]
            for scrape in range(max(first, self._firsts[number]), min(last, self._lasts[number]) + 1):
                yield scrape, value

    def forget(self, before: int) -> int:
        """Stretches that ended before that scrape go; how many."""
        gone = bisect_left(self._lasts, before)
        if gone:
            del self._firsts[:gone], self._lasts[:gone], self._values[:gone]
        return gone

    def __len__(self) -> int:
        return len(self._firsts)


class SeriesStore:
    """What one job scraped. Of the last `kept_s` seconds, fewer when more than `stretches_kept` would be held."""

    def __init__(self, *, kept_s: float = 3600.0, stretches_kept: int = 1_500_000) -> None:
        self._kept_s = kept_s
        self._stretches_kept = stretches_kept
        self._times: list[float] = []
        self._first = 0
        """The scrape that `_times` begins with."""
        self._by_name: dict[str, dict[Labels, Series]] = {}
        self.held = 0
        """Stretches in memory."""
        self.scraped = 0
        """Samples of the newest scrape."""

    @property
    def newest(self) -> float | None:
        return self._times[-1] if self._times else None

    def scrape(self, at: float, samples: Iterable[tuple[str, Labels, float]]) -> None:
        number = self._first + len(self._times)
        self._times.append(at)
        by_name = self._by_name
        count = 0
        for name, labels, value in samples:
            count += 1
            series_of_name = by_name.get(name)
            if series_of_name is None:
                series_of_name = by_name[name] = {}
            series = series_of_name.get(labels)
            if series is None:
                series = series_of_name[labels] = Series(name, labels)
            self.held += series.append(number, value)
        self.scraped = count
        expired = bisect_left(self._times, at - self._kept_s)
        too_many = self.held > self._stretches_kept
        if expired > 20 or too_many:
            self._forget(max(expired, len(self._times) // 3 if too_many else 0))

    def _forget(self, scrapes: int) -> None:
        scrapes = min(scrapes, len(self._times) - 1)
        del self._times[:scrapes]
        self._first += scrapes
        for series_of_name in self._by_name.values():
            for series in list(series_of_name.values()):
                self.held -= series.forget(self._first)
                if not len(series):
                    del series_of_name[series.labels]

    def select(self, matchers: Sequence[Matcher]) -> list[Series]:
        names = [matcher for matcher in matchers if matcher.label == "__name__"]
        others = [matcher for matcher in matchers if matcher.label != "__name__"]
        exact = next((matcher.value for matcher in names if matcher.operator == "="), None)
        candidates = self._by_name if exact is None else [exact] if exact in self._by_name else []
        return [
            series
            for name in candidates
            if all(matcher.fits(name) for matcher in names)
            for series in self._by_name[name].values()
            if _fits(series.labels, others)
        ]

    def scrape_at(self, at: float) -> tuple[int, float] | None:
        """The last scrape at or before the moment and when it was; None when it is too long ago."""
        found = bisect_right(self._times, at) - 1
        if found < 0 or at - self._times[found] > LOOKBACK_S:
            return None
        return self._first + found, self._times[found]

    def points(self, series: Series, after: float, until: float) -> list[tuple[float, float]]:
        """Moments and values, the first end excluded."""
        first = self._first + bisect_right(self._times, after)
        last = self._first + bisect_right(self._times, until) - 1
        return [(self._times[scrape - self._first], value) for scrape, value in series.between(first, last)]


def _fits(labels: Labels, matchers: Sequence[Matcher]) -> bool:
    if not matchers:
        return True
    found = dict(labels.pairs)
    return all(matcher.fits(found.get(matcher.label, "")) for matcher in matchers)
