"""TOML files that people write: reading one, and saying what is wrong with it."""

from __future__ import annotations

import json
import re
import tomllib
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ValidationError, ValidationInfo

from workshop_tui.errors import UserError

MOST_PROBLEMS = 10
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,60}")

Location = tuple[int | str, ...]

_EXPECTED = {
    "string_type": "expected text in quotes",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "tuple_type": "expected a list in [ ]",
    "model_type": "expected a table",
    "dict_type": "expected a table",
    "finite_number": "expected a finite number",
    "url_type": "expected an address like https://host",
    "url_parsing": "expected an address like https://host",
    "url_scheme": "expected an address that begins with https:// or http://",
}


def _from_the_file(text: str, info: ValidationInfo) -> str:
    directory = (info.context or {}).get("directory")
    return text if directory is None else absolute(text, directory)


PathText = Annotated[str, AfterValidator(_from_the_file)]
"""A path that counts from the folder of the file that it is written in: the validation context's `directory`."""


def absolute(text: str, directory: Path) -> str:
    """`~` is the home; anything not absolute counts from `directory`."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ValueError("expected a path: nobody has the home that it names") from None
    return str(directory / path)


def read_toml(path: Path) -> dict[str, Any]:
    """Raises `UserError` for a file that is missing, unreadable or not TOML, with line and column."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{path}: expected UTF-8 text; line {line} is not") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: not TOML: {error}") from None
    except RecursionError:
        raise UserError(f"{path}: not TOML that we can read: nested too deeply") from None


def wrong(problems: Sequence[str]) -> UserError:
    """One line for each problem, ten at most."""
    more = len(problems) - MOST_PROBLEMS
    return UserError("\n".join([*problems[:MOST_PROBLEMS], *([f"and {more} more problems"] if more > 0 else [])]))


def problems_of(error: ValidationError, model: type[BaseModel], place: Callable[[Location], str]) -> list[str]:
    """A line for each error: where it is, as `place` says, and what was expected; never the value."""
    lines = []
    for detail in error.errors(include_url=False, include_input=False):
        location = tuple(part for part in detail["loc"] if part != "[key]")
        kind, message = detail["type"], detail["msg"]
        if kind == "extra_forbidden":
            known = _keys(model, location[:-1])
            lines.append(f"{place(location)}: unknown key{suggestion(str(location[-1]), known)}")
        elif kind == "missing":
            lines.append(f"{place(location)} is missing")
        else:
            lines.append(f"{place(location)}: {_EXPECTED.get(kind) or _in_our_words(message)}")
    return lines


def key_path(location: Location, document: object, places: Mapping[int, int | None] | None = None) -> str:
    """`region[2] "oregon".role`; entries of a list count from 1, and carry their `name` or `id`.

    `places` says for the entries of the first list where they stand in the file; None for one that is not in it.
    """
    said = ""
    for part in location:
        inside = document
        if isinstance(part, int):
            at = (places or {}).get(part, part)
            said += "" if at is None else f"[{at + 1}]"
            places = None
            document = inside[part] if isinstance(inside, Sequence) and part < len(inside) else None
            label = _label(document)
            said += f' "{label}"' if label else ""
        else:
            key = part if _BARE_KEY.fullmatch(part) else json.dumps(part)
            said += f".{key}" if said else key
            document = inside.get(part) if isinstance(inside, Mapping) else None
    return said


def suggestion(word: str, known: Collection[str]) -> str:
    """`; did you mean "x"?`, or the known words where there are few, or nothing."""
    import difflib  # noqa: PLC0415  # only for a file that is wrong

    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; expected one of {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""


def _label(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return ""
    named = (entry.get(key) for key in ("name", "id"))
    return next((name for name in named if isinstance(name, str) and _LABEL.fullmatch(name)), "")


def _in_our_words(message: str) -> str:
    message = message.removeprefix("Value error, ")
    if message.startswith(("Input should be greater", "Input should be less")):
        return message.replace("Input should be", "expected a number")
    return message.replace("Input should", "expected to").replace("expected to be", "expected")


def _keys(model: type[BaseModel], location: Location) -> set[str]:
    """The keys that a table at this place may have."""
    here: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, int) or here is None:
            continue
        field = next((f for name, f in here.model_fields.items() if part in (name, f.alias)), None)
        here = _model_in(field.annotation) if field else None
    return {field.alias or name for name, field in here.model_fields.items()} if here else set()


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts: Iterable[object] = typing.get_args(annotation)
    return next((found for part in parts if (found := _model_in(part))), None)
