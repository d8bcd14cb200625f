from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from fakes.api_server import cluster_of
from fakes.loopback import Asked, Says
from workshop_tui.collectors.rights import NEEDED, RightsSource
from workshop_tui.model.kubernetes import RightAnswer
from workshop_tui.settings.settings import Settings

PAGE = Path(__file__).parents[3] / "docs/security.md"


def cluster_role() -> Counter[tuple[str, str, str]]:
    """(group, resource, verb) of every rule on the page."""
    role = PAGE.read_text(encoding="utf-8").split("```yaml")[1].split("```")[0]
    found: Counter[tuple[str, str, str]] = Counter()
    for groups, resources, verbs in re.findall(
        r"- apiGroups: \[(.*?)\]\s+resources: \[(.*?)\]\s+verbs: \[(.*?)\]", role
    ):
        for resource in resources.split(", "):
            for verb in verbs.split(", "):
                found[groups.strip('"'), resource, verb] += 1
    return found


def test_the_cluster_role_of_the_page_is_what_the_program_asks_for() -> None:
    asked = Counter((right.group, right.resource, right.verb) for right in NEEDED)
    assert cluster_role() == asked
    assert set(asked.values()) == {1}


def test_no_right_that_changes_anything_is_asked_for_and_secrets_are_optional_and_never_listed() -> None:
    assert {right.verb for right in NEEDED} <= {"get", "list", "watch"}
    assert {right.verb for right in NEEDED if right.resource == "secrets"} == {"get"}
    assert [right.resource for right in NEEDED if right.optional] == ["namespaces", "nodes/proxy", "secrets"]


def test_the_rule_of_the_page_names_each_secret() -> None:
    rule = PAGE.read_text(encoding="utf-8").split("resources: [secrets]")[1].split("```")[0]
    assert "resourceNames: [" in rule


def settings(**gateway: object) -> Settings:
    regions = [
        {"name": "ohio", "role": "control-plane", "context": "ohio", "namespaces": {"workspaces": ["coder-ws"]}},
        {"name": "oregon", "role": "proxy", "context": "ohio"},
    ]
    return Settings.model_validate(
        {"region": regions, "gateway": {"kind": "litellm", "url": "http://127.0.0.1:1", **gateway}}
    )


async def asked_of(region: int, all_settings: Settings, directory: Path) -> list[RightAnswer]:
    """What is asked of a cluster that allows nothing but Secrets of a name."""

    def answer(asked: Asked) -> Says:
        wanted = json.loads(asked.body)["spec"]["resourceAttributes"]
        return Says(201, json.dumps({"status": {"allowed": bool(wanted.get("name"))}}).encode())

    async with cluster_of(answer, directory) as (cluster, _):
        return list(await RightsSource(cluster, all_settings.region[region], all_settings).collect())


CREDENTIALS = [{"name": "B", "secret": "bedrock"}, {"name": "V", "secret": "vertex", "namespace": "vault"}]


@pytest.mark.parametrize(
    ("region", "credentials", "found"),
    [
        (0, CREDENTIALS, [("litellm", "bedrock", True), ("vault", "vertex", True)]),
        (1, CREDENTIALS, []),
        (0, [], []),
    ],
)
async def test_secrets_are_asked_for_by_name_and_only_where_the_settings_name_some(
    region: int, credentials: list[dict[str, str]], found: list[tuple[str, str, bool]], tmp_path: Path
) -> None:
    answers = await asked_of(region, settings(credential=credentials), tmp_path)
    secrets = [answer for answer in answers if answer.right.resource == "secrets"]
    assert [(answer.namespace, answer.name, answer.allowed) for answer in secrets] == found
    assert all(answer.right.resource != "secrets" or answer.name for answer in answers)


async def test_the_gateways_namespace_is_listed_where_it_runs(tmp_path: Path) -> None:
    answers = await asked_of(0, settings(), tmp_path)
    there = {(answer.right.verb, answer.right.resource) for answer in answers if answer.namespace == "litellm"}
    assert there == {("list", "pods"), ("list", "cronjobs"), ("get", "namespaces")}
    assert not any(answer.namespace == "litellm" for answer in await asked_of(1, settings(), tmp_path))
