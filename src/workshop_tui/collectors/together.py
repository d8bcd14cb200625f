"""Several questions side by side, none of which outlives the others."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def together(questions: Iterable[Coroutine[Any, Any, Answer]]) -> list[Answer]:
    """Answers in the order of the questions. The first that fails ends the others, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(question) for question in questions]
    except* Exception as failed:  # noqa: BLE001  # raised again, alone
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
