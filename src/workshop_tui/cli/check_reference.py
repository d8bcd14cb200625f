"""What each check looks at, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.guide import Guide
from workshop_tui.settings.thresholds import Thresholds

_HEAD = """# Checks

What each check looks at, why it is there, and what to do when it fails. Printed by `workshop-tui guide --checks`.

A check never says `pass` for want of data: a source that is missing, failed or too old makes it `unknown`, with the
reason. What the settings do not name is `not-applicable`.
"""


def check_reference(checks: Sequence[Check], guide: Guide, thresholds: Thresholds) -> str:
    """In the guide's order, with the limits that hold; checks that decide no item stand last."""
    order = [check_id for item in guide.items for check_id in item.sensed_by]
    known = sorted(checks, key=lambda check: (order.index(check.id) if check.id in order else len(order), check.id))
    return thresholds.fill("\n".join([_HEAD, *(_section(check, guide) for check in known)]))


def _section(check: Check, guide: Guide) -> str:
    lines = [f"## {check.id}", "", f"*{check.title}.*", ""]
    lines += [f"- **{name}**: {text}" for name, text in check.documentation.items()]
    asked = ", ".join(kind.title for kind in check.needs) or ("what is recorded" if check.recorded else "nothing")
    also = ", ".join(kind.title for kind in check.helps)
    lines.append(f"- **Asks**: {asked}" + (f"; can do without: {also}" if also else ""))
    items = [f"{item.short or item.title} (`{item.id}`)" for item in guide.items if check.id in item.sensed_by]
    lines.append(f"- **Decides**: {', '.join(items) or 'no line of the guide by itself'}")
    return "\n".join(lines) + "\n"
