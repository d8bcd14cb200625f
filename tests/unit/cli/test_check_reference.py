from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from workshop_tui.cli import workshop_tui

PAGE = Path(__file__).parents[3] / "docs/checks.md"


def test_the_page_of_checks_is_what_the_checks_say() -> None:
    printed = CliRunner().invoke(workshop_tui, ["guide", "--checks"])
    assert printed.exit_code == 0
    assert printed.output == PAGE.read_text(encoding="utf-8"), "renew it: workshop-tui guide --checks > docs/checks.md"
