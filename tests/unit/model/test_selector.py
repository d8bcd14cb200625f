"""Which labels a selector of Kubernetes takes."""

from __future__ import annotations

import pytest

from workshop_tui.model.selector import matches

LABELS = {"app": "coder", "tier": "server", "empty": ""}


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("", True),
        (" , ", True),
        ("app=coder", True),
        ("app==coder", True),
        (" app = coder ", True),
        ("app=proxy", False),
        ("gone=coder", False),
        ("app!=proxy", True),
        ("app!=coder", False),
        ("gone!=coder", True),
        ("app", True),
        ("empty", True),
        ("gone", False),
        ("!gone", True),
        ("! gone", True),
        ("!app", False),
        ("empty=", True),
        ("app=", False),
        ("app=coder,tier=server", True),
        ("app=coder,tier=client", False),
        ("app=coder,!gone,tier!=client", True),
    ],
)
def test_a_selector_takes_what_every_term_of_it_takes(selector: str, holds: bool) -> None:
    assert matches(selector, LABELS) is holds
