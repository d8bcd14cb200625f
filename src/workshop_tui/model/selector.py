"""Kubernetes label selectors, the equality kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_KEY = r"(?:[a-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?"
_EQUALITY = re.compile(rf"(?P<key>{_KEY})\s*(?P<operator>!=|==?)\s*(?P<value>{_VALUE})")
_EXISTENCE = re.compile(rf"(?P<operator>!?)\s*(?P<key>{_KEY})")
_SET = re.compile(r"\b(?:not)?in\s*\(")

Term = tuple[str, str, str]
"""(key, operator, value); the operator is `=`, `!=`, `!` or, where the key must only be there, empty."""


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """`key=value`, `key==value`, `key!=value`, `key`, `!key`, joined by commas; an empty selector matches all.

    Raises `ValueError` as `selector_terms` does.
    """
    for key, operator, value in selector_terms(selector):  # a loop: each pod of a long list is asked several times
        if operator == "=":
            holds = labels.get(key) == value
        elif operator == "!=":
            holds = labels.get(key) != value
        else:
            holds = (key in labels) == (operator == "")
        if not holds:
            return False
    return True


@lru_cache(maxsize=256)
def selector_terms(selector: str) -> tuple[Term, ...]:
    """Raises `ValueError` that says what to write instead: what is not understood must not silently match nothing."""
    if _SET.search(selector):
        raise ValueError(
            "expected key=value, key!=value, key or !key, joined by commas: for `key in (a)` write key=a, for "
            "`key notin (a,b)` write key!=a,key!=b; for `key in (a,b)` name one label that all of these pods have"
        )
    return tuple(_term(term.strip()) for term in selector.split(",") if term.strip())


def _term(term: str) -> Term:
    if found := _EQUALITY.fullmatch(term):
        return found["key"], found["operator"].replace("==", "="), found["value"]
    if found := _EXISTENCE.fullmatch(term):
        return found["key"], found["operator"], ""
    raise ValueError("expected label selectors like key=value, key!=value, key or !key, joined by commas")
