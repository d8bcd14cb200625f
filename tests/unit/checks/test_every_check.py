"""What holds for each check, whoever writes it."""

from __future__ import annotations

import re

import pytest

from workshop_tui.checks.check import Check
from workshop_tui.checks.discover import all_checks
from workshop_tui.model import kinds
from workshop_tui.model.source import SourceKind

KNOWN = {kind.name for kind in vars(kinds).values() if isinstance(kind, SourceKind)}


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_it_says_what_why_and_how_to_mend_and_asks_what_exists(check: Check) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.id)
    assert set(check.documentation) == {"What", "Why", "Fix"}
    assert all(len(text) > 20 for text in check.documentation.values())
    assert not check.title.endswith(".")
    assert {kind.name for kind in (*check.needs, *check.helps)} <= KNOWN
    assert check.recorded == (not check.needs and not check.helps)


def test_ids_are_unique_and_stable_in_order() -> None:
    ids = [check.id for check in all_checks()]
    assert ids == sorted(set(ids))
