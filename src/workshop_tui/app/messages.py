"""Messages that cross the UI half: facts in the past tense, requests in the imperative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from workshop_tui.model.topic import Topic


@dataclass
class RoomChanged(Message):
    """Something that rooms show has changed."""

    topics: frozenset[Topic]

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RoomChanged) and message.topics <= self.topics
