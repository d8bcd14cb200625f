"""`workshop-tui completion bash|zsh|fish`"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from workshop_tui.cli.say import say


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of SHELL; source it from the shell's start-up file."""
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"no completion for {shell}")
    root = context.find_root().command
    say(completion(root, {}, "workshop-tui", "_WORKSHOP_TUI_COMPLETE").source())
