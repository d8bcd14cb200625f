"""docs/architecture.md draws the tree that is there, and the layers that are proved."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import workshop_tui

PACKAGE = Path(workshop_tui.__file__).parent
ROOT = PACKAGE.parents[1]


def test_the_drawn_tree_names_each_folder_and_module_of_the_package_and_no_other() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = text[text.index("    src/workshop_tui/\n") : text.index("    src/workshop_rehearsal/\n")]
    named = set(re.findall(r"^ {6}([a-z_]+(?:/|\.py)) ", drawn, re.MULTILINE))
    folders = {f"{path.name}/" for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    modules = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert named == folders | modules


def test_the_drawn_layers_are_those_that_the_import_contract_proves() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = re.search(r"^    cli\n(?:    .+\n)+", text, re.MULTILINE)
    assert drawn is not None
    with open(ROOT / "pyproject.toml", "rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert [line.strip() for line in drawn.group().splitlines()] == [one for one in layers if one != "__main__"]


def test_no_module_of_the_product_is_named_like_a_test_and_none_is_long() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    assert [path for path in modules if re.fullmatch(r"test_.*|.*_test\.py", path.name)] == []
    assert [path for path in modules if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []
