from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.redaction import remember
from workshop_tui.report.junit import junit_xml

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def result(outcome: Outcome, summary: str = "because", check_id: str = "a-check") -> CheckResult:
    remedy = Remedy("Turn it.", "turn --left <it> && echo done")
    finding = Finding("node [1] <&> 🎉", outcome, summary, "ohio", (("used", "91 %"),), remedy)
    return CheckResult(check_id, "It holds", outcome, (finding,), NOON, 1.25, summary)


def parsed(*results: CheckResult) -> ElementTree.Element:
    root = ElementTree.fromstring(junit_xml(results))  # noqa: S314  # we wrote it
    suite = root.find("testsuite")
    assert suite is not None
    return suite


def test_a_pipeline_counts_failures_errors_and_skipped() -> None:
    suite = parsed(*(result(outcome) for outcome in Outcome if outcome is not Outcome.WAIVED))
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    assert [[child.tag for child in case] for case in suite] == [
        [],
        ["system-out"],
        ["failure"],
        ["error"],
        ["skipped"],
    ]


def test_a_failure_tells_what_was_found_and_what_to_do() -> None:
    failure = parsed(result(Outcome.FAIL)).find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "because"
    for part in ("ohio: node [1] <&> 🎉 - because", "used: 91 %", "Fix: Turn it.", "$ turn --left <it> && echo done"):
        assert part in (failure.text or "")


def test_what_xml_cannot_hold_and_secrets_are_left_out() -> None:
    remember("sk-verysecret-1234")
    document = junit_xml([result(Outcome.FAIL, "bell \a and \x00 and sk-verysecret-1234")])
    assert b"verysecret" not in document
    assert ElementTree.fromstring(document) is not None  # noqa: S314  # we wrote it


def test_no_check_at_all_is_an_empty_suite() -> None:
    assert parsed().get("tests") == "0"
