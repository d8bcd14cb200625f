"""One sign-in for all contexts and sources of a user."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import pytest

from fakes.kube_config import runs, sign_in_by
from fakes.loopback import Says, loopback
from workshop_tui.clients.kubernetes import Cluster, Limits
from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.clients.shared_reading import SharedReading
from workshop_tui.errors import ErrorKind, SourceError

EMPTY = Says(200, b'{"metadata": {"resourceVersion": "7"}, "items": []}')
CONTEXTS = ("a", "b", "c")
SOURCES = 6


def three_contexts(directory: Path, server: str, python: str) -> str:
    path = directory / "config"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server}} for name in CONTEXTS],
        "users": [{"name": "u", "user": sign_in_by(directory, python)}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "u"}} for name in CONTEXTS],
    }
    path.write_text(json.dumps(document))
    return str(path)


async def ask_all(kubeconfig: str, sign_in_s: float = 10) -> list[object]:
    clusters = [Cluster(kubeconfig, name, limits=Limits(sign_in_s=sign_in_s)) for name in CONTEXTS]
    try:
        return await asyncio.gather(
            *(cluster.list_all("/api/v1/pods", PodWire) for cluster in clusters for _ in range(SOURCES)),
            return_exceptions=True,
        )
    finally:
        for cluster in clusters:
            await cluster.close()


async def test_three_contexts_of_one_user_start_its_command_once(tmp_path: Path) -> None:
    async with loopback(lambda _: EMPTY) as server:
        found = await ask_all(three_contexts(tmp_path, f"http://{server.host}", "give({'token': 'shared'})"))
    assert not [one for one in found if isinstance(one, BaseException)]
    assert runs(tmp_path) == 1


async def test_a_command_that_fails_is_started_once_and_all_say_its_words(tmp_path: Path) -> None:
    kubeconfig = three_contexts(tmp_path, "http://127.0.0.1:9", "sys.exit('the session has ended')")
    found = await ask_all(kubeconfig) + await ask_all(kubeconfig)
    assert runs(tmp_path) == 1
    for one, name in zip(found, [name for _ in range(2) for name in CONTEXTS for _ in range(SOURCES)], strict=True):
        assert isinstance(one, SourceError)
        assert one.kind is ErrorKind.UNAUTHORIZED
        assert one.message.startswith(f"context {name}: its sign-in command python")
        assert "(the session has ended): try `kubectl" in one.message


async def test_a_command_that_waits_for_a_person_is_started_once(tmp_path: Path) -> None:
    kubeconfig = three_contexts(tmp_path, "http://127.0.0.1:9", "time.sleep(600)")
    found = await ask_all(kubeconfig, sign_in_s=1) + await ask_all(kubeconfig, sign_in_s=1)
    assert runs(tmp_path) == 1
    assert all("did not end in 1 s" in str(one) for one in found)


async def test_a_failure_is_remembered_longer_each_time_and_forgotten_after_a_success() -> None:
    starts, works = 0, False

    async def read() -> str:
        nonlocal starts
        starts += 1
        if not works:
            raise SourceError(ErrorKind.UNAUTHORIZED, "nobody there")
        return f"value {starts}"

    reading = SharedReading(read, pause_s=0.05, longest_pause_s=0.1)
    loop = asyncio.get_running_loop()
    began: list[float] = []
    while len(began) < 4:
        before = starts
        with pytest.raises(SourceError, match="nobody there"):
            await reading.get()
        if starts > before:
            began.append(loop.time())
        await asyncio.sleep(0.002)
    pauses = [after - before for before, after in itertools.pairwise(began)]
    assert pauses[0] >= 0.045
    assert min(pauses[1:]) >= 0.09
    works = True
    await asyncio.sleep(0.11)
    assert await reading.get() == "value 5"
    assert await reading.get(refused="value 5") == "value 6"
