"""What holds for each check, whoever writes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from workshop_tui.checks.shared.check import Check, documented
from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.model import kinds
from workshop_tui.model.clock import Clock
from workshop_tui.model.facts import Facts
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import SourceKind
from workshop_tui.observing.checker import Checker
from workshop_tui.settings.settings import Settings

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


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_what_was_told_nothing_passes_nothing(check: Check) -> None:
    settings = Settings.model_validate({"region": [{"name": "ohio", "role": "control-plane"}]})
    found = list(check.judge(Facts(datetime(2026, 12, 1, tzinfo=UTC), None, {}), settings))
    assert {finding.outcome for finding in found} <= {Outcome.NOT_APPLICABLE, Outcome.UNKNOWN}
    (result,) = Checker((check,), settings, Clock(), {}).judge({}, None)
    assert result.outcome in (Outcome.NOT_APPLICABLE, Outcome.UNKNOWN)
    assert result.summary


def test_a_check_without_its_documentation_is_refused() -> None:
    with pytest.raises(ValueError, match="has no Why"):
        documented("Title.\n\nWhat: it looks at something.\n\nFix: mend it.")
    with pytest.raises(ValueError, match="has no What, Why, Fix"):
        documented(None)
