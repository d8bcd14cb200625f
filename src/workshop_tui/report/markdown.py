"""Words from outside as Markdown text: what they contain never becomes structure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from workshop_tui.printable import printable

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")


def plain(text: str) -> str:
    """On one line, every sign that Markdown would read escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(printable(text).split()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are taken as they are: give outside text through `plain`."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
