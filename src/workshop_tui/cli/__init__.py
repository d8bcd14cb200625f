"""The command line; each command's module loads only when it runs."""

from __future__ import annotations

import importlib
import io
import sys

import click

from workshop_tui import __version__
from workshop_tui.cli.options import store_options
from workshop_tui.cli.say import say
from workshop_tui.errors import WorkshopError

_COMMANDS = {
    "alert-rules": "Print alerting rules for what nothing warns of yet.",
    "capacity": "Plan what the expected people need, and how long they wait.",
    "card": "Print the T-0 card: what to confirm before people come in.",
    "changes": "List what was changed on the platform; undo one.",
    "check": "Run the checks without the control room.",
    "check-alert": "Send a harmless alert and see whom it tells.",
    "completion": "Print the completion script of a shell.",
    "config": "Write, show and check the settings.",
    "doctor": "Look at settings, credentials, every source and the store.",
    "export": "Write a workshop with all its evidence to a file.",
    "guide": "Print the checklist.",
    "hazards": "Draw what disturbs the workshop's window.",
    "platform": "Run the simulated platform alone.",
    "record": "Record a workshop without a screen.",
    "rehearse": "Open the control room on a simulated platform; needs nothing else.",
    "replay": "Open a recording in the same rooms.",
    "workshops": "Create, list and show workshops.",
}


class LazyGroup(click.Group):
    """Finds a command's module by its name, so that `--help` and the first frame stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"workshop_tui.cli.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="workshop-tui")
@store_options
@click.pass_context
def workshop_tui(context: click.Context, config_path: str | None, database_path: str | None) -> None:
    """The control room for hands-on workshops on a Coder platform.

    Without a command it opens the control room.
    """
    if context.invoked_subcommand is None:
        from workshop_tui.cli.start import open_control_room  # noqa: PLC0415  # loads Textual

        context.exit(open_control_room(config_path, database_path))
    from workshop_tui.cli.log import log_to_file  # noqa: PLC0415  # loads logging.handlers

    log_to_file()
    context.obj = (config_path, database_path)


def main() -> None:
    """Exit codes: 0 nothing failed, 1 a check failed, 2 wrong use or settings, 3 something is unknown."""
    output = sys.stdout
    for stream in (output, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a locale that cannot write a sign costs the sign, not the answer
    try:
        code = workshop_tui.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.UsageError as error:
        if error.ctx is not None:
            say(f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.\n", err=True)
        say(f"Error: {error.format_message()}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        say(f"Error: {error.format_message()}", err=True)
        sys.exit(2)
    except WorkshopError as error:
        say(f"workshop-tui: {error}", err=True)
        sys.exit(2)
    except SystemExit as end:
        # click replaces the output and ends where the pipe of its own `--help` is closed; what we print goes on (`say`)
        sys.exit(end.code if sys.stdout is output else 0)
    except Exception as error:  # noqa: BLE001  # the last one who can say it in one line
        _unexpected(error)
        sys.exit(2)


def _unexpected(error: Exception) -> None:
    """The traceback goes to the log, without secrets; the person hears where it is."""
    import logging  # noqa: PLC0415

    from workshop_tui import paths  # noqa: PLC0415
    from workshop_tui.cli.log import log_to_file  # noqa: PLC0415

    log_to_file()
    logging.getLogger(__name__).error("unexpected", exc_info=error)
    try:
        report = f"Please report it with the last lines of {paths.log_file()}"
    except WorkshopError:
        report = "Set HOME, so that it is logged"
    said = f"an error of the program itself ({type(error).__name__}); nothing stored is lost. {report}"
    say(f"workshop-tui: {said}", err=True)
