"""Nodes as bars, workspaces as rows, and one workspace in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.coder import Agent, Workspace
from workshop_tui.model.kubernetes import ImagePull, PodFailure
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.region_detail import NodeView, WorkspaceView, unproven
from workshop_tui.present.cell import Tone
from workshop_tui.present.layout import GAP, column_widths
from workshop_tui.present.nodes import COLUMNS as NODE_COLUMNS
from workshop_tui.present.nodes import bar, node_rows, short_name
from workshop_tui.present.nodes import heading as node_heading
from workshop_tui.present.region import count_words, where_line
from workshop_tui.present.workspaces import COLUMNS as WORKSPACE_COLUMNS
from workshop_tui.present.workspaces import heading as workspace_heading
from workshop_tui.present.workspaces import key_of, workspace_lines, workspace_rows

NODE = NodeView(
    "ip-10-0-1-7.us-east-2.compute.internal",
    "coder-workspace",
    True,
    False,
    False,
    100 * 2**30,
    9 * 2**30,
    NOON,
    timedelta(minutes=14),
    Outcome.FAIL,
    4,
    8,
    16,
    0,
    None,
)
ANA = WorkspaceView(
    "ana", "goose", "n1", "coder-ws", "ws-ana", "scratch", "restarted", Outcome.FAIL, NOON, 2, "OOMKilled"
)


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "    "), (1, "████"), (0.5, "██  "), (0.53, "██▏ "), (None, "    "), (7, "████"), (-1, "    ")],
)
def test_a_bar_is_as_long_as_the_share(share: float | None, shown: str) -> None:
    assert bar(share, 4) == shown


def test_a_node_shows_its_share_when_it_is_full_and_who_is_there() -> None:
    (row,) = node_rows([NODE], NOON + timedelta(seconds=8))
    texts = [cell.text for cell in row.cells]
    assert texts[0] == "✗ ip-10-0-1-7"
    assert texts[1].endswith(" 91 %")
    assert texts[2:9] == ["14 min", "9.0 GiB", "4", "50 %", "?", "coder-workspace", "8 s"]


def test_what_is_wrong_with_a_node_stands_before_its_name_and_its_disk_is_not_blamed() -> None:
    wrong = replace(NODE, ready=False, disk_pressure=True, unschedulable=True)
    (row,) = node_rows([wrong], NOON)
    assert row.cells[0].text == "✗ not ready DiskPressure ip-10-0-1-7 cordoned"
    assert {piece.tone for piece in row.cells[1].pieces} == {Tone.PLAIN}


def test_a_node_whose_data_is_too_old_shows_what_was_known_and_never_green() -> None:
    old = replace(NODE, available_bytes=60 * 2**30, outcome=Outcome.UNKNOWN)
    (row,) = node_rows([old], NOON)
    assert row.cells[0].text.startswith("? ")
    assert row.cells[1].text.endswith(" 40 %")
    assert Tone.PASS not in {piece.tone for one in row.cells for piece in one.pieces}


@pytest.mark.parametrize("width", [77, 84, 87, 98, 104, 109, 117, 124, 127, 150])
def test_names_and_reasons_have_room_at_every_width(width: int) -> None:
    assert column_widths(NODE_COLUMNS, width)[0] >= len("✗ DiskPressure ip-10-0-123-234")
    *_, why = column_widths(WORKSPACE_COLUMNS, width)
    assert why >= 18
    for columns in (NODE_COLUMNS, WORKSPACE_COLUMNS):
        shown = [one for one in column_widths(columns, width) if one]
        assert sum(shown) + GAP * (len(shown) - 1) == width
    for head, columns in ((node_heading(), NODE_COLUMNS), (workspace_heading(), WORKSPACE_COLUMNS)):
        assert all(len(one.text) <= column.width for one, column in zip(head.cells, columns, strict=True))


def test_a_node_that_does_not_tell_is_unknown_and_never_an_empty_bar() -> None:
    silent = replace(NODE, capacity_bytes=None, available_bytes=None, outcome=Outcome.UNKNOWN, full_in=None)
    (row,) = node_rows([silent], NOON)
    assert row.cells[1].text == "? does not tell"


@pytest.mark.parametrize(("name", "short"), [("node-1", "node-1"), ("10.0.0.7", "10.0.0.7"), ("a.b.c", "a")])
def test_names_lose_the_domain_that_all_share_but_addresses_stay(name: str, short: str) -> None:
    assert short_name(name) == short


def test_rows_can_be_filtered_by_person_state_or_node() -> None:
    bo = replace(ANA, owner="bo", state="ready", outcome=Outcome.PASS, restarts=0, reason="")
    assert [row.cells[1].text for row in workspace_rows([ANA, bo], NOON, ("restarted",))] == ["ana"]
    assert workspace_rows([ANA], NOON)[0].cells[7].text == "2 restarts: OOMKilled"


def test_a_workspace_keeps_its_row_when_its_pod_is_replaced() -> None:
    assert key_of(ANA) == key_of(replace(ANA, pod="ws-ana-2"))
    assert key_of(replace(ANA, owner="", name="")) == "ws-ana"


def test_one_workspace_tells_each_stage_of_its_build_and_what_events_said() -> None:
    coder = Workspace(
        "1",
        "goose",
        "ana",
        "coder",
        "scratch",
        "starting",
        "start",
        created_at=NOON,
        job_started_at=NOON + timedelta(seconds=50),
        job_completed_at=NOON + timedelta(seconds=90),
        agents=(Agent("main", "connecting"),),
    )
    told = [
        ImagePull("coder-ws", "ws-ana", "goose:1", 31, NOON),
        PodFailure("coder-ws", "ws-ana", "Evicted", "disk", NOON),
    ]
    lines = [line.text for line in workspace_lines(ANA, coder, told, NOON + timedelta(seconds=100), "UTC")]
    text = "\n".join(lines)
    assert "queued          50 s" in text
    assert "provisioning    40 s" in text
    assert "agent connects  for 10 s" in text
    assert "start-up script not yet" in text
    assert "pulled goose:1 in 31 s" in text
    assert "Evicted: disk" in text


def test_a_workspace_that_coder_does_not_tell_of_says_so() -> None:
    lines = [line.text for line in workspace_lines(ANA, None, [], NOON, "UTC")]
    assert "  ? Coder's side of it: not known here" in lines
    assert lines[-1] == "  none that tells anything"


def test_what_a_recording_does_not_hold_of_a_workspace_is_not_said_to_be_nothing() -> None:
    lines = [line.text for line in workspace_lines(ANA, None, None, NOON, "UTC", "not recorded")]
    assert "  ? Coder's side of it: not recorded" in lines
    assert lines[-1] == "  ? not recorded"


def test_a_workspace_that_is_not_there_any_more_says_so_instead_of_its_state() -> None:
    ready = replace(ANA, state="ready", outcome=Outcome.PASS, restarts=0, reason="")
    first = workspace_lines(ready, None, [], NOON + timedelta(seconds=8), "UTC", last_seen_at=NOON)[0].text
    assert first == "– is gone; last seen 12:00:00, 8 s ago"
    silent = workspace_lines(ready, None, [], NOON, "UTC", unknown=["pods: no answer"], last_seen_at=NOON)[0].text
    assert silent == "? is not seen now; last seen 12:00:00; pods: no answer"
    earlier = workspace_lines(ready, None, [], NOON - timedelta(seconds=8), "UTC", last_seen_at=NOON)[0].text
    assert earlier == "– is not there yet; last seen 12:00:00"


def test_a_workspace_of_which_nothing_new_is_known_tells_why() -> None:
    old = replace(ANA, state="ready", outcome=Outcome.UNKNOWN, restarts=0, reason="")
    lines = workspace_lines(old, None, [], NOON, "UTC", unknown=["pods: no answer"])
    assert lines[0].text == "? ready  pods: no answer"


def test_the_line_above_the_rows_keeps_what_is_shown_and_tells_each_reason_once() -> None:
    unknown = ("nodes: no answer", "pods: no answer", "Coder workspaces: forbidden", "nothing was recorded for 9 min")
    assert where_line("ohio · 3 nodes", unknown).text == (
        "ohio · 3 nodes · ? nodes, pods: no answer; Coder workspaces: forbidden; nothing was recorded for 9 min"
    )
    assert where_line("ohio · 3 nodes", ()).text == "ohio · 3 nodes"


def test_only_what_is_known_to_be_bad_needs_eyes_in_the_counts() -> None:
    outcomes = [Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN, Outcome.PASS]
    assert count_words(outcomes, "node") == "4 nodes, 2 need eyes"
    assert count_words(outcomes[:1], "node") == "1 node, 1 needs eyes"


def test_a_start_that_waits_tells_its_place_and_what_waits_elsewhere_tells_none() -> None:
    coder = Workspace(
        "1", "goose", "ana", "coder", "scratch", "pending", "start", created_at=NOON, queue_position=3, queue_size=9
    )
    now = NOON + timedelta(seconds=20)
    texts = [line.text for line in workspace_lines(ANA, coder, [], now, "UTC")]
    assert "  queued          for 20 s, 3 of 9" in texts
    assert "  provisioning    not yet" in texts
    building = replace(coder, status="starting", job_started_at=NOON)
    texts = [line.text for line in workspace_lines(ANA, building, [], now, "UTC")]
    assert "  provisioning    for 20 s" in texts
    untold = replace(building, created_at=None, job_error="terraform says no")
    texts = [line.text for line in workspace_lines(ANA, untold, [], now, "UTC")]
    assert "  queued          not told" in texts
    assert "  terraform says no" in texts


@pytest.mark.parametrize(
    ("full_in", "said", "tone"),
    [
        (None, "", None),
        (timedelta(minutes=30), "30 min", Tone.FAIL),
        (timedelta(minutes=31), "31 min", Tone.PLAIN),
        (timedelta(minutes=119), "119 min", Tone.PLAIN),
        (timedelta(hours=2), "2 h", Tone.PLAIN),
        (timedelta(hours=24), "24 h", Tone.PLAIN),
        (timedelta(hours=24, minutes=1), "> 1 d", Tone.MUTED),
    ],
)
def test_the_time_until_a_node_is_full_alarms_in_the_last_half_hour(
    full_in: timedelta | None, said: str, tone: Tone | None
) -> None:
    (row,) = node_rows([replace(NODE, full_in=full_in)], NOON)
    assert [(piece.text, piece.tone) for piece in row.cells[2].pieces] == ([(said, tone)] if said else [])


@pytest.mark.parametrize(("asked", "tone"), [(15.1, Tone.PLAIN), (15.2, Tone.WARN), (16, Tone.WARN)])
def test_a_node_that_is_nearly_all_asked_for_warns(asked: float, tone: Tone) -> None:
    (row,) = node_rows([replace(NODE, cpu_requested_cores=asked)], NOON)
    assert row.cells[5].pieces[0].tone is tone


def test_nodes_are_filtered_by_all_words() -> None:
    assert node_rows([NODE], NOON, ("10-0-1", "workspace")) != []
    assert node_rows([NODE], NOON, ("10-0-1", "system")) == []


@pytest.mark.parametrize("outcome", Outcome)
def test_of_what_is_only_the_last_known_nothing_stays_green(outcome: Outcome) -> None:
    old = replace(NODE, outcome=outcome)
    assert unproven(old).outcome is (Outcome.UNKNOWN if outcome is Outcome.PASS else outcome)
