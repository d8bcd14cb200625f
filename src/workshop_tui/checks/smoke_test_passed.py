"""A workspace starts, is used and goes away again in every region.

What: Judges the newest smoke test of each region that the settings name as a target: the workspace became ready in less
than the target for a start, its app answered through the region's wildcard, a command ended well inside, and workspace
and pods are gone; not longer ago than the limit
({thresholds.smoke_age_h}). What a run could not ask (no wildcard, no app, no kube context)
is said. A smoke test changes the platform, so it runs only when a person says so.

Why: It is the only check that does what a participant does; every other one looks at a part.

Fix: Read which stage failed; then look at that part: provisioners, image, agent, start-up script, the region's proxy
and its release, the gateway.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import STAGES, SmokeRun
from workshop_tui.settings.settings import Settings

_RUN = Remedy(
    "Run it, here with s: it starts one workspace in each region and removes it.",
    "workshop-tui check smoke-test --smoke",
)


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
            yield from _judge_gaps(run)


def _judge_run(run: SmokeRun, facts: Facts, settings: Settings) -> Finding:
    age = facts.now - run.ran_at
    evidence = [("ran", f"{run.ran_at:%Y-%m-%d %H:%M} UTC by {run.ran_by}")]
    seconds = dict(run.stages)
    gaps = {gap.stage: gap for gap in run.gaps}
    evidence += [
        (stage, f"{seconds[stage]:.0f} s" if stage in seconds else gaps[stage].outcome.value)
        for stage in STAGES
        if stage in seconds or stage in gaps
    ]
    rows = tuple(evidence)
    limit_s = settings.thresholds.start_time_s
    if run.error:
        return Finding("smoke test", Outcome.FAIL, run.error, run.region, rows, _RUN)
    if age > timedelta(hours=settings.thresholds.smoke_age_h):
        message = f"passed {short(age)} ago: too long to say anything"
        return Finding("smoke test", Outcome.UNKNOWN, message, run.region, rows, _RUN)
    message = f"ready in {run.ready_s:.0f} s, {short(age)} ago"
    if unasked := [*(gap.stage for gap in run.gaps), *run.untold]:
        message += f"; not known: {', '.join(unasked)}"
    if run.ready_s > limit_s:
        return Finding("smoke test", Outcome.WARN, f"{message}, over {limit_s:g} s", run.region, rows)
    return Finding("smoke test", Outcome.PASS, message, run.region, rows)


def _judge_gaps(run: SmokeRun) -> Iterator[Finding]:
    """What was not asked, or could not be; what failed is the run's own finding."""
    for gap in run.gaps:
        if gap.outcome is not Outcome.FAIL:
            yield Finding(f"smoke test: {gap.stage}", gap.outcome, gap.reason, run.region)
    for stage in run.untold:
        yield Finding(f"smoke test: {stage}", Outcome.UNKNOWN, "this run did not ask for it", run.region, (), _RUN)


CHECK = Check(
    id="smoke-test",
    title="A workspace starts, is used and goes away in every region",
    needs=(),
    judge=judge,
    recorded=True,
)
