"""A workspace starts, becomes ready and goes away again in every region.

What: Judges the newest smoke test of each region that the settings name as a target: it passed, in less than the
target for a start, and not longer ago than the limit (72 h). A smoke test changes the platform, so it runs only when a
person says so.

Why: It is the only check that does what a participant does; every other one looks at a part.

Fix: Read which stage failed; then look at that part: provisioners, image, agent, start-up script.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workshop_tui.checks.check import Check
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.settings import Settings

_RUN = Remedy("Run it: it starts one workspace in each region and removes it.", "workshop-tui check smoke-test --smoke")


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    runs = {run.region: run for run in facts.records.smoke} if facts.records else {}
    if not settings.smoke.target:
        yield Finding("smoke test", Outcome.NOT_APPLICABLE, "smoke.target names no region")
        return
    if not runs:
        yield Finding("smoke test", Outcome.NOT_APPLICABLE, "not run yet", None, (), _RUN)
        return
    for target in settings.smoke.target:
        run = runs.get(target.region)
        if run is None:
            yield Finding("smoke test", Outcome.UNKNOWN, "not run in this region", target.region, (), _RUN)
        else:
            yield _judge_run(run, facts, settings)


def _judge_run(run: SmokeRun, facts: Facts, settings: Settings) -> Finding:
    age = facts.now - run.ran_at
    evidence = [("ran", f"{run.ran_at:%Y-%m-%d %H:%M} UTC by {run.ran_by}")]
    evidence += [(name, f"{seconds:.0f} s") for name, seconds in run.stages]
    rows = tuple(evidence)
    limit_s = settings.thresholds.start_time_s
    if run.error:
        return Finding("smoke test", Outcome.FAIL, run.error, run.region, rows, _RUN)
    if age > timedelta(hours=settings.thresholds.smoke_age_h):
        message = f"passed {short(age)} ago: too long to say anything"
        return Finding("smoke test", Outcome.UNKNOWN, message, run.region, rows, _RUN)
    message = f"ready in {run.ready_s:.0f} s, {short(age)} ago"
    if run.ready_s > limit_s:
        return Finding("smoke test", Outcome.WARN, f"{message}, over {limit_s:g} s", run.region, rows)
    return Finding("smoke test", Outcome.PASS, message, run.region, rows)


CHECK = Check(
    id="smoke-test",
    title="A workspace starts and goes away in every region",
    needs=(),
    judge=judge,
    recorded=True,
)
