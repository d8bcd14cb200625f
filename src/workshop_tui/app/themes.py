"""The control room's colours."""

from __future__ import annotations

from textual.theme import Theme

CONTROL_ROOM = Theme(
    name="control-room",
    primary="#6cb6ff",
    secondary="#b8a1ff",
    accent="#4fc3d9",
    success="#6cc77a",
    warning="#e5b455",
    error="#ff7b72",
    foreground="#d7dde5",
    background="#10141a",
    surface="#1a212b",
    panel="#232c38",
    dark=True,
    variables={
        "footer-key-foreground": "#4fc3d9",
        "footer-background": "#1a212b",
        "muted": "#8794a5",
        "border": "#344052",
        "block-cursor-background": "#2f6f9f",
    },
)

DAYLIGHT = Theme(
    name="daylight",
    primary="#0b5cad",
    secondary="#6b3fa0",
    accent="#00697a",
    success="#1a7f37",
    warning="#8a5a00",
    error="#c0272d",
    foreground="#1c2430",
    background="#fbfbf9",
    surface="#eef0f2",
    panel="#e1e5ea",
    dark=False,
    variables={"muted": "#5f6b7a"},
)

COLOUR_BLIND = Theme(
    name="colour-blind",
    primary="#56b4e9",
    secondary="#cc79a7",
    accent="#56b4e9",
    success="#56b4e9",
    warning="#f0e442",
    error="#e69f00",
    foreground="#d7dde5",
    background="#10141a",
    surface="#1a212b",
    panel="#232c38",
    dark=True,
    variables={
        "footer-key-foreground": "#56b4e9",
        "footer-background": "#1a212b",
        "muted": "#8794a5",
        "border": "#344052",
        "block-cursor-background": "#2f6f9f",
    },
)
"""Okabe and Ito's colours: blue, yellow and orange stay apart without red or green cones."""

DEFAULT_VARIABLES = {"muted": "#8b8f98"}
"""What themes that are not ours lack."""

THEMES = (CONTROL_ROOM, DAYLIGHT, COLOUR_BLIND)
