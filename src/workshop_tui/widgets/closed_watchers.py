"""What was closed is not held by what outlives it."""

from __future__ import annotations

from textual.dom import DOMNode


def forget_closed_watchers(node: DOMNode) -> None:
    """Let go of the closed widgets that watched an attribute of `node`.

    Textual does so only when that attribute changes: a theme, or whether a footer is compact, never does.
    """
    watched: dict[str, list[tuple[DOMNode, object]]] = getattr(node, "__watchers", {})
    for watchers in watched.values():
        watchers[:] = [one for one in watchers if not one[0]._closing]  # Textual has no public word for it
