from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.alerting.alert_state import AlertChange, AlertStateMachine, Changed, Cleared, Raised, may_raise
from workshop_tui.alerting.incident import first_note, severity_of, title_of
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.alert import Alert, AlertKey
from workshop_tui.model.incident import Severity
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.people import people_words
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.thresholds import Thresholds

NOW = datetime(2026, 12, 3, 14, 20, tzinfo=UTC)
PASS, WARN, FAIL, UNKNOWN, NONE = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE
HOLD_S, CLEAR_S = 10.0, 30.0
RULE = AlertRule("routing-fails", HOLD_S, CLEAR_S)


def measure(rule: AlertRule | None = RULE) -> Measure:
    never = MeasureValue("routes", None, None, UNKNOWN, None)
    return Measure("routes", "Routes", Unit.SHARE, "", (), lambda *_: never, alert=rule)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def value(
    outcome: Outcome, share: float | None = 0.71, detail: str = "404", people: tuple[str, ...] = (), of: int = 0
) -> MeasureValue:
    return MeasureValue("routes", "london", share, outcome, NOW, detail, people, of)


@dataclass
class Room:
    watch: AlertStateMachine
    raises: bool = True
    changes: list[tuple[float, AlertChange]] = field(default_factory=list)

    def see(self, seconds: float, said: MeasureValue | Outcome | None) -> list[AlertChange]:
        values = [] if said is None else [value(said) if isinstance(said, Outcome) else said]
        found = self.watch.see(values, at(seconds), raises=self.raises)
        self.changes += [(seconds, change) for change in found]
        return found

    @property
    def told(self) -> list[tuple[float, str]]:
        return [(seconds, type(change).__name__.lower()) for seconds, change in self.changes]


@pytest.fixture
def room() -> Room:
    return Room(AlertStateMachine([measure()]))


SEQUENCES: dict[str, tuple[list[tuple[float, Outcome | None]], list[tuple[float, str]]]] = {
    "a good value raises nothing": ([(0, PASS), (60, PASS)], []),
    "a value that is bad for too short raises nothing": ([(0, FAIL), (9, PASS), (60, FAIL), (69, NONE)], []),
    "bad for long enough raises": ([(0, FAIL), (9.9, FAIL), (10, FAIL)], [(10, "raised")]),
    "a warning becoming a failure is bad all the time": ([(0, WARN), (10, FAIL)], [(10, "raised")]),
    "time alone raises": ([(0, FAIL), (10, None)], [(10, "raised")]),
    "what stays bad is raised once": ([(0, FAIL), (10, FAIL), (20, FAIL), (500, FAIL)], [(10, "raised")]),
    "good for long enough clears": (
        [(0, FAIL), (10, FAIL), (20, PASS), (49, PASS), (50, PASS)],
        [(10, "raised"), (50, "cleared")],
    ),
    "time alone clears": ([(0, FAIL), (10, FAIL), (20, PASS), (50, None)], [(10, "raised"), (50, "cleared")]),
    "nothing to measure is good": ([(0, FAIL), (10, FAIL), (20, NONE), (50, NONE)], [(10, "raised"), (50, "cleared")]),
    "a flapping value raises once and stays": (
        [(0, FAIL), (10, FAIL), *((seconds, (PASS, FAIL)[seconds // 5 % 2]) for seconds in range(15, 300, 5))],
        [(10, "raised")],
    ),
    "a short recovery does not clear": ([(0, FAIL), (10, FAIL), (20, PASS), (45, FAIL), (60, PASS)], [(10, "raised")]),
    "unknown raises nothing": ([(0, UNKNOWN), (10, UNKNOWN), (500, UNKNOWN)], []),
    "unknown does not raise what was bad, and does not excuse it": (
        [(0, FAIL), (5, UNKNOWN), (20, UNKNOWN), (25, FAIL)],
        [(25, "raised")],
    ),
    "unknown clears nothing, and the time of good begins anew": (
        [(0, FAIL), (10, FAIL), (20, PASS), (45, UNKNOWN), (60, PASS), (89, PASS), (90, PASS)],
        [(10, "raised"), (45, "changed"), (90, "cleared")],
    ),
    "missing data is said once": (
        [(0, FAIL), (10, FAIL), (20, UNKNOWN), (40, UNKNOWN), (60, UNKNOWN)],
        [(10, "raised"), (20, "changed")],
    ),
    "a worse outcome is told at once, a milder one never": (
        [(0, WARN), (10, WARN), (11, FAIL), (30, WARN), (50, FAIL)],
        [(10, "raised"), (11, "changed")],
    ),
    "a clock that is set back does not keep it from being raised": (
        [(1000, FAIL), (0, FAIL), (9, FAIL), (10, FAIL)],
        [(10, "raised")],
    ),
    "nor from being cleared": (
        [(0, FAIL), (10, FAIL), (1000, PASS), (20, PASS), (49, PASS), (50, PASS)],
        [(10, "raised"), (50, "cleared")],
    ),
    "what comes again is another alert": (
        [(0, FAIL), (10, FAIL), (20, PASS), (50, PASS), (51, FAIL), (61, FAIL)],
        [(10, "raised"), (50, "cleared"), (61, "raised")],
    ),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_hysteresis(room: Room, name: str) -> None:
    values, changes = SEQUENCES[name]
    for seconds, outcome in values:
        room.see(seconds, outcome)
    assert room.told == changes


def test_an_alert_says_number_detail_people_and_case(room: Room) -> None:
    room.see(0, value(FAIL))
    (raised,) = room.see(10, value(FAIL, people=("ana", "bo"), of=18))
    assert isinstance(raised, Raised)
    state = raised.state
    assert (str(state.key), state.outcome, state.title) == ("routes@london", FAIL, "Routes")
    assert (state.message, state.people, state.people_of) == ("71 % · 404", ("ana", "bo"), 18)
    assert (state.case_id, state.at, state.taken_at) == ("routing-fails", at(10), NOW)


def test_other_words_and_people_follow_at_most_every_five_seconds_and_a_failure_at_once(room: Room) -> None:
    room.see(0, value(WARN))
    room.see(10, value(WARN, 0.8))
    assert room.see(12, value(WARN, 0.7, people=("ana",))) == []
    (changed,) = room.see(15, value(WARN, 0.6, people=("ana",)))
    assert isinstance(changed, Changed)
    assert (changed.state.message, changed.state.people) == ("60 % · 404", ("ana",))
    assert room.see(25, value(WARN, 0.6, people=("ana",))) == []
    (worse,) = room.see(25.1, value(FAIL, 0.1, people=("ana", "bo")))
    assert isinstance(worse, Changed)
    assert (worse.state.outcome, worse.state.message) == (FAIL, "10 % · 404")


def test_other_words_follow_after_a_clock_was_set_back(room: Room) -> None:
    room.see(990, value(FAIL))
    room.see(1000, value(FAIL))
    assert room.see(0, value(FAIL, 0.5)) == []
    (changed,) = room.see(5, value(FAIL, 0.4))
    assert isinstance(changed, Changed)
    assert changed.state.message == "40 % · 404"


def test_the_last_step_of_alarm_is_told_at_once_and_once() -> None:
    rule = AlertRule("", 0, CLEAR_S, last_step=lambda thresholds: thresholds.storage_live_shares[2])
    room = Room(AlertStateMachine([measure(rule)], thresholds=Thresholds(storage_live_shares=(0.5, 0.6, 0.9))))
    for seconds, share in ((0, 0.86), (1, 0.89), (2, 0.91), (10, 0.84), (20, 0.97)):
        room.see(seconds, value(FAIL, share))
    assert [(seconds, change.state.message[:4], change.state.last_step) for seconds, change in room.changes] == [
        (0, "86 %", False),
        (2, "91 %", True),
        (10, "84 %", True),
        (20, "97 %", True),
    ]
    room = Room(AlertStateMachine([measure(rule)]))
    (raised,) = room.see(0, value(FAIL, 0.96))
    assert isinstance(raised, Raised)
    assert raised.state.last_step


def test_full_storage_has_three_steps_and_other_measures_have_two() -> None:
    steps = {one.id: one.alert.last_step for one in all_measures() if one.alert and one.alert.last_step}
    assert {name: step(Thresholds()) for name, step in steps.items()} == {"node-storage": 0.95}


def test_an_open_alert_whose_data_is_missing_says_so_with_the_last_that_was_known(room: Room) -> None:
    room.see(0, value(FAIL))
    room.see(10, value(FAIL))
    (changed,) = room.see(20, value(UNKNOWN, None, "routes: time-out; last data 31 s old"))
    assert isinstance(changed, Changed)
    assert changed.state.message == "71 % · 404 · no data any more: routes: time-out"
    (again,) = room.see(40, value(FAIL))
    assert isinstance(again, Changed)
    assert again.state.message == "71 % · 404"


def test_in_a_rehearsal_the_platform_is_bad_as_long_as_ever_and_good_as_long_as_a_person_needs() -> None:
    room = Room(AlertStateMachine([measure()], speed=10))
    for seconds, outcome in ((0, FAIL), (9, FAIL), (10, FAIL), (110, PASS), (409, PASS), (410, PASS)):
        room.see(seconds, outcome)
    assert room.told == [(10, "raised"), (410, "cleared")]


def test_a_measure_without_a_rule_raises_nothing() -> None:
    room = Room(AlertStateMachine([measure(rule=None)]))
    for seconds in range(0, 100, 10):
        room.see(seconds, FAIL)
    assert room.changes == []
    assert room.watch.due_at(raises=True) is None


def test_outside_the_window_nothing_is_raised_but_what_is_open_goes_on(room: Room) -> None:
    room.raises = False
    for seconds in (0, 10, 20):
        assert room.see(seconds, FAIL) == []
    assert room.watch.due_at(raises=False) is None
    room.raises = True
    assert len(room.see(30, FAIL)) == 1
    room.raises = False
    room.see(40, PASS)
    (cleared,) = room.see(70, PASS)
    assert isinstance(cleared, Cleared)


@pytest.mark.parametrize(
    ("minutes", "alerts"), [(-31, False), (-30, True), (-1, True), (0, True), (75, True), (76, False)]
)
def test_alerts_begin_half_an_hour_before_the_workshop_and_end_with_it(minutes: int, alerts: bool) -> None:
    workshop = Workshop(1, "December", NOW, timedelta(minutes=75), 12, "UTC", NOW)
    assert may_raise(workshop, NOW + timedelta(minutes=minutes)) is alerts
    assert not may_raise(None, NOW)


def stored(room: Room, *, open_: bool = True) -> Alert:
    state = next(change.state for _, change in room.changes if isinstance(change, Raised))
    return Alert(
        7,
        state.key,
        state.outcome,
        state.title,
        state.message,
        state.people,
        state.people_of,
        state.case_id,
        state.at,
        state.taken_at,
        None if open_ else at(20),
    )


def test_what_was_open_at_a_crash_is_taken_up_and_not_raised_again(room: Room) -> None:
    room.see(0, FAIL)
    room.see(10, FAIL)
    after = Room(AlertStateMachine([measure()]))
    after.watch.begin([stored(room)], at(100))
    for seconds, outcome in ((101, FAIL), (130, FAIL), (140, PASS), (170, PASS)):
        after.see(seconds, outcome)
    assert after.told == [(170, "cleared")]


def test_what_another_window_raised_or_cleared_is_so_here_too(room: Room) -> None:
    room.see(0, FAIL)
    room.see(10, FAIL)
    other = Room(AlertStateMachine([measure()]))
    other.see(9, FAIL)
    other.watch.take_up([stored(room)], at(11))
    other.see(30, FAIL)
    assert other.told == []
    other.watch.take_up([stored(room, open_=False)], at(31))
    for seconds in (32, 60, 61):
        other.see(seconds, FAIL)
    assert other.told == [(61, "raised")], "who sees it otherwise does not raise it again at once"


def test_what_is_not_written_yet_is_not_taken_for_cleared(room: Room) -> None:
    room.see(0, FAIL)
    room.see(10, FAIL)
    room.watch.take_up([], at(11), unwritten=[AlertKey("routes", "london")])
    for seconds in (12, 100):
        room.see(seconds, FAIL)
    assert room.told == [(10, "raised")]


def test_it_knows_when_time_alone_will_change_something(room: Room) -> None:
    assert room.watch.due_at(raises=True) is None
    room.see(0, FAIL)
    assert room.watch.due_at(raises=True) == at(10)
    room.see(10, None)
    assert room.watch.due_at(raises=True) is None
    room.see(20, PASS)
    assert room.watch.due_at(raises=False) == at(50)
    room.see(50, None)
    assert room.watch.due_at(raises=True) is None


OUTCOMES = st.sampled_from([PASS, WARN, FAIL, UNKNOWN, NONE, Outcome.WAIVED])
STEPS = st.lists(
    st.tuples(
        st.floats(0, 40) | st.floats(-100, 0),
        st.none() | st.tuples(st.sampled_from(["london", "oregon", None]), OUTCOMES, st.floats(0, 1)),
        st.booleans(),
    ),
    max_size=60,
)


@given(STEPS, st.sampled_from([0.0, 10.0]), st.sampled_from([0.0, 30.0]), st.sampled_from([1.0, 10.0]))
def test_any_sequence_has_one_open_alert_of_a_key_and_flaps_no_faster_than_it_clears(
    steps: list[tuple[float, tuple[str | None, Outcome, float] | None, bool]],
    hold_s: float,
    clear_s: float,
    speed: float,
) -> None:
    watch = AlertStateMachine([measure(rule=AlertRule("", hold_s, clear_s))], speed)
    now_s = 0.0
    open_since: dict[AlertKey, datetime] = {}
    worst: dict[AlertKey, Outcome] = {}
    cleared_at: dict[AlertKey, datetime] = {}
    good_from: dict[AlertKey, datetime] = {}
    for passed_s, said, raises in steps:
        now_s += passed_s
        for moments in (open_since, cleared_at, good_from):  # what is yet to come was told by a wrong clock
            moments.update({key: min(moment, at(now_s)) for key, moment in moments.items()})
        values = []
        if said is not None:
            region, outcome, share = said
            values = [replace(value(outcome, share), region=region)]
            key = AlertKey("routes", region)
            if outcome in (WARN, FAIL, UNKNOWN):
                good_from.pop(key, None)
            else:
                good_from.setdefault(key, at(now_s))
        for change in watch.see(values, at(now_s), raises=raises):
            if isinstance(change, Raised):
                key = change.state.key
                assert raises
                assert key not in open_since
                assert change.state.outcome in (WARN, FAIL)
                assert change.state.at == at(now_s)
                if key in cleared_at:
                    assert change.state.at >= cleared_at[key]
                open_since[key], worst[key] = change.state.at, change.state.outcome
            elif isinstance(change, Changed):
                key = change.state.key
                assert key in open_since
                assert not (worst[key] is FAIL and change.state.outcome is WARN)
                worst[key] = change.state.outcome
            else:
                assert open_since.pop(change.key) <= change.at
                assert change.at - good_from[change.key] >= timedelta(seconds=clear_s * speed)
                cleared_at[change.key] = change.at


def alert(outcome: Outcome, *people: str, of: int = 0, region: str | None = "london") -> Alert:
    return Alert(
        1,
        AlertKey("routing-success", region),
        outcome,
        "Routes",
        "71 % · wildcard fails: 404",
        people,
        of,
        "routing-fails",
        NOW,
        NOW - timedelta(seconds=2),
    )


@pytest.mark.parametrize(
    ("given_alert", "severity"),
    [
        (alert(WARN), Severity.P3),
        (alert(WARN, "ana", "bo", "cleo", "dan"), Severity.P3),
        (alert(FAIL), Severity.P2),
        (alert(FAIL, "ana", "bo"), Severity.P2),
        (alert(FAIL, "ana", "bo", "cleo"), Severity.P1),
    ],
)
def test_an_incidents_severity_follows_from_the_outcome_and_from_whom_it_hits(
    given_alert: Alert, severity: Severity
) -> None:
    assert severity_of(given_alert) is severity


def test_an_incidents_title_and_first_note_carry_the_evidence_and_the_people() -> None:
    hit = alert(FAIL, "ana", "bo", of=18)
    assert title_of(hit) == "london: Routes 71 %"
    assert title_of(alert(FAIL, region=None)) == "Routes 71 %"
    assert first_note(hit) == (
        "Alert routing-success@london since 14:20:00 UTC: 71 % · wildcard fails: 404 (data of 14:19:58 UTC). "
        "It hits 2 of 18 people: ana, bo."
    )
    assert first_note(alert(WARN)).endswith("(data of 14:19:58 UTC).")


@pytest.mark.parametrize(
    ("people", "of", "at_most", "said"),
    [
        ((), 18, 0, ""),
        (("ana",), 0, 0, "1 person: ana"),
        (("ana",), 18, 0, "1 of 18 people: ana"),
        (("ana", "bo", "cleo"), 18, 2, "3 of 18 people: ana, bo, …"),
        (("ana", "bo"), 0, 2, "2 people: ana, bo"),
    ],
)
def test_people_are_counted_and_named(people: tuple[str, ...], of: int, at_most: int, said: str) -> None:
    assert people_words(people, of, at_most) == said
