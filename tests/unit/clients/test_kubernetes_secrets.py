"""Of a Secret nothing but its metadata is asked for, decoded or kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType

import pytest

from fakes.api_server import cluster_of, status
from fakes.loopback import Says
from workshop_tui.clients.kubernetes_secrets import secret_metadata
from workshop_tui.errors import ErrorKind, SourceError

VALUE = "hunter2-of-bedrock"
ENCODED = base64.b64encode(VALUE.encode()).decode()
ANNOTATION = "workshop-tui/expires"


def whole_secret(**metadata: object) -> dict[str, object]:
    """As a server answers that ignores what was asked for; kubectl has left its copy of the values."""
    annotations = {
        ANNOTATION: "2026-12-31",
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"data": {"key": ENCODED}}),
    }
    fields = {"f:data": {"f:key": {}}, "f:metadata": {}}
    managers = [
        {"manager": "kubectl", "time": "2026-11-01T08:00:00Z", "fieldsV1": fields},
        {"manager": "labeller", "time": "2026-11-20T08:00:00Z", "fieldsV1": {"f:metadata": {}}},
        {"manager": "odd"},
    ]
    told = {"name": "bedrock", "creationTimestamp": "2026-10-01T08:00:00Z", "managedFields": managers}
    return {"kind": "Secret", "metadata": {**told, "annotations": annotations, **metadata}, "data": {"key": ENCODED}}


def says(document: object) -> Says:
    return Says(200, json.dumps(document).encode())


async def test_the_metadata_alone_is_asked_for(tmp_path: Path) -> None:
    async with cluster_of(lambda _: says(whole_secret()), tmp_path) as (cluster, asked):
        await secret_metadata(cluster, "litellm", "bedrock", ANNOTATION)
    (request,) = asked
    assert (request.method, request.target) == ("GET", "/api/v1/namespaces/litellm/secrets/bedrock")
    assert request.headers["accept"] == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


async def test_a_server_that_answers_with_the_values_gives_us_none_of_them(tmp_path: Path) -> None:
    async with cluster_of(lambda _: says(whole_secret()), tmp_path) as (cluster, _):
        found = await secret_metadata(cluster, "litellm", "bedrock", ANNOTATION)
    assert found.annotations is not None
    assert (found.creation_timestamp, found.annotations.value) == ("2026-10-01T08:00:00Z", "2026-12-31")
    assert [
        manager.fields is not None and manager.fields.data is not None for manager in found.managed_fields or ()
    ] == [
        True,
        False,
        False,
    ]
    assert not holds_the_value(repr(found))


@pytest.mark.parametrize("metadata", [{"annotations": None}, {"annotations": {}}, {"managedFields": None}])
async def test_what_the_metadata_does_not_say_is_nothing(metadata: dict[str, object], tmp_path: Path) -> None:
    async with cluster_of(lambda _: says(whole_secret(**metadata)), tmp_path) as (cluster, _):
        found = await secret_metadata(cluster, "litellm", "bedrock", ANNOTATION)
    assert bool(found.annotations and found.annotations.value) == ("annotations" not in metadata)
    assert bool(found.managed_fields) == ("managedFields" not in metadata)


async def test_a_name_from_outside_stays_a_name(tmp_path: Path) -> None:
    async with cluster_of(lambda _: status(404), tmp_path) as (cluster, asked):
        with pytest.raises(SourceError):
            await secret_metadata(cluster, "litellm", "../pods?x", "")
    assert asked[0].target == "/api/v1/namespaces/litellm/secrets/..%2Fpods%3Fx"


WHOLE = json.dumps(whole_secret()).encode()
HOSTILE = {
    "a wrong shape": (Says(200, json.dumps(whole_secret(creationTimestamp=5)).encode()), ErrorKind.MALFORMED),
    "half an answer": (Says(200, WHOLE[:-9]), ErrorKind.MALFORMED),
    "cut": (Says(200, WHOLE, cut=True), ErrorKind.UNREACHABLE),
    "an error with the values": (Says(500, WHOLE), ErrorKind.UNREACHABLE),
    "forbidden": (status(403, f'secrets "bedrock" is forbidden, not {VALUE}'), ErrorKind.FORBIDDEN),
}


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_no_error_holds_what_was_read(hostile: str, tmp_path: Path) -> None:
    """Errors are kept with their traceback, and a traceback keeps every local of its frames."""
    answer, kind = HOSTILE[hostile]
    async with cluster_of(lambda _: answer, tmp_path) as (cluster, _):
        error: SourceError | None = None
        try:
            await secret_metadata(cluster, "litellm", "bedrock", ANNOTATION)
        except SourceError as caught:
            error = caught
    assert error is not None
    assert error.kind is kind
    seen = list(locals_of(error))
    assert len(seen) > 4
    assert not any(holds_the_value(value) for value in seen if value is not answer)


def locals_of(error: BaseException | None) -> Iterator[object]:
    """All that the error, its causes and our program's frames on the way hold."""
    if error is None:
        return
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        frame: FrameType = traceback.tb_frame
        if "workshop_tui" in frame.f_code.co_filename:
            yield from frame.f_locals.values()
        traceback = traceback.tb_next
    yield from locals_of(error.__cause__)
    yield from locals_of(error.__context__)


def holds_the_value(value: object) -> bool:
    text = bytes(value).decode("latin-1") if isinstance(value, bytes | bytearray) else str(value)
    return ENCODED in text
