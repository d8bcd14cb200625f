"""Runs every collector side by side: interval, time-out, back-off; one that hangs delays nobody."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import random as random_module
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import cast

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.idle_timeout import LONGEST_PAUSE_S, IdleTimeout
from workshop_tui.model.source import PolledSource, Reading, Source, SourceKey, WatchedSource
from workshop_tui.redaction import mask

_log = logging.getLogger(__name__)

MOST_TIME_OUTS = 4
"""A polled answer that comes in parts may take so many time-outs: its first part grows old meanwhile."""
_LONGEST_WAIT_S = 60.0
_PROBE_S = 5.0
"""While a server is away, so often the one of its sources that is asked most often looks whether it is back."""
_AGAIN_S = 1.0
"""What was under way when its server came back, and failed, is asked again after this."""
_AWAY = (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.TLS, ErrorKind.UNAUTHORIZED, ErrorKind.NOT_CONFIGURED)
"""Failures that the sources of one server share; the others are of one source alone."""
_ALIVE_FOR_S = 5.0
"""A stream that yielded this recently has nothing newer to say."""
_PROVEN_S = 30.0
"""A stream that lived for so long works: one that lists and then fails is opened ever more rarely."""


@dataclass
class _Server:
    """What several sources ask."""

    slots: list[_Slot] = field(default_factory=list)
    answered_at_s: float = -math.inf
    """Loop time of the last answer to any of them."""


@dataclass
class _Slot:
    """One source as the supervisor sees it."""

    source: Source
    reading: Reading
    server: _Server
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    asking: bool = False
    asked_at_s: float = 0.0
    """Loop time of the last question."""
    heard_at_s: float = -math.inf
    """Loop time of the last answer."""
    good_since_s: float = math.inf
    """Loop time of the open stream's first answer."""
    woken_at_s: float = -math.inf
    """Loop time when it was last told that its server is back; forgotten when it answers."""
    soon: bool = False
    """It was told so while it was asked: if that fails, the next try does not wait."""

    @property
    def calm_s(self) -> float:
        """How long it rests when all is well; a watch that ends is opened at once."""
        return self.source.interval_s if isinstance(self.source, PolledSource) else 1.0

    @property
    def is_away(self) -> bool:
        error = self.reading.error
        return self.failures > 0 and error is not None and error.kind in _AWAY


class Supervisor:
    """`publish` hears every answer and every failure."""

    def __init__(
        self,
        sources: Sequence[Source],
        publish: Callable[[Reading], None],
        clock: Clock,
        *,
        servers: Mapping[SourceKey, str] | None = None,
        random: random_module.Random | None = None,
    ) -> None:
        """`servers`: of the sources that share one."""
        self._publish = publish
        self._clock = clock
        self._random = random or random_module.Random()  # noqa: S311  # spreads retries, guards nothing
        self._slots: dict[SourceKey, _Slot] = {}
        shared: dict[str, _Server] = {}
        for source in sources:
            key = SourceKey(source.kind.name, source.region)
            name = (servers or {}).get(key)
            server = _Server() if name is None else shared.setdefault(name, _Server())
            slot = _Slot(source, Reading(key, None, None), server)
            server.slots.append(slot)
            self._slots[key] = slot

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for slot in self._slots.values():
                watched = isinstance(slot.source, WatchedSource)
                group.create_task(self._watch(slot) if watched else self._poll(slot))

    async def collect_now(self, keys: Collection[SourceKey]) -> None:
        """Ask these at once; returns when each has answered, failed or run out of time."""
        await asyncio.gather(*(self._ask_now(self._slots[key]) for key in keys if key in self._slots))

    async def _ask_now(self, slot: _Slot) -> None:
        loop = asyncio.get_running_loop()
        watched = isinstance(slot.source, WatchedSource)
        if watched and slot.reading.error is None and loop.time() - slot.heard_at_s < _ALIVE_FOR_S:
            return
        slot.answered.clear()
        slot.wake.set()
        try:
            async with asyncio.timeout(slot.source.timeout_s + 1):
                await slot.answered.wait()
        except TimeoutError:
            return

    async def _poll(self, slot: _Slot) -> None:
        source = cast("PolledSource", slot.source)
        while True:
            slot.asking = True
            slot.asked_at_s = asyncio.get_running_loop().time()
            try:
                async with self._idle_timeout(slot).within(source.timeout_s, source.timeout_s * MOST_TIME_OUTS):
                    items = await source.collect()
            except TimeoutError:
                self._failed(slot, timed_out(source, slot.asked_at_s))
            except SourceError as error:
                self._refused(slot, error)
            except Exception as error:  # noqa: BLE001  # a bug in one collector breaks that source alone
                self._failed(slot, _bug(slot, error))
            else:
                self._answered(slot, items)
                slot.failures = 0
            finally:
                slot.asking = False
            await self._rest(slot)

    async def _watch(self, slot: _Slot) -> None:
        source = cast("WatchedSource", slot.source)
        loop = asyncio.get_running_loop()
        while True:
            slot.asking = True
            slot.asked_at_s, slot.good_since_s = loop.time(), math.inf
            idle_timeout = self._idle_timeout(slot)
            try:
                async with aclosing(source.stream()) as stream:  # type: ignore[type-var]
                    while True:
                        first = slot.asking
                        limit_s = source.timeout_s if first else source.interval_s
                        async with idle_timeout.within(limit_s):
                            items = await anext(stream)
                        self._answered(slot, items)
                        slot.asking = False
                        slot.good_since_s = min(slot.good_since_s, slot.heard_at_s)
            except StopAsyncIteration:
                self._failed(slot, SourceError(ErrorKind.UNREACHABLE, "the watch ended"))
            except TimeoutError:
                opening = slot.asking
                self._failed(slot, timed_out(source, slot.asked_at_s) if opening else _silent(source))
            except SourceError as error:
                self._refused(slot, error)
            except Exception as error:  # noqa: BLE001  # likewise
                self._failed(slot, _bug(slot, error))
            finally:
                slot.asking = False
            await self._rest(slot)

    async def _rest(self, slot: _Slot) -> None:
        """The interval, or longer after failures; cut short when somebody asks now."""
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # lost when a part of a gathering failed at the same moment
            raise asyncio.CancelledError
        wait_s = self._wait_s(slot)
        slot.wake.clear()  # who asked while an answer was under way has got it
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await slot.wake.wait()

    def _wait_s(self, slot: _Slot) -> float:
        """Never shorter than when all is well, so that what fails is not asked more often than what answers."""
        soon, slot.soon = slot.soon, False
        if not slot.failures:
            return slot.calm_s
        if soon:
            return _AGAIN_S
        wait_s: float = min(_LONGEST_WAIT_S, max(slot.calm_s, 1.0) * 2 ** min(slot.failures - 1, 6))
        if self._is_scout(slot):
            wait_s = min(wait_s, _PROBE_S - (asyncio.get_running_loop().time() - slot.asked_at_s))
        wait_s = max(slot.calm_s, wait_s * (0.75 + self._random.random() / 2))
        error = slot.reading.error
        if error is not None and error.retry_after_s is not None:
            wait_s = max(wait_s, min(error.retry_after_s, LONGEST_PAUSE_S))
        return wait_s

    def _is_scout(self, slot: _Slot) -> bool:
        """Whether it looks for the others if their server is back, which has answered nobody since it was asked."""
        server = slot.server
        if len(server.slots) < 2 or not slot.is_away or server.answered_at_s >= slot.asked_at_s:
            return False
        looking = (one for one in server.slots if one.is_away or not one.failures)  # who is refused is asked seldom
        return slot is min(looking, key=lambda one: one.calm_s)

    def _wake_others(self, slot: _Slot) -> None:
        """Its server is back: those that failed as it did need not wait until their own turn."""
        now_s = slot.server.answered_at_s
        for other in slot.server.slots:
            if other is slot or not other.is_away or now_s - other.woken_at_s < _LONGEST_WAIT_S:
                continue
            other.woken_at_s, other.failures = now_s, 1
            other.soon = other.asking
            other.wake.set()

    def _idle_timeout(self, slot: _Slot) -> IdleTimeout:
        return IdleTimeout(lambda error: self._told_to_wait(slot, error))

    def _told_to_wait(self, slot: _Slot, error: SourceError) -> None:
        """What answers later is not broken, but why it is late is told."""
        was_away = slot.is_away
        slot.reading = replace(slot.reading, error=error, tried_at=self._clock.now())
        self._publish(slot.reading)
        self._look_whether_back(slot, error, was_away)

    def _answered(self, slot: _Slot, items: object) -> None:
        now = self._clock.now()
        was_away = slot.reading.taken_at is None or slot.reading.error is not None
        if slot.reading.error is not None:
            _log.warning("%s answers again after %d failures", slot.reading.source, slot.failures)
        slot.heard_at_s = slot.server.answered_at_s = asyncio.get_running_loop().time()
        took_s = slot.heard_at_s - slot.asked_at_s if slot.asking else 0.0
        slot.reading = Reading(slot.reading.source, items, now, None, now, took_s)
        slot.woken_at_s, slot.soon = -math.inf, False
        self._publish(slot.reading)
        slot.answered.set()
        if was_away:
            self._wake_others(slot)

    def _refused(self, slot: _Slot, error: SourceError) -> None:
        was_away = slot.is_away
        self._failed(slot, error)
        self._look_whether_back(slot, error, was_away)

    def _look_whether_back(self, slot: _Slot, error: SourceError, was_away: bool) -> None:
        """A server that refuses one source its answer is there for the others; a bug of ours proves nothing."""
        if error.kind in _AWAY:
            return
        slot.server.answered_at_s = asyncio.get_running_loop().time()
        if was_away:
            self._wake_others(slot)

    def _failed(self, slot: _Slot, error: SourceError) -> None:
        if asyncio.get_running_loop().time() - slot.good_since_s >= _PROVEN_S:
            slot.failures = 0
        if slot.reading.error is None:
            _log.warning("%s fails: %s", slot.reading.source, mask(str(error)))
        slot.failures += 1
        slot.reading = replace(slot.reading, error=error, tried_at=self._clock.now())
        self._publish(slot.reading)
        slot.answered.set()


def timed_out(source: Source, asked_at_s: float) -> SourceError:
    """`asked_at_s`: by the loop's time."""
    took_s = asyncio.get_running_loop().time() - asked_at_s
    if took_s > source.timeout_s + 1:
        return SourceError(ErrorKind.TIMEOUT, f"a part of the answer came, but not the whole in {took_s:.0f} s")
    return SourceError(ErrorKind.TIMEOUT, f"no answer in {source.timeout_s:.0f} s")


def _silent(source: Source) -> SourceError:
    return SourceError(ErrorKind.TIMEOUT, f"silent for {source.interval_s:.0f} s")


def _bug(slot: _Slot, error: Exception) -> SourceError:
    if not slot.failures:
        _log.error("%s: internal error", slot.reading.source, exc_info=error)
    return SourceError(ErrorKind.MALFORMED, f"internal error {type(error).__name__}, please report")
