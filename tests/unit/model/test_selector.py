"""Which labels a selector of Kubernetes takes."""

from __future__ import annotations

import re

import pytest

from workshop_tui.model.selector import matches, selector_terms

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


@pytest.mark.parametrize(
    ("selector", "instead"),
    [
        ("app in (coder)", "write key=a"),
        ("app in (coder,proxy),tier=server", "name one label"),
        ("app notin (coder, proxy)", "write key!=a,key!=b"),
        ("app notin(coder)", "write key!=a"),
        ("app>5", "expected label selectors like"),
        ("app=coder tier=server", "expected label selectors like"),
        ("app=(coder)", "expected label selectors like"),
        ("=coder", "expected label selectors like"),
    ],
)
def test_a_selector_that_is_not_understood_is_refused_instead_of_taking_nothing(selector: str, instead: str) -> None:
    with pytest.raises(ValueError, match=re.escape(instead)):
        selector_terms(selector)
    with pytest.raises(ValueError, match=re.escape(instead)):
        matches(selector, LABELS)


@pytest.mark.parametrize("selector", ["in=coder", "app.kubernetes.io/name=coder", "tier=in", "notin", "!in"])
def test_labels_may_be_called_as_the_words_of_sets_are(selector: str) -> None:
    assert selector_terms(selector)
