from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from workshop_tui.collectors.rights import NEEDED

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


def test_no_right_to_secrets_and_none_that_changes_anything_is_asked_for() -> None:
    assert {right.verb for right in NEEDED} <= {"get", "list", "watch"}
    assert "secrets" not in {right.resource for right in NEEDED}
    assert [right.resource for right in NEEDED if right.optional] == ["nodes/proxy"]
