from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.clients.kubernetes_wire import EventWire
from workshop_tui.collectors.pod_events import event_time, told_by
from workshop_tui.model.kubernetes import ImagePull, PodFailure

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
IMAGE = "ghcr.io/coder/goose:1.2"


def event(**more: object) -> EventWire:
    """As the API server writes one."""
    wire = {
        "metadata": {"name": "ana.17", "uid": "u-1", "namespace": "coder-ws", "creationTimestamp": None},
        "involvedObject": {"kind": "Pod", "namespace": "coder-ws", "name": "coder-ana-goose", "uid": "p-1"},
        "type": "Normal",
        "reason": "Pulled",
        "message": "",
        "source": {"component": "kubelet", "host": "node-1"},
        "firstTimestamp": None,
        "lastTimestamp": "2026-12-01T12:00:00Z",
        "eventTime": None,
        "reportingComponent": "kubelet",
        **more,
    }
    return msgspec.json.decode(msgspec.json.encode(wire), type=EventWire)


def pull(seconds: float, image: str = IMAGE, node: str = "node-1") -> ImagePull:
    return ImagePull("coder-ws", "coder-ana-goose", image, pytest.approx(seconds), NOON, node)


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        (f'Successfully pulled image "{IMAGE}" in 9.4s (12.8s including waiting). Image size: 1 bytes.', 12.8),
        (f'Successfully pulled image "{IMAGE}" in 9.4s (1m2.8s including waiting)', 62.8),
        (f'Successfully pulled image "{IMAGE}" in 850ms (850ms including waiting). Image size: 12 bytes.', 0.85),
        (f'Successfully pulled image "{IMAGE}" in 2.057348723s', 2.057348723),
        (f'Successfully pulled image "{IMAGE}" in 1h2m3.5s.', 3723.5),
        (f'Successfully pulled image "{IMAGE}" in 31s', 31),
    ],
)
def test_a_pull_is_timed_with_its_waiting_whichever_kubelet_tells_it(message: str, seconds: float) -> None:
    assert told_by(event(message=message)) == pull(seconds)


@pytest.mark.parametrize("source", [None, {}, {"host": None}, {"component": "kubelet"}])
def test_a_pull_without_a_host_has_no_node(source: dict[str, str] | None) -> None:
    message = f'Successfully pulled image "{IMAGE}" in 31s'
    assert told_by(event(message=message, source=source)) == pull(31, node="")


@pytest.mark.parametrize(
    "more",
    [
        {"message": f'Container image "{IMAGE}" already present on machine'},
        {"message": f'Successfully pulled image "{IMAGE}" in a while'},
        {"message": f'Successfully pulled image "{IMAGE}" in 1m (soon including waiting)'},
        {"message": None},
        {"reason": "Pulling", "message": f'Pulling image "{IMAGE}"'},
        {"reason": "Started", "message": f'Successfully pulled image "{IMAGE}" in 31s'},
        {"type": "Warning", "reason": "NodeNotReady", "involvedObject": {"kind": "Node", "name": "node-1"}},
        {"type": "Warning", "reason": "Failed", "lastTimestamp": None},
        {"type": "Warning", "reason": "Failed", "lastTimestamp": "yesterday"},
        {"type": "", "reason": "Evicted", "message": "no type"},
    ],
)
def test_other_events_tell_nothing(more: dict[str, object]) -> None:
    assert told_by(event(**more)) is None


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 1),
        ({"count": None}, 1),
        ({"count": 0}, 1),
        ({"count": 7}, 7),
        ({"count": 7, "series": {"count": 9}}, 9),
        ({"count": 7, "series": {"count": None}}, 7),
        ({"series": None}, 1),
    ],
)
@pytest.mark.parametrize("reason", ["Evicted", "Failed", "BackOff", "OOMKilling", "FailedScheduling", "Pulled"])
def test_a_warning_is_a_failure_with_its_count(reason: str, more: dict[str, object], count: int) -> None:
    message = "The node was low on resource: ephemeral-storage."
    found = told_by(event(type="Warning", reason=reason, message=message, **more))
    assert found == PodFailure("coder-ws", "coder-ana-goose", reason, message, NOON, count)


_EARLIER, _LATER = "2026-12-01T11:00:00.000000Z", "2026-12-01T13:00:00Z"


@pytest.mark.parametrize(
    ("more", "hours"),
    [
        ({"series": {"count": 2, "lastObservedTime": _LATER}}, 1),
        ({"series": {"count": 2, "lastObservedTime": None}}, 0),
        ({"eventTime": _EARLIER}, 0),
        ({"lastTimestamp": None, "eventTime": _EARLIER, "firstTimestamp": _LATER}, -1),
        ({"lastTimestamp": None, "firstTimestamp": _EARLIER}, -1),
        ({"lastTimestamp": "0001-01-01T00:00:00Z", "firstTimestamp": _LATER}, 1),
        ({"lastTimestamp": None, "metadata": {"name": "x", "creationTimestamp": _LATER}}, 1),
        ({"lastTimestamp": None}, None),
    ],
)
def test_an_event_happened_when_it_was_last_seen(more: dict[str, object], hours: float | None) -> None:
    assert event_time(event(**more)) == (None if hours is None else NOON + timedelta(hours=hours))


def _written_by_go(milliseconds: int) -> str:
    """As `time.Duration.String` writes it."""
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + seconds


@given(st.integers(1, 10**8), st.booleans())
def test_every_duration_of_a_pull_survives_its_sentence(milliseconds: int, waited: bool) -> None:
    text = _written_by_go(milliseconds)
    words = f"in 1ms ({text} including waiting). Image size: 5 bytes." if waited else f"in {text}"
    found = told_by(event(message=f'Successfully pulled image "{IMAGE}" {words}'))
    assert found == pull(milliseconds / 1000)


@given(st.text(max_size=60))
def test_no_message_breaks_the_reading_of_events(text: str) -> None:
    told_by(event(message=f'Successfully pulled image "{text}" in {text} ({text} including waiting)'))
