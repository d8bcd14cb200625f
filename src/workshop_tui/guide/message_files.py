"""Where the message templates are: the default ones, and a team's own that go before them."""

from __future__ import annotations

from pathlib import Path

from workshop_tui.errors import UserError

DEFAULT_DIRECTORY = Path(__file__).parent / "messages"
_SUFFIX = ".md.jinja"


def message_names(directory: Path | None) -> tuple[str, ...]:
    """Of the default templates and of the team's own; `agenda`, `announcement`, ... Raises `UserError`."""
    names = {_name(path) for path in DEFAULT_DIRECTORY.glob(f"*{_SUFFIX}")}
    if directory is not None:
        try:
            names |= {_name(path) for path in directory.iterdir() if path.name.endswith(_SUFFIX)}
        except OSError as error:
            raise UserError(f"messages_directory: cannot read {directory}: {error.strerror}") from None
    return tuple(sorted(names))


def message_file(name: str, directory: Path | None) -> Path:
    """Raises `UserError` for a name without a template."""
    names = message_names(directory)
    if name not in names:
        raise UserError(f'no message "{name}"; there are: {", ".join(names)}')
    own = None if directory is None else directory / f"{name}{_SUFFIX}"
    return own if own is not None and own.is_file() else DEFAULT_DIRECTORY / f"{name}{_SUFFIX}"


def _name(path: Path) -> str:
    return path.name.removesuffix(_SUFFIX)
