"""People as a line names them."""

from __future__ import annotations

from collections.abc import Sequence


def people_words(people: Sequence[str], people_of: int, at_most: int = 0) -> str:
    """e.g. "5 of 18 people: ana, bo, …"; empty where nobody can be named. `at_most` 0: all names."""
    if not people:
        return ""
    of = f" of {people_of}" if people_of else ""
    shown = people[:at_most] if at_most else people
    names = ", ".join(shown) + (", …" if len(shown) < len(people) else "")
    return f"{len(people)}{of} {'person' if max(len(people), people_of) == 1 else 'people'}: {names}"
