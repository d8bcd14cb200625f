"""The settings file: read, overridden by the environment, shown, and written for the first time."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError

from workshop_tui import paths
from workshop_tui.errors import UserError
from workshop_tui.redaction import mask
from workshop_tui.settings.secret_reference import SecretReference
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.thresholds import Thresholds, threshold_table
from workshop_tui.settings.toml_file import Location, key_path, problems_of, read_toml, wrong
from workshop_tui.system.whole_file import FOR_ALL, write_new

_PREFIX = "WORKSHOP_TUI_"
_TEMPLATE = Path(__file__).with_name("settings.default.toml")
_THRESHOLDS = "#{thresholds}\n"


def _default_file() -> Path | None:
    """None where there is none, or where this user has no home that could hold one."""
    try:
        file = paths.settings_file()
    except UserError:
        return None
    return file if _is_there(file) else None


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings | None:
    """The file's settings, each overridden by `WORKSHOP_TUI_SECTION__KEY` where the environment has one.

    None when no `path` is given and there is no default file. Relative paths count from the file. An empty variable
    says nothing. Raises `UserError` with a line for each thing that is wrong, which never holds a value.
    """
    file = path or _default_file()
    if file is None:
        return None
    document = read_toml(file)
    variables = _override(document, environ)

    def place(location: Location) -> str:
        for length in range(len(location), 0, -1):
            if location[:length] in variables:
                rest = key_path(location[length:], None)
                return f"environment variable {variables[location[:length]]}" + (f" ({rest})" if rest else "")
        return f"{file}: {key_path(location, document)}"

    try:
        settings = Settings.model_validate(document, context={"directory": file.absolute().parent})
    except ValidationError as error:
        raise wrong(problems_of(error, Settings, place)) from None
    return settings if path is None else settings.read_from(path)


def _is_there(file: Path) -> bool:
    """Also when it cannot be looked at: reading it then says why."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _override(document: dict[str, Any], environ: Mapping[str, str]) -> dict[Location, str]:
    """Lay the environment over the document; returns which keys came from which variable."""
    variables: dict[Location, str] = {}
    for name in sorted(environ):
        text = environ[name]
        if not name.startswith(_PREFIX) or not text:
            continue
        location = tuple(name.removeprefix(_PREFIX).lower().split("__"))
        table = document
        for depth, part in enumerate(location[:-1]):
            inner = table.get(part)
            if not isinstance(inner, dict):
                inner = table[part] = {}
                variables[location[: depth + 1]] = name
            table = inner
        table[location[-1]] = _value(text)
        variables[location] = name
    return variables


def _value(text: str) -> object:
    """Lists and tables are written as TOML; everything else is text, which numbers and booleans accept."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return text
    return text


def show_settings(settings: Settings) -> str:
    """The settings in effect as TOML; of a secret only where it comes from, of its command only the first word."""
    return mask("\n".join(_lines(settings, "")).lstrip("\n") + "\n")


def _lines(section: BaseModel, prefix: str) -> Iterator[str]:
    tables: list[tuple[str, BaseModel, bool]] = []
    for name, value in section:
        if value is None:
            yield f"# {name} is not set"
        elif isinstance(value, SecretReference):
            yield f"{name} = {_secret(value)}"
        elif isinstance(value, BaseModel):
            tables.append((name, value, False))
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            tables += [(name, entry, True) for entry in value]
        else:
            yield f"{name} = {_toml(value)}"
    for name, inner, is_entry in tables:
        yield ""
        yield f"[[{prefix}{name}]]" if is_entry else f"[{prefix}{name}]"
        yield from _lines(inner, f"{prefix}{name}.")


def _secret(reference: SecretReference) -> str:
    place = reference.shown or "…"
    if reference.command is not None:
        return f"{{ command = {_toml((place, '…') if len(reference.command) > 1 else (place,))} }}"
    return f"{{ {'env' if reference.env is not None else 'file'} = {_toml(place)} }}"


def _toml(value: object) -> str:
    """On one line: by itself the library gives each entry of a list a line, and a table a heading."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    if isinstance(value, dict):
        entries = ", ".join(f"{_toml(str(key))} = {_toml(entry)}" for key, entry in value.items())
        return f"{{ {entries} }}" if entries else "{}"
    plain = value if isinstance(value, bool | int | float | datetime) else str(value)
    return tomli_w.dumps({"x": plain}).removeprefix("x = ").removesuffix("\n")


def default_text() -> str:
    """The commented settings of ai.coder.com's three regions, every threshold with its default and origin."""
    lines = []
    for row in threshold_table(Thresholds()):
        lines += [f"# {row.unit}; {row.origin}", f"# {row.name} = {_toml(row.value)}"]
    return _TEMPLATE.read_text(encoding="utf-8").replace(_THRESHOLDS, "\n".join(lines) + "\n")


def write_default(path: Path) -> None:
    """Write `default_text()`. Raises `UserError` where a file is there already or none can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make the folder of {path}: {error.strerror}") from None
    try:
        write_new(path, default_text().encode(), mode=FOR_ALL)
    except FileExistsError:
        raise UserError(f"{path} is there already: nothing was written; edit it, or move it away first") from None
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
