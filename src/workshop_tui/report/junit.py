"""Check results as JUnit XML, as pipelines read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from xml.etree import ElementTree

from workshop_tui.model.finding import CheckResult
from workshop_tui.model.outcome import Outcome
from workshop_tui.printable import printable_lines
from workshop_tui.redaction import mask

_ELEMENTS = {Outcome.FAIL: "failure", Outcome.UNKNOWN: "error", Outcome.NOT_APPLICABLE: "skipped"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(results: Sequence[CheckResult]) -> bytes:
    """One suite, one case for each check: fail is a failure, unknown an error, not-applicable skipped; masked."""
    counts = {name: sum(_ELEMENTS.get(r.outcome) == name for r in results) for name in _ELEMENTS.values()}
    suite = ElementTree.Element(
        "testsuite",
        name="workshop-tui check",
        tests=str(len(results)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
        time=f"{max((result.duration_s for result in results), default=0):.3f}",
    )
    if results:
        began = min(result.judged_at for result in results).astimezone(UTC)
        suite.set("timestamp", f"{began:%Y-%m-%dT%H:%M:%S}")
    for result in results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname="workshop-tui",
            name=_clean(f"{result.check_id}: {result.title}"),
            time=f"{result.duration_s:.3f}",
        )
        if element := _ELEMENTS.get(result.outcome):
            told = ElementTree.SubElement(case, element, message=_clean(result.summary))
            told.text = _clean(_findings(result))
        elif result.outcome is Outcome.WARN:
            ElementTree.SubElement(case, "system-out").text = _clean(_findings(result))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _findings(result: CheckResult) -> str:
    lines = []
    for finding in result.findings:
        where = f"{finding.region}: " if finding.region else ""
        lines.append(f"{finding.outcome.value}  {where}{finding.subject} - {finding.message}")
        lines += [f"    {name}: {value}" for name, value in finding.evidence]
        if finding.remedy and finding.outcome.needs_eyes:
            lines.append(f"    Fix: {finding.remedy.text}")
            lines += [f"    $ {line}" for line in (finding.remedy.command or "").splitlines()]
    return "\n".join(lines)


def _clean(text: str) -> str:
    """XML 1.0 cannot hold control characters."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", mask(printable_lines(text)))
