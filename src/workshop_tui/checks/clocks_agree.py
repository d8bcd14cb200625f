"""This machine and the platform tell the same time.

What: Compares this machine's wall clock with those of Coder, the gateway, Prometheus and each cluster, by the date of
their answers. Fails for a difference over the limit (one minute); where all others agree, it is this machine that is
wrong. A clock that cannot be read is unknown.

Why: When keys expire, what falls into the window and how old a number is are all read off this machine's clock; and a
certificate or a token of a machine with another time is refused.

Fix: Let the machine set its clock from the network (NTP).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import CLOCKS
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.remote_clock import RemoteClock
from workshop_tui.settings.settings import Settings

_SET = Remedy("Let this machine set its clock from the network.", "timedatectl set-ntp true")


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    clocks = facts.get(CLOCKS)
    if clocks is None:
        return
    limit_s = settings.thresholds.clock_skew_s
    told = [(clock, clock.ahead_s) for clock in clocks if clock.ahead_s is not None]
    far = [(clock, ahead_s) for clock, ahead_s in told if abs(ahead_s) - clock.unsure_s > limit_s]
    evidence = tuple((_title(clock), _signed(ahead_s)) for clock, ahead_s in told)
    offsets = [ahead_s for _, ahead_s in told]
    if len(told) > 1 and len(far) == len(told) and max(offsets) - min(offsets) <= limit_s:
        message = f"{_apart(-offsets[0])} {len(told)} clocks of the platform, which agree"
        yield Finding("this machine's clock", Outcome.FAIL, message, None, evidence, _SET)
    elif far:
        yield from (_differs(clock, ahead_s, alone=len(told) == 1) for clock, ahead_s in far)
    elif told:
        most_s = max(abs(ahead_s) for ahead_s in offsets)
        message = f"{_counted(len(told))} within {max(1, round(most_s))} s of this machine's"
        yield Finding("clocks", Outcome.PASS, message, None, evidence)
    yield from _untold([clock for clock in clocks if clock.ahead_s is None])


def _differs(clock: RemoteClock, ahead_s: float, *, alone: bool) -> Finding:
    message = f"{_apart(ahead_s)} this machine's clock"
    text = "One of both clocks is wrong: let both machines" if alone else "Let that machine"
    remedy = Remedy(f"{text} set the time from the network (NTP).", "timedatectl status" if alone else None)
    return Finding(_title(clock), Outcome.FAIL, message, clock.region, (("difference", _signed(ahead_s)),), remedy)


def _untold(clocks: Sequence[RemoteClock]) -> Iterator[Finding]:
    for clock in clocks:
        if clock.error:
            yield Finding(_title(clock), Outcome.UNKNOWN, f"its clock cannot be read: {clock.error}", clock.region)
        else:
            yield Finding(_title(clock), Outcome.NOT_APPLICABLE, "its answers tell no time", clock.region)


def _title(clock: RemoteClock) -> str:
    return f"{clock.name} of {clock.region}" if clock.region else clock.name


def _apart(ahead_s: float) -> str:
    return f"{short(timedelta(seconds=abs(ahead_s)))} {'ahead of' if ahead_s > 0 else 'behind'}"


def _signed(ahead_s: float) -> str:
    return f"{ahead_s:+.0f} s" if abs(ahead_s) >= 0.5 else "0 s"


def _counted(count: int) -> str:
    return f"{count} clocks" if count > 1 else "1 clock"


CHECK = Check(
    id="clocks-agree",
    title="This machine and the platform tell the same time",
    needs=(CLOCKS,),
    judge=judge,
)
