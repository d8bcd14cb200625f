"""The labels of a series. There is one object for each set of them, so that comparing is looking at which one it is."""

from __future__ import annotations

from weakref import WeakValueDictionary

Pairs = tuple[tuple[str, str], ...]


class Labels:
    """Made by `labelled` only."""

    __slots__ = ("__weakref__", "pairs")

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs
        """Names and values in the order of the names, without the series' own name."""


_all: WeakValueDictionary[Pairs, Labels] = WeakValueDictionary()


def labelled(*more: Labels, **labels: str) -> Labels:
    """All of them together."""
    pairs = tuple(sorted([*labels.items(), *(pair for one in more for pair in one.pairs)]))
    found = _all.get(pairs)
    if found is None:
        found = _all[pairs] = Labels(pairs)
    return found
