"""Kubernetes label selectors, the equality kind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """`key=value`, `key==value`, `key!=value`, `key`, `!key`, joined by commas; an empty selector matches all."""
    return all(_holds(term, labels) for term in _terms(selector))


@lru_cache(maxsize=256)
def _terms(selector: str) -> tuple[tuple[str, str, str], ...]:
    """(key, operator, value) of each term."""
    return tuple(_term(term.strip()) for term in selector.split(",") if term.strip())


def _term(term: str) -> tuple[str, str, str]:
    if "!=" in term:
        key, value = term.split("!=", 1)
        return key.strip(), "!=", value.strip()
    if "=" in term:
        key, value = term.replace("==", "=", 1).split("=", 1)
        return key.strip(), "=", value.strip()
    return (term[1:].strip(), "!", "") if term.startswith("!") else (term, "", "")


def _holds(term: tuple[str, str, str], labels: Mapping[str, str]) -> bool:
    key, operator, value = term
    if operator == "=":
        return labels.get(key) == value
    if operator == "!=":
        return labels.get(key) != value
    return (key in labels) == (operator == "")
