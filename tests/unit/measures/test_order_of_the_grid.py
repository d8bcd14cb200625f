from __future__ import annotations

from workshop_tui.measures.shared.discover import IN_GRID, all_measures


def test_the_grids_order_names_each_row_once_and_none_that_is_gone() -> None:
    ids = [measure.id for measure in all_measures()]
    assert ids[: len(IN_GRID)] == list(IN_GRID)
    assert len(set(ids)) == len(ids)
