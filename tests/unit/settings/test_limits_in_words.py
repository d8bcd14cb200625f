from __future__ import annotations

from pathlib import Path

import pytest

from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.cli.check_reference import check_reference
from workshop_tui.errors import UserError
from workshop_tui.guide.loader import load_guide
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.settings.thresholds import Thresholds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("under {thresholds.storage_before_share} used", "under 60 % used"),
        ("{thresholds.restart_failure_share}", "2 %"),
        ("{thresholds.storage_live_shares}", "70, 85 and 95 %"),
        ("{thresholds.gateway_key_days}, {thresholds.gateway_key_warn_days}", "7 days, 3 and 1 days"),
        ("{thresholds.start_time_s}, {thresholds.image_pull_p95_s}", "2 minutes, 1 minute"),
        ("{thresholds.route_latency_s}", "0.5 seconds"),
        ("{peak_cpu} ${thresholds} {{x}}", "{peak_cpu} ${thresholds} {{x}}"),
    ],
)
def test_a_limit_is_said_with_its_unit(text: str, said: str) -> None:
    assert Thresholds().fill(text) == said


@pytest.mark.parametrize("name", ["storage", "provisioners", "model_config", "fill"])
def test_a_text_that_names_no_limit_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=name):
        Thresholds().fill(f"{{thresholds.{name}}}")
    guide = tmp_path / "guide.toml"
    guide.write_text(f'extends = "default"\n[[metric]]\nid = "completion"\ntarget = "{{thresholds.{name}}}"\n')
    with pytest.raises(UserError, match=rf"guide\.toml: \{{thresholds\.{name}\}}: expected the name of one limit"):
        load_guide(guide)


def test_the_teams_limit_stands_in_the_guide_the_help_and_the_reference_of_checks() -> None:
    limits = Thresholds(storage_before_share=0.555, restart_failure_share=0.03)
    guide = load_guide(None, limits)
    details = [detail.text for item in guide.items for detail in item.details]
    assert "Every node of every region is under 55.5 % used" in details
    assert {metric.id: metric.target for metric in guide.metrics}["restart-failure-rate"] == "under 3 %"
    assert any("| under 3 % | {failure_rate} |" in section.template for section in guide.retrospective)
    why = {measure.id: limits.fill(measure.why) for measure in all_measures()}
    assert "under 55.5 %" in why["node-storage"]
    assert "under 3 %" in why["builds-failed"]
    reference = check_reference(all_checks(), guide, limits)
    assert "the limit (55.5 %)" in reference
    assert "{thresholds." not in reference
