"""Three-way merge of lines, in a time that grows with the texts and never with how they repeat themselves."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Lines = Sequence[str]

_COMPARED_CELLS = 10_000
"""Lines times lines between two anchors that are compared one by one; a greater stretch counts as rewritten."""
_COMPARED_CELLS_IN_ALL = 300_000


@dataclass(frozen=True, slots=True)
class Agreed:
    lines: Lines


@dataclass(frozen=True, slots=True)
class Conflict:
    """What each side made of the same lines; either may be empty."""

    one: Lines
    other: Lines


def three_way(base: Lines, one: Lines, other: Lines) -> Iterator[Agreed | Conflict]:
    """Stretches in order; every line that a side added to `base` is in one of them."""
    in_one, in_other = dict(_matches(base, one)), dict(_matches(base, other))
    kept = [at for at in sorted(in_one) if at in in_other]
    from_base = from_one = from_other = 0
    for at in (*kept, None):
        ends = (len(base), len(one), len(other)) if at is None else (at, in_one[at], in_other[at])
        yield from _changed(base[from_base : ends[0]], one[from_one : ends[1]], other[from_other : ends[2]])
        if at is not None:
            yield Agreed(base[at : at + 1])
        from_base, from_one, from_other = ends[0] + 1, ends[1] + 1, ends[2] + 1


def _changed(base: Lines, one: Lines, other: Lines) -> Iterator[Agreed | Conflict]:
    if one in (base, other):
        yield Agreed(other)
    elif other == base:
        yield Agreed(one)
    else:
        yield Conflict(one, other)


def _matches(base: Lines, side: Lines) -> list[tuple[int, int]]:
    """Pairs of equal lines, rising on both sides: first those that stand once in each, then what lies between."""
    begin = 0
    shorter = min(len(base), len(side))
    while begin < shorter and base[begin] == side[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and base[-1 - end] == side[-1 - end]:
        end += 1
    matches = [(at, at) for at in range(begin)]
    cells_left = _COMPARED_CELLS_IN_ALL
    base_at, side_at = begin, begin
    for anchor in (*_anchors(base, side, begin, end), (len(base) - end, len(side) - end)):
        old, new = base[base_at : anchor[0]], side[side_at : anchor[1]]
        cells = len(old) * len(new)
        if 0 < cells <= min(_COMPARED_CELLS, cells_left):
            cells_left -= cells
            for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
                matches += [(base_at + block.a + step, side_at + block.b + step) for step in range(block.size)]
        if anchor[0] < len(base) - end:
            matches.append(anchor)
        base_at, side_at = anchor[0] + 1, anchor[1] + 1
    return matches + [(len(base) - step, len(side) - step) for step in range(end, 0, -1)]


def _anchors(base: Lines, side: Lines, begin: int, end: int) -> list[tuple[int, int]]:
    """The longest rising run of lines that stand once on each side (idle_timeout diff)."""
    old, new = range(begin, len(base) - end), range(begin, len(side) - end)
    in_base, in_side = Counter(base[at] for at in old), Counter(side[at] for at in new)
    place = {side[at]: at for at in new if in_side[side[at]] == 1}
    pairs = [(at, place[base[at]]) for at in old if in_base[base[at]] == 1 and base[at] in place]
    ends: list[int] = []
    chosen: list[int] = []
    before: list[int] = []
    for number, (_, at) in enumerate(pairs):
        length = bisect_left(ends, at)
        before.append(chosen[length - 1] if length else -1)
        ends[length : length + 1] = [at]
        chosen[length : length + 1] = [number]
    run: list[tuple[int, int]] = []
    number = chosen[-1] if chosen else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]
