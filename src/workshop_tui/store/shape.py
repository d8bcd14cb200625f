"""Whether a file has all that the newest schema has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from workshop_tui.errors import StoreError
from workshop_tui.store.schema import metadata

_COLUMNS = "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"


def lacking(execute: Callable[[str], Iterable[Any]]) -> str:
    """The first table or column that is not there; "" when all are."""
    there = {(table, column) for table, column in execute(_COLUMNS)}
    tables = {table for table, _ in there}
    for table in metadata.tables.values():
        if table.name not in tables:
            return f"the table {table.name}"
        for column in table.columns:
            if (table.name, column.name) not in there:
                return f"the column {table.name}.{column.name}"
    return ""


def broken(path: Path, how: str) -> StoreError:
    return StoreError(
        f"{path} {how}: a migration broke, or another program changed it; it was left untouched: "
        "put a copy of it back, or start with --db NEW"
    )
