"""Which commands the program itself may carry out, and that it writes them as it reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.model.platform_action import ActionPlan, PlatformAction, Scale, Suspend, action_of_command

NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?", fullmatch=True)
WRITES: st.SearchStrategy[PlatformAction] = st.one_of(
    st.builds(Scale, NAMES, NAMES, st.sampled_from(["deployments", "statefulsets"]), NAMES, st.integers(0, 1000)),
    st.builds(Suspend, NAMES, NAMES, NAMES, st.booleans()),
)


@given(WRITES)
def test_an_action_reads_as_it_is_written(action: PlatformAction) -> None:
    assert action_of_command(action.command) == action


@pytest.mark.parametrize(
    ("command", "action"),
    [
        (
            "kubectl --context us-east-2 -n litellm scale deploy/litellm-key-rotator --replicas=0",
            Scale("us-east-2", "litellm", "deployments", "litellm-key-rotator", 0),
        ),
        (
            "kubectl --context eu -n coder-ws scale statefulset/coder-provisioner --replicas=8",
            Scale("eu", "coder-ws", "statefulsets", "coder-provisioner", 8),
        ),
        (
            """kubectl --context eu -n litellm patch cronjob rotate -p '{"spec":{"suspend":true}}'""",
            Suspend("eu", "litellm", "rotate", suspended=True),
        ),
    ],
)
def test_the_commands_of_findings_are_understood(command: str, action: PlatformAction) -> None:
    assert action_of_command(command) == action


@pytest.mark.parametrize(
    "command",
    [
        None,
        "",
        "kubectl scale deployment/coder --replicas=8",
        "kubectl --context eu -n coder scale deployment/NAME --replicas=many",
        "kubectl --context eu -n coder scale daemonset/x --replicas=1",
        "kubectl --context eu -n coder scale deployment/x --replicas=100000",
        "kubectl --context eu -n coder scale deployment/x --replicas=8 && rm -r /",
        "kubectl --context eu -n coder scale deployment/x --replicas=8; true",
        """kubectl --context eu -n a patch cronjob b -p '{"spec":{"schedule":"@daily"}}'""",
        "kubectl --context eu -n coder rollout restart deployment/coder",
        "coder delete wt-smoke-1 --yes",
        "it's",
    ],
)
def test_nothing_else_is_carried_out(command: str | None) -> None:
    assert action_of_command(command) is None


@pytest.mark.parametrize(
    ("action", "inverse", "lines"),
    [
        (
            Scale("eu", "coder", "deployments", "coder", 8),
            Scale("eu", "coder", "deployments", "coder", 6),
            (
                "Target: deployment coder/coder in eu",
                "Now:    as found",
                "Effect: scales it to 8",
                "Undo:   kubectl --context eu -n coder scale deployment/coder --replicas=6",
            ),
        ),
        (
            Suspend("eu", "litellm", "rotate", suspended=True),
            Suspend("eu", "litellm", "rotate", suspended=False),
            (
                "Target: cronjob litellm/rotate in eu",
                "Now:    as found",
                "Effect: suspends it: it starts no run",
                "Undo:   kubectl --context eu -n litellm patch cronjob rotate -p "
                """'{"spec":{"suspend":false}}'""",
            ),
        ),
    ],
)
def test_a_person_is_told_the_target_the_effect_and_the_way_back(
    action: PlatformAction, inverse: PlatformAction, lines: tuple[str, ...]
) -> None:
    assert ActionPlan(action, inverse, "as found", "1").lines == lines
    assert ActionPlan(action, inverse, "as found", "1").changes_something
    assert not ActionPlan(action, action, "as found", "1").changes_something
    assert Suspend("eu", "litellm", "rotate", suspended=False).effect == "lets it run by its schedule"
