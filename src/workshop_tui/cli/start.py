"""What `workshop-tui` without a command opens."""

from __future__ import annotations

from workshop_tui import paths
from workshop_tui.cli.control_room import open_runtime, show


def open_control_room(config: str | None, database: str | None) -> int:
    """On the real platform; without settings it offers a rehearsal or a set-up. Returns the exit code."""
    if config is None and not paths.settings_file().exists():
        return _first_run(database)
    return show(lambda other: open_runtime(config, other or database))


def _first_run(database: str | None) -> int:
    from workshop_tui.app.first_run import FirstRun  # noqa: PLC0415  # loads Textual

    answer = FirstRun(str(paths.settings_file())).run()
    if answer == "rehearse":
        from workshop_tui.cli.rehearsing import rehearse  # noqa: PLC0415

        return rehearse(database=database)
    if answer == "set-up":
        from workshop_tui.settings.file import write_default  # noqa: PLC0415

        write_default(paths.settings_file())
        print(f"Wrote {paths.settings_file()}. Edit it, then: workshop-tui config check && workshop-tui doctor")  # noqa: T201
    return 0
