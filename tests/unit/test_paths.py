from __future__ import annotations

from pathlib import Path

import pytest

from workshop_tui.paths import beside


@pytest.mark.parametrize(
    ("damaged", "next_one"),
    [
        ("workshops.db", "workshops-2.db"),
        ("workshops-2.db", "workshops-3.db"),
        ("workshops-9.db", "workshops-10.db"),
        ("workshops-10.db", "workshops-10-2.db"),
        ("workshops-2024.db", "workshops-2024-2.db"),
        ("workshops", "workshops-2"),
        ("team.2024.sqlite3", "team.2024-2.sqlite3"),
    ],
)
def test_the_file_beside_a_damaged_one_is_numbered_and_never_another_years(damaged: str, next_one: str) -> None:
    assert beside(Path("data") / damaged) == Path("data") / next_one


def test_going_on_again_and_again_never_comes_back_to_a_damaged_file() -> None:
    path, seen = Path("workshops.db"), set()
    for _ in range(50):
        assert path not in seen
        seen.add(path)
        path = beside(path)
