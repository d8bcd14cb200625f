"""What a command prints: the one border between texts from outside and the terminal."""

from __future__ import annotations

import os
import sys

import click

from workshop_tui.printable import json_text, printable_lines
from workshop_tui.redaction import mask


def say(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print lines without secrets and without what steers a terminal; on standard error with `err`."""
    _echo(mask(printable_lines(text)), err=err, nl=nl)


def say_json(document: object) -> None:
    """Print one JSON document; what steers a terminal, or what the locale cannot write, is escaped in it."""
    ascii_only = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    _echo(json_text(document, ascii_only=ascii_only))


def say_document(content: bytes) -> None:
    """Print a document of a format of its own, byte for byte: who makes it has cleaned the words in it."""
    _echo(content, nl=False)


def say_coloured(sign: str, colour: str | None, text: str, *, indent: int = 0) -> None:
    """Print a line that begins with a sign of ours in colour; the rest is printed as `say` does."""
    _echo(f"{' ' * indent}{click.style(sign, fg=colour)} {mask(printable_lines(text))}")


def _echo(content: str | bytes, *, err: bool = False, nl: bool = True) -> None:
    """Whoever closed the pipe has read enough: the command goes on and ends with the exit code that it finds."""
    try:
        click.echo(content, err=err, nl=nl)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (sys.stderr if err else sys.stdout).fileno())
        os.close(nowhere)
