from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from workshop_tui.cli import workshop_tui
from workshop_tui.errors import UserError

GATEWAY = '[gateway]\nkind = "litellm"\nurl = "http://127.0.0.1:1"\nkey = { env = "NO_SUCH_KEY" }\n'


def run(directory: Path, text: str, *arguments: str) -> Result:
    settings = directory / "settings.toml"
    settings.write_text(text)
    given = ["alert-rules", "--config", str(settings), *arguments]
    return CliRunner().invoke(workshop_tui, given, standalone_mode=False)


def test_all_rules_are_printed_without_asking_anybody(tmp_path: Path) -> None:
    done = run(tmp_path, GATEWAY, "--all")
    assert done.return_value == 0
    assert len(yaml.safe_load(done.stdout)["groups"]) == 3


def test_a_danger_without_a_rule_is_told_beside_the_others(tmp_path: Path) -> None:
    done = run(tmp_path, "", "--all", "--operator", "--namespace", "m")
    assert done.return_value == 1
    assert done.stderr == "no rule for key expiry is known here: write it, or leave it out of prometheus.alert\n"
    assert [one["metadata"]["namespace"] for one in yaml.safe_load_all(done.stdout)] == ["m", "m"]


@pytest.mark.parametrize(
    ("text", "arguments", "told"),
    [
        (GATEWAY, ["--operator", "--all"], "give --namespace or set prometheus.rules_namespace"),
        (GATEWAY, [], "no Prometheus is configured: set prometheus.url; --all prints every rule without asking"),
        ("", ["--key-metric", "key.prom"], "no gateway with keys that end is configured"),
        (GATEWAY, ["--key-metric", "nowhere/key.prom"], ""),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_line(tmp_path: Path, text: str, arguments: list[str], told: str) -> None:
    done = run(tmp_path, text, *arguments)
    if told:
        assert isinstance(done.exception, UserError)
        assert told in str(done.exception)
    else:
        assert done.return_value == 1


def test_a_key_that_cannot_be_read_takes_the_metric_away(tmp_path: Path) -> None:
    file = tmp_path / "key.prom"
    file.write_text("workshop_gateway_key_expires_timestamp_seconds 1\n")
    done = run(tmp_path, GATEWAY, "--key-metric", str(file))
    assert done.return_value == 1
    assert done.stderr.endswith(f"{file} is removed\n")
    assert not file.exists()
