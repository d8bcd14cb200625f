"""The command line against the rehearsal platform, each as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = [sys.executable, "-m", "workshop_tui"]
CAUSES = {
    "storage-under-limit",
    "images-match-across-regions",
    "gateway-key-outlives-workshop",
    "window-is-quiet",
    "provisioners-suffice",
    "routes-answer-in-every-region",
}
FINE_IN_BOTH = {"sign-in-offered", "people-can-sign-in", "targets-exist", "clocks-agree", "credits-leave-room"}


@contextmanager
def platform(scenario: str, directory: Path) -> Iterator[Path]:
    """The settings of a platform that runs two days before its workshop."""
    settings = directory / "settings.toml"
    process = subprocess.Popen(
        [*PROGRAM, "platform", "--scenario", scenario, "--write-config", str(settings)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline_s = time.monotonic() + 60
        while not settings.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        yield settings
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def september(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with platform("september-2024", tmp_path_factory.mktemp("september")) as settings:
        yield settings


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with platform("calm", tmp_path_factory.mktemp("calm")) as settings:
        yield settings


def run(settings: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """On a database that is not there."""
    options = ["--config", str(settings), "--db", str(settings.with_name("none.db"))]
    return subprocess.run(
        [*PROGRAM, *options, *words], capture_output=True, text=True, timeout=100, check=False, env=dict(os.environ)
    )


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["outcome"] for check in document["checks"]}


pytestmark = pytest.mark.xdist_group("check command")


def test_all_causes_of_september_are_failed_two_days_before_with_what_to_do(september: Path) -> None:
    done = run(september, "check", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["outcome"], done.stderr) == (1, "fail", "")
    found = outcomes(document)
    assert {check_id for check_id in CAUSES if found[check_id] == "fail"} == CAUSES
    assert {found[check_id] for check_id in FINE_IN_BOTH} == {"pass"}
    assert "unknown" not in found.values()
    for check in document["checks"]:
        if check["id"] in CAUSES:
            failed = [finding for finding in check["findings"] if finding["outcome"] == "fail"]
            assert all(finding["remedy"] and finding["remedy"]["text"] for finding in failed), check["id"]


def test_a_calm_platform_fails_nothing_and_exits_0(calm: Path) -> None:
    done = run(calm, "check", "--json")
    found = outcomes(json.loads(done.stdout))
    assert (done.returncode, done.stderr) == (0, "")
    assert {check_id for check_id in CAUSES | FINE_IN_BOTH if found[check_id] == "pass"} == CAUSES | FINE_IN_BOTH
    assert not {"fail", "unknown"} & set(found.values())


def test_people_read_what_failed_and_the_command_that_mends_it(september: Path) -> None:
    done = run(september, "check", "provisioners-suffice")
    assert done.returncode == 1
    assert "6 connected, 8 needed" in done.stdout
    assert "$ kubectl --context us-east-2 -n coder scale" in done.stdout
    assert "1 checks: 1 failed" in done.stdout


def test_one_region_an_item_or_a_phase_can_be_asked_alone(september: Path) -> None:
    ohio = run(september, "check", "routes-answer-in-every-region", "--region", "us-east-2")
    assert ohio.returncode == 2
    assert "us-east-2" in ohio.stderr
    assert "ohio" in ohio.stderr
    assert run(september, "check", "routes-answer-in-every-region", "--region", "ohio").returncode == 0
    item = json.loads(run(september, "check", "image-consistency", "--json").stdout)
    assert "images-match-across-regions" in outcomes(item)
    assert "provisioners-suffice" not in outcomes(item)
    phase = json.loads(run(september, "check", "--phase", "T-24h", "--json").stdout)
    assert set(outcomes(phase)) == {"reminder-sent"}


@pytest.mark.parametrize("words", [("check", "no-such-check"), ("check", "--phase", "T-9d"), ("export", "nothing")])
def test_an_unknown_name_is_one_line_and_exit_2(september: Path, words: tuple[str, ...]) -> None:
    done = run(september, *words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("workshop-tui: ")


def test_a_region_with_a_wrong_context_is_unknown_and_the_others_are_judged(september: Path, tmp_path: Path) -> None:
    text = september.read_text().replace('context = "eu-west-2"', 'context = "nowhere"')
    settings = september.with_name(f"{tmp_path.name}.toml")
    settings.write_text(text)
    done = run(settings, "check", "storage-under-limit", "--json")
    (check,) = json.loads(done.stdout)["checks"]
    by_region = {finding["region"]: finding["outcome"] for finding in check["findings"] if finding["outcome"] != "pass"}
    assert by_region == {"ohio": "fail", "london": "unknown"}
    assert "nowhere" in " ".join(finding["message"] for finding in check["findings"])


def test_what_the_settings_name_wrongly_is_listed_in_one_place(calm: Path, tmp_path: Path) -> None:
    text = calm.read_text().replace('context = "eu-west-2"', 'context = "nowhere"')
    text = text.replace('template = "build-from-scratch-goose"', 'template = "goose"', 1)
    text = text.replace('test_account = "workshop-guest"', 'test_account = "nobody"\norganization = "gone"')
    text = text.replace('domain = "oregon-proxy.ai.', 'domain = "oregon-proxy.no.')
    settings = calm.with_name(f"{tmp_path.name}.toml")
    settings.write_text(text)
    done = run(settings, "check", "targets-exist", "people-can-sign-in", "--json")
    by_id = {check["id"]: check["findings"] for check in json.loads(done.stdout)["checks"]}
    told = {finding["region"]: (finding["outcome"], finding["message"]) for finding in by_id["targets-exist"]}
    assert told["ohio"] == ("pass", "12 of 12 are there")
    assert told["oregon"] == ("fail", "1 of 9 missing: domain = oregon-proxy.no.rehearsal.test")
    assert told["london"] == ("fail", "1 of 9 missing: context = nowhere")
    assert told[None] == (
        "fail",
        "2 of 3 missing: sign_in.organization = gone, smoke.target.template = goose",
    )
    assert [finding["message"] for finding in by_id["people-can-sign-in"]] == ["Coder shows no organisation gone"]


def test_who_registered_and_has_no_account_is_named_without_an_address(calm: Path, tmp_path: Path) -> None:
    command = [*PROGRAM, "--config", str(calm), "--db", str(tmp_path / "people.db")]

    def told(*words: str) -> str:
        done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=100, check=False)
        assert done.stderr == ""
        return done.stdout

    told("workshops", "new", "December", "--start", "2099-12-03 16:00")
    told("workshops", "add-person", "December", "--name", "Ana", "--github", "ANA")
    told("workshops", "add-person", "December", "--name", "Never Seen", "--email", "never@seen.test")
    found = told("check", "people-can-sign-in", "--json")
    (check,) = json.loads(found)["checks"]
    assert check["outcome"] == "warn"
    assert "of 2: 1 no account yet" in [finding["message"] for finding in check["findings"]]
    assert "Never Seen" in found
    assert "seen.test" not in found


def test_doctor_says_how_each_source_stands(calm: Path) -> None:
    done = run(calm, "doctor")
    assert done.returncode == 0, done.stdout
    for said in ("settings", "guide", "pods", "gateway-key", "routes", "store"):
        assert said in done.stdout


def test_the_hazards_of_september_are_drawn(september: Path) -> None:
    done = run(september, "hazards")
    assert done.returncode == 1
    assert "gateway key rotates" in done.stdout
    assert "✗" in done.stdout
